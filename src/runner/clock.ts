/** The run's clock on `process.hrtime`: monotonic, untouched by what is done to wall clocks. */
import { nsPerMs, nsPerSecond } from '../base/units.ts';
import type { Clock } from '../contract/clock.ts';

/**
 * Nearer than this to its end, a sleep asks again each turn of the event loop: a timer counts
 * whole milliseconds and would be late. Longer, and the turning would take processor time
 * from the system under test.
 */
const turningNs = 0.2 * nsPerMs;
/** Node's timers hold 31 bits. */
const timerMaxMs = 1_000_000_000;

export class RunClock implements Clock {
  readonly #origin = process.hrtime();

  nowNs(): number {
    const [seconds, ns] = process.hrtime();
    return (seconds - this.#origin[0]) * nsPerSecond + (ns - this.#origin[1]);
  }

  sleepUntil(atNs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      let immediate: NodeJS.Immediate | undefined;
      const aborted = (): void => {
        clearTimeout(timer);
        clearImmediate(immediate);
        reject(reasonOf(signal));
      };
      const check = (): void => {
        const leftNs = atNs - this.nowNs();
        if (leftNs <= 0) {
          signal.removeEventListener('abort', aborted);
          resolve();
        } else if (leftNs < turningNs) {
          immediate = setImmediate(check);
        } else {
          timer = setTimeout(check, Math.min(Math.max(1, leftNs / nsPerMs), timerMaxMs));
        }
      };
      if (signal.aborted) {
        reject(reasonOf(signal));
        return;
      }
      signal.addEventListener('abort', aborted, { once: true });
      check();
    });
  }
}

function reasonOf(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  return reason instanceof Error ? reason : new Error('the sleep was aborted');
}
