/**
 * How many intervals are over each of a row of slots, as they are taken away one by one. A
 * segment tree of minima with additions that stay where they were made.
 */

/** The count of a slot that was handed out. */
const taken = 0x3fff_ffff;

export class CoverTree {
  readonly #leaves: number;
  /** Minimum below a node, this node's addition included. */
  readonly #least: Int32Array;
  readonly #added: Int32Array;

  /** `counts`: by slot how many intervals are over it. */
  constructor(counts: Int32Array) {
    let leaves = 1;
    while (leaves < counts.length) leaves *= 2;
    this.#leaves = leaves;
    this.#least = new Int32Array(2 * leaves).fill(taken);
    this.#added = new Int32Array(2 * leaves);
    this.#least.set(counts, leaves);
    for (let node = leaves - 1; node > 0; node -= 1) this.#refresh(node);
  }

  /** Takes an interval away from slots `from` to `to`. */
  remove(from: number, to: number): void {
    let left = from + this.#leaves;
    let right = to + this.#leaves + 1;
    for (; left < right; left >>= 1, right >>= 1) {
      if ((left & 1) === 1) {
        this.#lower(left);
        left += 1;
      }
      if ((right & 1) === 1) {
        right -= 1;
        this.#lower(right);
      }
    }
    for (let node = (from + this.#leaves) >> 1; node > 0; node >>= 1) this.#refresh(node);
    for (let node = (to + this.#leaves) >> 1; node > 0; node >>= 1) this.#refresh(node);
  }

  /** Hands out every slot that no interval is over any more, each once. */
  popFree(found: (slot: number) => void): void {
    if ((this.#least[1] ?? 0) === 0) this.#visit(1, 0, found);
  }

  /** `above`: what the nodes above this one add. */
  #visit(node: number, above: number, found: (slot: number) => void): void {
    if (node >= this.#leaves) {
      this.#least[node] = taken;
      found(node - this.#leaves);
      return;
    }
    const below = above + (this.#added[node] ?? 0);
    const left = 2 * node;
    if ((this.#least[left] ?? 0) + below === 0) this.#visit(left, below, found);
    if ((this.#least[left + 1] ?? 0) + below === 0) this.#visit(left + 1, below, found);
    this.#refresh(node);
  }

  #lower(node: number): void {
    this.#least[node] = (this.#least[node] ?? 0) - 1;
    this.#added[node] = (this.#added[node] ?? 0) - 1;
  }

  #refresh(node: number): void {
    const left = this.#least[2 * node] ?? 0;
    const right = this.#least[2 * node + 1] ?? 0;
    this.#least[node] = (left < right ? left : right) + (this.#added[node] ?? 0);
  }
}
