/** Half-open: addresses at which no thread may stand. */
export interface AddressRange {
  readonly from: number;
  readonly to: number;
}
interface StopOptions {
  readonly forbidden: readonly AddressRange[];
  /** True if somebody wants the process to stay stopped. Asked when the work is done. */
  readonly staysStopped: () => boolean;
  readonly limitMs: number;
}
/**
 * Runs `work` while every thread of the process is stopped outside the forbidden ranges.
 * A process that was stopped before stays stopped.
 * @throws ProcessGone, or TargetError if the threads do not stop in time.
 */
export declare function whileStopped(pid: number, options: StopOptions, work: () => void): void;
export {};
