/** Cuts a stream of text into lines, and keeps a line without an end from filling the memory. */
export interface LineSink {
  line(text: string): void;
  /** A line was longer than the limit; `start` is how it begins. The rest of it is skipped. */
  tooLong(start: string): void;
}
export declare class LineSplitter {
  #private;
  constructor(sink: LineSink, charactersMax: number);
  push(text: string): void;
  /** At the end of the stream: the line that was begun and not ended, or ''. */
  takeRest(): string;
}
