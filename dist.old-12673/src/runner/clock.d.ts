import type { Clock } from '../contract/clock.ts';
export declare class RunClock implements Clock {
  #private;
  nowNs(): number;
  sleepUntil(atNs: number, signal: AbortSignal): Promise<void>;
}
