/** A queue with one reader, who is woken once when something comes. */
export class Mailbox {
  #wake;
  #items = [];
  #taken = 0;
  #isWoken = false;
  /** Wake-ups since the event loop came round last. */
  #wakesInTurn = 0;
  constructor(wake) {
    this.#wake = wake;
  }
  put(item) {
    this.#items.push(item);
    if (this.#isWoken) return;
    this.#isWoken = true;
    this.#wakesInTurn += 1;
    if (this.#wakesInTurn === 1) setImmediate(this.#newTurn);
    // Soon, so that what has come is dated soon; but clients that answer at once would keep
    // timers, files and Ctrl-C out for ever if nobody waited for the next turn now and then.
    if (this.#wakesInTurn < wakesPerTurn) queueMicrotask(this.#open);
  }
  take() {
    if (this.#taken === this.#items.length) {
      if (this.#taken > 0) this.#items = [];
      this.#taken = 0;
      return undefined;
    }
    const item = this.#items[this.#taken];
    this.#taken += 1;
    return item;
  }
  #open = () => {
    this.#isWoken = false;
    this.#wake();
  };
  #newTurn = () => {
    const isWaiting = this.#wakesInTurn >= wakesPerTurn;
    this.#wakesInTurn = 0;
    if (isWaiting) this.#open();
  };
}
const wakesPerTurn = 32;
