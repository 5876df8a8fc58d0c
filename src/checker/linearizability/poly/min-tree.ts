/**
 * How many intervals are over each of a row of slots, as they are taken away one by one, and
 * which interval it is where only one is left. A segment tree of minima with additions that stay
 * where they were made; the names of intervals are kept as an exclusive or.
 */

const taken = 0x3fff_ffff;

export class CoverTree {
  readonly #leaves: number;
  /** Minimum below a node, this node's addition included. */
  readonly #least: Int32Array;
  readonly #added: Int32Array;
  readonly #names: Int32Array;
  /** Slots that `popLow` has found and their single interval, or -1. */
  readonly found: number[] = [];
  readonly foundName: number[] = [];

  /** `counts` and `names`: by slot how many intervals are over it, and their exclusive or. */
  constructor(counts: Int32Array, names: Int32Array) {
    let leaves = 1;
    while (leaves < counts.length) leaves *= 2;
    this.#leaves = leaves;
    this.#least = new Int32Array(2 * leaves).fill(taken);
    this.#added = new Int32Array(2 * leaves);
    this.#names = new Int32Array(2 * leaves);
    this.#least.set(counts, leaves);
    this.#names.set(names, leaves);
    for (let node = leaves - 1; node > 0; node -= 1)
      this.#least[node] = Math.min(this.#least[2 * node] ?? 0, this.#least[2 * node + 1] ?? 0);
  }

  /** Takes the interval `name` away from slots `from` to `to`. */
  remove(name: number, from: number, to: number): void {
    const least = this.#least;
    const added = this.#added;
    const names = this.#names;
    let left = from + this.#leaves;
    let right = to + this.#leaves + 1;
    for (; left < right; left >>= 1, right >>= 1) {
      if ((left & 1) === 1) {
        least[left] = (least[left] ?? 0) - 1;
        added[left] = (added[left] ?? 0) - 1;
        names[left] = (names[left] ?? 0) ^ name;
        left += 1;
      }
      if ((right & 1) === 1) {
        right -= 1;
        least[right] = (least[right] ?? 0) - 1;
        added[right] = (added[right] ?? 0) - 1;
        names[right] = (names[right] ?? 0) ^ name;
      }
    }
    this.#rise(from + this.#leaves);
    this.#rise(to + this.#leaves);
  }

  /**
   * Takes out all slots with at most one interval left and puts them into `found`. With none
   * left the name is -1.
   */
  popLow(): void {
    this.found.length = 0;
    this.foundName.length = 0;
    if ((this.#least[1] ?? 0) <= 1) this.#visit(1, 0, 0);
  }

  /** `above` and `name`: what the nodes above this one add. */
  #visit(node: number, above: number, name: number): void {
    const own = name ^ (this.#names[node] ?? 0);
    if (node >= this.#leaves) {
      const count = (this.#least[node] ?? 0) + above;
      this.found.push(node - this.#leaves);
      this.foundName.push(count === 0 ? -1 : own);
      this.#least[node] = taken;
      return;
    }
    const below = above + (this.#added[node] ?? 0);
    const left = 2 * node;
    if ((this.#least[left] ?? 0) + below <= 1) this.#visit(left, below, own);
    if ((this.#least[left + 1] ?? 0) + below <= 1) this.#visit(left + 1, below, own);
    this.#least[node] =
      Math.min(this.#least[left] ?? 0, this.#least[left + 1] ?? 0) + (this.#added[node] ?? 0);
  }

  #rise(leaf: number): void {
    const least = this.#least;
    for (let node = leaf >> 1; node > 0; node >>= 1)
      least[node] =
        Math.min(least[2 * node] ?? 0, least[2 * node + 1] ?? 0) + (this.#added[node] ?? 0);
  }
}
