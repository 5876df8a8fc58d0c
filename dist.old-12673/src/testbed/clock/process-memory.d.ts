/** The process ended while it was being looked at. */
export declare class ProcessGone extends Error {
  readonly name = 'ProcessGone';
}
/** Opens the memory of a process for the time of `work`. */
export declare function withMemory<T>(pid: number, work: (memory: ProcessMemory) => T): T;
/**
 * The memory of the program that the process ran when it was opened. After an `exec` it still
 * accepts writes, into an image that nobody runs any more: never keep one open.
 */
export declare class ProcessMemory {
  #private;
  constructor(file: number);
  /** Shorter than asked for, or empty, where nothing is mapped or the process has ended. */
  read(address: number, sizeBytes: number): Buffer;
  write(address: number, bytes: Buffer): void;
  close(): void;
}
export declare function readProc(pid: number, file: string): string;
export declare function threadIds(pid: number): readonly number[];
/** `R` running, `S` sleeping, `T` stopped, `Z` ended, … undefined for a thread that is gone. */
export declare function threadState(pid: number, threadId: number): string | undefined;
/** The address that a stopped thread will go on at; undefined while it is on a processor. */
export declare function programCounter(pid: number, threadId: number): number | undefined;
/** True if a stop signal has been sent to the process and has not taken effect yet. */
export declare function isStopPending(pid: number): boolean;
/** `EACCES`, `EIO`, …; undefined for an error that is not the system's. */
export declare function codeOf(error: unknown): unknown;
