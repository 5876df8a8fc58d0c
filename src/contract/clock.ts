/** The run's own clock: monotonic, starting at 0. Everything effectful takes one. */
export interface Clock {
  /** Nanoseconds since the run began. */
  nowNs(): number;
  /** Resolves at `atNs`, or at once if that is past. Rejects if `signal` aborts. */
  sleepUntil(atNs: number, signal: AbortSignal): Promise<void>;
}
