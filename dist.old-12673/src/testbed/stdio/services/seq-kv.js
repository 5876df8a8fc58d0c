import { applyRequest, isRequest, isSameCell, parseRequest } from './key-value.js';

const statesHeld = 32;
export class SequentialKeyValue {
  name = 'seq-kv';
  #random;
  #newest = new Map();
  /** What led to the states held; the last one led to the newest. Older states are undone from it. */
  #updates = [];
  #updateCount = 0;
  /** Of each client, the number of updates in the state that it saw last. */
  #seen = new Map();
  constructor(random) {
    this.#random = random;
  }
  answer(client, body) {
    const request = parseRequest(this.name, body);
    if (!isRequest(request)) return request;
    const oldest = this.#updateCount - this.#updates.length;
    const from = Math.max(this.#seen.get(client) ?? 0, oldest);
    const state = from + this.#random.int(this.#updateCount - from + 1);
    const past = this.#cellAt(state, request.key);
    const tried = applyRequest(request, past);
    if (isSameCell(tried.cell, past)) {
      this.#seen.set(client, state);
      return tried.reply;
    }
    const current = this.#newest.get(request.key);
    const done = applyRequest(request, current);
    this.#newest.set(request.key, done.cell);
    this.#updates.push({ key: request.key, before: current });
    if (this.#updates.length >= statesHeld) this.#updates.shift();
    this.#updateCount += 1;
    this.#seen.set(client, this.#updateCount);
    return done.reply;
  }
  /** The cell as it was when `state` updates had been done. */
  #cellAt(state, key) {
    const oldest = this.#updateCount - this.#updates.length;
    const later = this.#updates.slice(state - oldest).find((update) => update.key === key);
    return later === undefined ? this.#newest.get(key) : later.before;
  }
}
