/** One wake-up call at a time, on any clock. */
import type { Clock } from '../contract/clock.ts';
export declare class Alarm {
  #private;
  constructor(clock: Clock, ring: () => void);
  /**
   * Rings at `atNs` or before: a call that was set for earlier stays, since setting it anew
   * for every operation would cost more than one call too many.
   */
  set(atNs: number): void;
  cancel(): void;
}
