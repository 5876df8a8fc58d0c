/**
 * One copy of a store that every node may write to: which updates of which node it has, and
 * what each key holds.
 *
 * Of several updates of a key the one with the greatest Lamport time wins, and of equal times
 * the one of the greatest node, so all copies with the same updates hold the same.
 */
import { errorCode, type Json, keyText, RpcError } from '../../src/node/node.ts';

/** A write, as it travels and as it is stored. */
export interface Update {
  /** The node that took the write, as its place among the nodes. */
  readonly origin: number;
  /** Its writes are numbered from 1. */
  readonly number: number;
  /** Greater than that of every update that the origin had when it took the write. */
  readonly time: number;
  /** How many updates of each node the origin had then, this one not counted. */
  readonly after: readonly number[];
  readonly key: string;
  readonly value: Json;
}

export interface Rules {
  /** An update waits until all that it may depend on is here: causal memory. */
  readonly waits: boolean;
  /** False, the mistake: the update that arrives last wins, whatever its time. */
  readonly compares: boolean;
}

interface Cell {
  readonly time: number;
  readonly origin: number;
  readonly value: Json;
}

export class Replica {
  readonly #rules: Rules;
  /** By origin: its updates that are here, by number. */
  readonly #updates: readonly Map<number, Update>[];
  /** By origin: all its updates up to this number are here. */
  readonly #have: number[];
  readonly #cells = new Map<string, Cell>();
  /** Updates that wait for others. */
  #waiting: Update[] = [];
  #time = 0;

  constructor(nodeCount: number, rules: Rules) {
    this.#rules = rules;
    this.#updates = Array.from({ length: nodeCount }, () => new Map<number, Update>());
    this.#have = new Array<number>(nodeCount).fill(0);
  }

  /** By origin: how many updates are here with none missing before them. */
  get have(): readonly number[] {
    return [...this.#have];
  }

  /** @throws RpcError 20 if nothing was written to the key. */
  read(key: Json): Json {
    const cell = this.#cells.get(keyText(key));
    if (cell === undefined)
      throw new RpcError(errorCode.keyDoesNotExist, `there is no key ${keyText(key)}`);
    return cell.value;
  }

  /** A write that this node takes. */
  write(origin: number, key: Json, value: Json): Update {
    const after = this.have;
    const number = (after[origin] ?? 0) + 1;
    const time = this.#time + 1;
    const update = { origin, number, time, after, key: keyText(key), value };
    this.#apply(update);
    return update;
  }

  /** Takes updates of others; returns those that took their place now, in order. */
  take(updates: readonly Update[]): readonly Update[] {
    const taken: Update[] = [];
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
  missingIn(have: readonly number[], countMax: number): readonly Update[] {
    const missing = this.#updates.flatMap((updates, origin) =>
      Array.from({ length: countMax }, (_, i) => updates.get((have[origin] ?? 0) + 1 + i)).filter(
        (update) => update !== undefined,
      ),
    );
    // Whatever an update depends on has a smaller time.
    return missing.toSorted((a, b) => a.time - b.time).slice(0, countMax);
  }

  #isHere({ origin, number }: Update): boolean {
    return this.#updates[origin]?.has(number) === true;
  }

  #isReady(update: Update): boolean {
    if (this.#isHere(update)) return false;
    return !this.#rules.waits || update.after.every((count, i) => (this.#have[i] ?? 0) >= count);
  }

  #apply(update: Update): void {
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
