/** The last lines that a process wrote: what a crash message shows. */
export declare class LastLines {
  #private;
  constructor(linesMax?: number);
  push(line: string): void;
  /** Oldest first; very long lines are cut. */
  list(charactersMax?: number): string[];
}
