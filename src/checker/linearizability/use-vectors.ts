/**
 * How many optional calls of each class were used, as interned vectors: equal vectors have
 * equal numbers. Vector 0 is that of nothing used.
 */
export class UseVectors {
  readonly #counts: (readonly number[])[] = [[]];
  readonly #totals: number[] = [0];
  readonly #ids = new Map<string, number>([['', 0]]);
  /** By vector: the vector after one more of a class. */
  readonly #after = [new Map<number, number>()];

  get memoryBytes(): number {
    // Reckoned: a vector with its text and its entries in the maps.
    return this.#counts.length * 200;
  }

  /** How many of that class were used. */
  used(vector: number, ofClass: number): number {
    return this.#counts[vector]?.[ofClass] ?? 0;
  }

  total(vector: number): number {
    return this.#totals[vector] ?? 0;
  }

  /** The vector after one more of that class. */
  use(vector: number, ofClass: number): number {
    const known = this.#after[vector]?.get(ofClass);
    if (known !== undefined) return known;
    const counts = [...(this.#counts[vector] ?? [])];
    while (counts.length <= ofClass) counts.push(0);
    counts[ofClass] = (counts[ofClass] ?? 0) + 1;
    const text = counts.join();
    const id = this.#ids.get(text) ?? this.#add(text, counts, this.total(vector) + 1);
    this.#after[vector]?.set(ofClass, id);
    return id;
  }

  /** True if no class was used more often in the first than in the second. */
  isAtMost(first: number, second: number): boolean {
    if (first === second) return true;
    if (this.total(first) > this.total(second)) return false;
    const [a = [], b = []] = [this.#counts[first], this.#counts[second]];
    if (a.length > b.length) return false;
    for (let at = 0; at < a.length; at += 1) if ((a[at] ?? 0) > (b[at] ?? 0)) return false;
    return true;
  }

  #add(text: string, counts: readonly number[], total: number): number {
    const id = this.#counts.push(counts) - 1;
    this.#totals.push(total);
    this.#after.push(new Map());
    this.#ids.set(text, id);
    return id;
  }
}
