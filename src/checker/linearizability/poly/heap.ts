/** A binary heap of operations, the one that returns first at the top. */
export class ReturnHeap {
  readonly #returns: Int32Array;
  readonly #items: number[] = [];

  constructor(returns: Int32Array) {
    this.#returns = returns;
  }

  push(op: number): void {
    const items = this.#items;
    let at = items.push(op) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!this.#before(op, items[above] ?? 0)) break;
      items[at] = items[above] ?? 0;
      at = above;
    }
    items[at] = op;
  }

  /** Takes the top away; undefined if the heap is empty. */
  pop(): number | undefined {
    const items = this.#items;
    const top = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return top;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= items.length) break;
      if (below + 1 < items.length && this.#before(items[below + 1] ?? 0, items[below] ?? 0))
        below += 1;
      if (!this.#before(items[below] ?? 0, last)) break;
      items[at] = items[below] ?? 0;
      at = below;
    }
    items[at] = last;
    return top;
  }

  #before(a: number, b: number): boolean {
    return (this.#returns[a] ?? 0) < (this.#returns[b] ?? 0);
  }
}
