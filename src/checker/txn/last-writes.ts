/**
 * Writes of each key by chain (see `causal-past.ts`), asked for the last one up to a place. The
 * writes of a key in a chain are linked from the last one back, each with a longer link too, so
 * that any of them is found in a logarithmic number of steps (Myers, "An Applicative
 * Random-Access Stack", 1983).
 */
import { IntList } from './integers.ts';

const none = -1;

export class LastWrites {
  /** Per key the first of its heads, or -1. */
  readonly #firstHead: Int32Array;
  /** One row per key and chain: the chain, the last write, the next head of the key. */
  readonly #chain = new IntList();
  readonly #last = new IntList();
  readonly #nextHead = new IntList();
  /** One row per write. */
  readonly #transaction = new IntList();
  readonly #place = new IntList();
  readonly #previous = new IntList();
  readonly #jump = new IntList();
  readonly #depth = new IntList();

  constructor(keyCount: number) {
    this.#firstHead = new Int32Array(keyCount).fill(none);
  }

  /** Places of a chain come in order. */
  add(key: number, chain: number, place: number, t: number): void {
    const head = this.#head(key, chain);
    const previous = this.#last.at(head);
    const depth = previous === none ? 0 : this.#depth.at(previous) + 1;
    this.#last.set(head, this.#transaction.length);
    this.#jump.push(previous === none ? none : this.#jumpFrom(previous));
    this.#transaction.push(t);
    this.#place.push(place);
    this.#previous.push(previous);
    this.#depth.push(depth);
  }

  /** Takes back the last one of the key and chain. */
  removeLast(key: number, chain: number): void {
    const head = this.#head(key, chain);
    const last = this.#last.at(head);
    if (last !== none) this.#last.set(head, this.#previous.at(last));
  }

  firstHead(key: number): number {
    return this.#firstHead[key] ?? none;
  }

  nextHead(head: number): number {
    return this.#nextHead.at(head);
  }

  chainOf(head: number): number {
    return this.#chain.at(head);
  }

  /** The last of the head's writes that stands at `place` or before it: its transaction, or -1. */
  lastUpTo(head: number, place: number): number {
    let at = this.#last.at(head);
    while (at !== none && this.#place.at(at) > place) {
      const jump = this.#jump.at(at);
      at = jump !== none && this.#place.at(jump) > place ? jump : this.#previous.at(at);
    }
    return at === none ? none : this.#transaction.at(at);
  }

  /** Over two links of one length at once, if the next two are such. */
  #jumpFrom(previous: number): number {
    const jump = this.#jump.at(previous);
    if (jump === none) return previous;
    const next = this.#jump.at(jump);
    const [a, b] = [this.#depth.at(previous), this.#depth.at(jump)];
    return next !== none && a - b === b - this.#depth.at(next) ? next : previous;
  }

  #head(key: number, chain: number): number {
    for (let head = this.firstHead(key); head !== none; head = this.#nextHead.at(head))
      if (this.#chain.at(head) === chain) return head;
    const head = this.#chain.length;
    this.#chain.push(chain);
    this.#last.push(none);
    this.#nextHead.push(this.firstHead(key));
    this.#firstHead[key] = head;
    return head;
  }
}
