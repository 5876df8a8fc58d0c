/** Small directed graphs in which a cycle is the evidence. */

/** Edges as they are found, each with a reason in words, made only when it is asked for. */
export class OrderEdges {
  readonly vertexCount: number;
  readonly #successors: number[][];
  readonly #predecessors: number[][];
  readonly #reasons = new Map<number, () => string>();
  readonly #shownBy = new Map<number, readonly number[]>();

  constructor(vertexCount: number) {
    this.vertexCount = vertexCount;
    this.#successors = Array.from({ length: vertexCount }, () => []);
    this.#predecessors = Array.from({ length: vertexCount }, () => []);
  }

  /**
   * The first reason for an edge is kept. Returns false if the edge was there.
   * @param shownBy operations without which nobody would know of it, beside the two
   */
  add(from: number, to: number, reason: () => string, shownBy?: readonly number[]): boolean {
    const name = from * this.vertexCount + to;
    if (this.#reasons.has(name)) return false;
    this.#reasons.set(name, reason);
    if (shownBy !== undefined) this.#shownBy.set(name, shownBy);
    this.#successors[from]?.push(to);
    this.#predecessors[to]?.push(from);
    return true;
  }

  successors(vertex: number): readonly number[] {
    return this.#successors[vertex] ?? [];
  }

  predecessors(vertex: number): readonly number[] {
    return this.#predecessors[vertex] ?? [];
  }

  reason(from: number, to: number): string {
    return this.#reasons.get(from * this.vertexCount + to)?.() ?? '';
  }

  /** Operations that show an edge, beside the two that it joins. */
  shownBy(from: number, to: number): readonly number[] {
    return this.#shownBy.get(from * this.vertexCount + to) ?? [];
  }

  /** A shortest way over edges, with both its ends; only `from` and `to` if there is none. */
  path(from: number, to: number, mayPass: (vertex: number) => boolean = () => true): number[] {
    const came = new Map<number, number>();
    const open = [from];
    for (let i = 0; i < open.length && !came.has(to); i += 1)
      for (const later of this.successors(open[i] ?? 0)) {
        if (came.has(later) || !(later === to || mayPass(later))) continue;
        came.set(later, open[i] ?? 0);
        open.push(later);
      }
    const path = [to];
    for (let v = came.get(to); v !== undefined && v !== from; v = came.get(v)) path.push(v);
    return [from, ...path.toReversed()];
  }

  /** The vertices of a path, and all operations that show its edges. */
  proofOf(path: readonly number[]): readonly number[] {
    const steps = path.slice(1).flatMap((to, i) => this.shownBy(path[i] ?? to, to));
    return [...new Set([...path, ...steps])];
  }

  /** All from which `vertex` can be reached, without itself unless it lies on a cycle. */
  before(vertex: number): ReadonlySet<number> {
    const found = new Set<number>();
    const open = [vertex];
    for (let v = open.pop(); v !== undefined; v = open.pop())
      for (const earlier of this.predecessors(v)) {
        if (found.has(earlier)) continue;
        found.add(earlier);
        open.push(earlier);
      }
    return found;
  }

  /** Vertices of a cycle, in order; undefined if there is none. */
  cycle(): readonly number[] | undefined {
    const inside = this.#afterPeeling();
    const [start] = inside;
    if (start === undefined) return undefined;
    // What is left all have predecessors that are left: going back must meet itself.
    const path: number[] = [];
    const place = new Map<number, number>();
    let v: number | undefined = start;
    while (v !== undefined && !place.has(v)) {
      place.set(v, path.length);
      path.push(v);
      v = this.predecessors(v).find((earlier) => inside.has(earlier));
    }
    const onCycle = v === undefined ? [] : path.slice(place.get(v)).toReversed();
    return this.#shortest(onCycle);
  }

  /** An order in which all edges go forward; undefined if there is a cycle. */
  sorted(): readonly number[] | undefined {
    const order = this.#peeled();
    return order.length === this.vertexCount ? order : undefined;
  }

  #peeled(): number[] {
    const left = this.#predecessors.map((earlier) => earlier.length);
    const order: number[] = [];
    for (let v = 0; v < this.vertexCount; v += 1) if (left[v] === 0) order.push(v);
    // Both lists grow while they are gone through.
    for (const v of order)
      for (const later of this.successors(v)) {
        const count = (left[later] ?? 0) - 1;
        left[later] = count;
        if (count === 0) order.push(later);
      }
    return order;
  }

  #afterPeeling(): ReadonlySet<number> {
    const peeled = new Set(this.#peeled());
    const inside = new Set<number>();
    for (let v = 0; v < this.vertexCount; v += 1) if (!peeled.has(v)) inside.add(v);
    return inside;
  }

  /** The shortest cycle through the first vertex of one that is known. */
  #shortest(known: readonly number[]): readonly number[] {
    const [start = 0] = known;
    const from = new Map<number, number>();
    const open = [start];
    for (const v of open) {
      for (const later of this.successors(v)) {
        if (later === start) {
          const path = [v];
          for (let at = v; at !== start; ) {
            at = from.get(at) ?? start;
            path.push(at);
          }
          return path.toReversed();
        }
        if (from.has(later)) continue;
        from.set(later, v);
        open.push(later);
      }
    }
    return known;
  }
}
