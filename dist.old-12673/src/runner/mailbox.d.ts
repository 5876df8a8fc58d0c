/** A queue with one reader, who is woken once when something comes. */
export declare class Mailbox<T> {
  #private;
  constructor(wake: () => void);
  put(item: T): void;
  take(): T | undefined;
}
