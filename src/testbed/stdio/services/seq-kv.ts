/**
 * `seq-kv`: sequentially consistent. The last 32 states are kept. A request is tried on one
 * drawn from those that are not older than what its client has seen; if it changes nothing
 * there, that is its answer, else it is done on the newest state. So every client sees time go
 * forward only, its own updates at once, and those of others perhaps late, perhaps never.
 *
 * As Maelstrom's code does (its text says that updates may act on past states; they do only
 * where they change nothing). One trap is left out: Maelstrom's client that comes back after
 * more than 32 updates may be shown a state and remember an older one, and then see time go
 * backwards. Here what it remembers is never older than the oldest state held.
 */
import type { JsonObject } from '../../../base/json.ts';
import type { Random } from '../../../base/prng.ts';
import { applyRequest, type Cell, isRequest, isSameCell, parseRequest } from './key-value.ts';
import type { Service } from './service.ts';

const statesHeld = 32;

interface Update {
  readonly key: string;
  readonly before: Cell;
}

export class SequentialKeyValue implements Service {
  readonly name = 'seq-kv';
  readonly #random: Random;
  readonly #newest = new Map<string, Cell>();
  /** What led to the states held; the last one led to the newest. Older states are undone from it. */
  readonly #updates: Update[] = [];
  #updateCount = 0;
  /** Of each client, the number of updates in the state that it saw last. */
  readonly #seen = new Map<string, number>();

  constructor(random: Random) {
    this.#random = random;
  }

  answer(client: string, body: JsonObject): JsonObject {
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
  #cellAt(state: number, key: string): Cell {
    const oldest = this.#updateCount - this.#updates.length;
    const later = this.#updates.slice(state - oldest).find((update) => update.key === key);
    return later === undefined ? this.#newest.get(key) : later.before;
  }
}
