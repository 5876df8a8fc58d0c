/**
 * What a suite of findings says of a test beside its settings: a row of a page that tells what
 * was seen to break, in which system, and who had told of it before.
 */

/** Somebody who had reported it, where that can be read. */
export interface Report {
  readonly title: string;
  readonly url: string;
}

export interface Finding {
  /** The system and how it is set up: `etcd`, `PostgreSQL, asynchronous standby`. */
  readonly system: string;
  /** In words; of a control, what must not be seen. */
  readonly shows: string;
  /** In words: `none`, `the leader is cut off for 8 s`. */
  readonly fault: string;
  /** Name of the test that is the same but for the one thing that prevents it; null: none. */
  readonly control: string | null;
  readonly reported: readonly Report[];
  /** What a reader should know besides; often empty. */
  readonly note: string;
}

/** The first anomaly of a run, as a reader may check it by hand. */
export interface Evidence {
  /** Its standard name, such as `stale-read`. */
  readonly type: string;
  /** What the checker that found it says of the whole run. */
  readonly summary: string;
  readonly explanation: string;
  /** When the last of its operations was complete, from the start of the load; null: not known. */
  readonly completeMs: number | null;
}
