export class Alarm {
  #clock;
  #ring;
  #atNs = Infinity;
  #sleep;
  constructor(clock, ring) {
    this.#clock = clock;
    this.#ring = ring;
  }
  /**
   * Rings at `atNs` or before: a call that was set for earlier stays, since setting it anew
   * for every operation would cost more than one call too many.
   */
  set(atNs) {
    if (this.#atNs <= atNs) return;
    this.cancel();
    const sleep = new AbortController();
    this.#sleep = sleep;
    this.#atNs = atNs;
    this.#clock.sleepUntil(atNs, sleep.signal).then(
      () => {
        if (this.#sleep !== sleep) return;
        this.#sleep = undefined;
        this.#atNs = Infinity;
        this.#ring();
      },
      // Only `cancel` aborts a sleep, and nobody waits for that one any more.
      () => undefined,
    );
  }
  cancel() {
    const sleep = this.#sleep;
    this.#sleep = undefined;
    this.#atNs = Infinity;
    sleep?.abort();
  }
}
