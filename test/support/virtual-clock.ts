import type { Clock } from '../../src/contract/clock.ts';

interface Sleeper {
  readonly atNs: number;
  readonly wake: () => void;
}

/**
 * Time that passes only when nothing else happens: each turn of the event loop wakes the
 * sleeper who is next. Hours go by in moments, in the same order each time.
 */
export class VirtualClock implements Clock {
  #nowNs = 0;
  #sleepers: Sleeper[] = [];
  #isTurning = false;

  nowNs(): number {
    return this.#nowNs;
  }

  sleepUntil(atNs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const aborted = (): void => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        reject(new Error('aborted'));
      };
      const wake = (): void => {
        signal.removeEventListener('abort', aborted);
        resolve();
      };
      const sleeper = { atNs, wake };
      if (signal.aborted) {
        reject(new Error('aborted'));
        return;
      }
      signal.addEventListener('abort', aborted, { once: true });
      const at = this.#sleepers.findIndex((other) => other.atNs > atNs);
      this.#sleepers.splice(at < 0 ? this.#sleepers.length : at, 0, sleeper);
      this.#turn();
    });
  }

  #turn(): void {
    if (this.#isTurning) return;
    this.#isTurning = true;
    setImmediate(() => {
      this.#isTurning = false;
      const next = this.#sleepers.shift();
      if (next === undefined) return;
      this.#nowNs = Math.max(this.#nowNs, next.atNs);
      next.wake();
      if (this.#sleepers.length > 0) this.#turn();
    });
  }
}
