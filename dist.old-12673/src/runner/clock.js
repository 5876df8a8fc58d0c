/** The run's clock on `process.hrtime`: monotonic, untouched by what is done to wall clocks. */
import { nsPerMs, nsPerSecond } from '../base/units.js';

/**
 * Nearer than this to its end, a sleep asks again each turn of the event loop: a timer counts
 * whole milliseconds and would be late. Longer, and the turning would take processor time
 * from the system under test.
 */
const turningNs = 0.2 * nsPerMs;
/** Node's timers hold 31 bits. */
const timerMaxMs = 1_000_000_000;
export class RunClock {
  #origin = process.hrtime();
  nowNs() {
    const [seconds, ns] = process.hrtime();
    return (seconds - this.#origin[0]) * nsPerSecond + (ns - this.#origin[1]);
  }
  sleepUntil(atNs, signal) {
    return new Promise((resolve, reject) => {
      let timer;
      let immediate;
      const aborted = () => {
        clearTimeout(timer);
        clearImmediate(immediate);
        reject(reasonOf(signal));
      };
      const check = () => {
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
function reasonOf(signal) {
  const reason = signal.reason;
  return reason instanceof Error ? reason : new Error('the sleep was aborted');
}
