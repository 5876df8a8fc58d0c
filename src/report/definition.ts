/** What the name of an anomaly means. */
export interface Definition {
  /** As one says it in a sentence: `stale read`, `G-single (read skew)`. */
  readonly title: string;
  /** One sentence. */
  readonly meaning: string;
}

export const define = (title: string, meaning: string): Definition => ({ title, meaning });
