/**
 * One copy of a store that every node may write to: which updates of which node it has, and
 * what each key holds.
 *
 * Of several updates of a key the one with the greatest Lamport time wins, and of equal times
 * the one of the greatest node, so all copies with the same updates hold the same.
 */
import { errorCode, keyText, RpcError } from '../../src/node/node.js';
export class Replica {
  #rules;
  /** By origin: its updates that are here, by number. */
  #updates;
  /** By origin: all its updates up to this number are here. */
  #have;
  #cells = new Map();
  /** Updates that wait for others. */
  #waiting = [];
  #time = 0;
  constructor(nodeCount, rules) {
    this.#rules = rules;
    this.#updates = Array.from({ length: nodeCount }, () => new Map());
    this.#have = new Array(nodeCount).fill(0);
  }
  /** By origin: how many updates are here with none missing before them. */
  get have() {
    return [...this.#have];
  }
  /** @throws RpcError 20 if nothing was written to the key. */
  read(key) {
    const cell = this.#cells.get(keyText(key));
    if (cell === undefined)
      throw new RpcError(errorCode.keyDoesNotExist, `there is no key ${keyText(key)}`);
    return cell.value;
  }
  /** A write that this node takes. */
  write(origin, key, value) {
    const after = this.have;
    const number = (after[origin] ?? 0) + 1;
    const time = this.#time + 1;
    const update = { origin, number, time, after, key: keyText(key), value };
    this.#apply(update);
    return update;
  }
  /** Takes updates of others; returns those that took their place now, in order. */
  take(updates) {
    const taken = [];
    this.#waiting.push(...updates);
    for (let isMoving = true; isMoving; ) {
      const ready = this.#waiting.find((update) => this.#isReady(update));
      isMoving = ready !== undefined;
      if (ready === undefined) continue;
      this.#apply(ready);
      taken.push(ready);
    }
    // What came before, or twice, waits for nothing.
    this.#waiting = this.#waiting.filter((update) => !this.#isHere(update));
    return taken;
  }
  /** Updates that a copy with so many of each origin lacks: at most `countMax`, in an order in which it can take them. */
  missingIn(have, countMax) {
    const missing = this.#updates.flatMap((updates, origin) =>
      Array.from({ length: countMax }, (_, i) => updates.get((have[origin] ?? 0) + 1 + i)).filter(
        (update) => update !== undefined,
      ),
    );
    // Whatever an update depends on has a smaller time.
    return missing.toSorted((a, b) => a.time - b.time).slice(0, countMax);
  }
  #isHere({ origin, number }) {
    return this.#updates[origin]?.has(number) === true;
  }
  #isReady(update) {
    if (this.#isHere(update)) return false;
    return !this.#rules.waits || update.after.every((count, i) => (this.#have[i] ?? 0) >= count);
  }
  #apply(update) {
    const { origin, number, time, key, value } = update;
    const updates = this.#updates[origin];
    updates?.set(number, update);
    let have = this.#have[origin] ?? 0;
    while (updates?.has(have + 1) === true) have += 1;
    this.#have[origin] = have;
    this.#time = Math.max(this.#time, time);
    const cell = this.#cells.get(key);
    const wins =
      cell === undefined || time > cell.time || (time === cell.time && origin > cell.origin);
    if (wins || !this.#rules.compares) this.#cells.set(key, { time, origin, value });
  }
}
