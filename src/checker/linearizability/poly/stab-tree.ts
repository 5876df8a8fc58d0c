/** Intervals, sorted by where they begin, that are taken out by stabbing at points. */
export class StabTree {
  readonly #leaves: number;
  /** The greatest end below a node, or -1. */
  readonly #greatest: Int32Array;

  /** `ends`: by interval its end; intervals in order of their begins. */
  constructor(ends: Int32Array) {
    let leaves = 1;
    while (leaves < ends.length) leaves *= 2;
    this.#leaves = leaves;
    this.#greatest = new Int32Array(2 * leaves).fill(-1);
    this.#greatest.set(ends, leaves);
    for (let node = leaves - 1; node > 0; node -= 1) this.#refresh(node);
  }

  /** Takes out the first `count` intervals that end at `point` or later, and calls `found`. */
  stab(count: number, point: number, found: (interval: number) => void): void {
    if (count > 0 && (this.#greatest[1] ?? -1) >= point)
      this.#visit(1, { first: 0, width: this.#leaves }, { count, point, found });
  }

  #visit(
    node: number,
    { first, width }: { first: number; width: number },
    query: { count: number; point: number; found: (interval: number) => void },
  ): void {
    if (node >= this.#leaves) {
      this.#greatest[node] = -1;
      query.found(first);
      return;
    }
    const half = width >> 1;
    const left = 2 * node;
    if ((this.#greatest[left] ?? -1) >= query.point)
      this.#visit(left, { first, width: half }, query);
    if (first + half < query.count && (this.#greatest[left + 1] ?? -1) >= query.point)
      this.#visit(left + 1, { first: first + half, width: half }, query);
    this.#refresh(node);
  }

  #refresh(node: number): void {
    const left = this.#greatest[2 * node] ?? -1;
    const right = this.#greatest[2 * node + 1] ?? -1;
    this.#greatest[node] = left > right ? left : right;
  }
}
