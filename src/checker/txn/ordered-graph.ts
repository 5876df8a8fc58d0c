/**
 * A graph without cycles, and an order of its vertices that is kept up as edges come and go
 * (Pearce and Kelly, "A Dynamic Topological Sort Algorithm for Directed Acyclic Graphs", 2006).
 */
import type { IntList } from './integers.ts';

const none = -1;

export class OrderedGraph {
  readonly #edges: LinkedEdges;
  readonly #position: Int32Array;
  readonly #vertexAt: Int32Array;
  /** Vertices that were moved since this was last emptied, each once or more. */
  readonly moved: number[] = [];
  /** Of the last circle that an edge would have closed: its vertices, and who owns its edges. */
  readonly circle: number[] = [];
  readonly owners: number[] = [];
  readonly #isFree: (owner: number) => boolean;
  /** Marks of searches, and the edge by which each vertex was reached. */
  readonly #seen: Int32Array;
  readonly #via: Int32Array;
  #epoch = 0;

  /**
   * @param given edges, two numbers each, and an order of all vertices in which they go forward
   * @param ownerOf whose edges these are
   * @param isFree whether owners count for nothing: circles are looked for that rest on few others
   */
  constructor(
    { edges, order }: { readonly edges: IntList; readonly order: Int32Array },
    ownerOf: (edge: number) => number,
    isFree: (owner: number) => boolean,
  ) {
    const vertexCount = order.length;
    this.#isFree = isFree;
    this.#edges = new LinkedEdges(vertexCount, edges.length / 2);
    this.#position = new Int32Array(vertexCount);
    this.#vertexAt = order.slice();
    for (let at = 0; at < vertexCount; at += 1) this.#position[order[at] ?? 0] = at;
    for (let i = 0; i < edges.length; i += 2)
      this.#edges.add(edges.at(i), edges.at(i + 1), ownerOf(i / 2), none);
    this.#seen = new Int32Array(vertexCount);
    this.#via = new Int32Array(vertexCount);
  }

  /** Whether the first of two vertices comes before the second, as they stand. */
  isForward(from: number, to: number): boolean {
    return (this.#position[from] ?? 0) < (this.#position[to] ?? 0);
  }

  /** How far the second of two vertices stands behind the first; less than 0 if before it. */
  distance(from: number, to: number): number {
    return (this.#position[to] ?? 0) - (this.#position[from] ?? 0);
  }

  /**
   * Adds an edge and moves vertices so that it goes forward. Returns its number, or -1 if it would
   * close a circle, which is then in `circle` and `owners`.
   * @param nextOwned another edge of the owner, or -1, to take both out together
   */
  add(from: number, to: number, owner: number, nextOwned: number): number {
    if (from === to) {
      this.#keepCircle(from, from);
      return none;
    }
    const low = this.#position[to] ?? 0;
    const high = this.#position[from] ?? 0;
    if (high > low) {
      const after = this.#after(to, from, high);
      if (this.#seen[from] === this.#epoch) {
        this.#keepCircle(to, from);
        return none;
      }
      this.#reorder(this.#before(from, low), after);
    }
    return this.#edges.add(from, to, owner, nextOwned);
  }

  /** Takes out an edge and all that are owned together with it. */
  remove(first: number): void {
    for (let edge = first; edge !== none; ) {
      const next = this.#edges.nextOwned(edge);
      this.#edges.remove(edge);
      edge = next;
    }
  }

  /**
   * What can be reached from a vertex up to a position; ends early at the goal. Edges that count
   * for nothing are followed first.
   */
  #after(start: number, goal: number, high: number): readonly number[] {
    this.#epoch += 1;
    this.#seen[start] = this.#epoch;
    const reached = [start];
    let later: number[] = [];
    let expanded = 0;
    for (;;) {
      for (; expanded < reached.length; expanded += 1) {
        const v = reached[expanded] ?? 0;
        for (let edge = this.#edges.firstOut(v); edge !== none; edge = this.#edges.nextOut(edge)) {
          const w = this.#edges.to(edge);
          if (this.#seen[w] === this.#epoch || (this.#position[w] ?? 0) > high) continue;
          if (!this.#isFree(this.#edges.owner(edge))) later.push(edge);
          else if (this.#reach(edge, w, goal, reached)) return reached;
        }
      }
      const now = later;
      later = [];
      for (const edge of now) {
        const w = this.#edges.to(edge);
        if (this.#seen[w] !== this.#epoch && this.#reach(edge, w, goal, reached)) return reached;
      }
      if (expanded === reached.length) return reached;
    }
  }

  #reach(edge: number, w: number, goal: number, reached: number[]): boolean {
    this.#seen[w] = this.#epoch;
    this.#via[w] = edge;
    reached.push(w);
    return w === goal;
  }

  #before(start: number, low: number): readonly number[] {
    this.#epoch += 1;
    this.#seen[start] = this.#epoch;
    const reached = [start];
    for (const v of reached)
      for (let edge = this.#edges.firstIn(v); edge !== none; edge = this.#edges.nextIn(edge)) {
        const w = this.#edges.from(edge);
        if (this.#seen[w] === this.#epoch || (this.#position[w] ?? 0) < low) continue;
        this.#seen[w] = this.#epoch;
        reached.push(w);
      }
    return reached;
  }

  #keepCircle(start: number, end: number): void {
    this.circle.length = 0;
    this.owners.length = 0;
    this.circle.push(start);
    for (let v = end; v !== start; ) {
      const edge = this.#via[v] ?? 0;
      this.circle.push(v);
      const owner = this.#edges.owner(edge);
      if (!this.owners.includes(owner)) this.owners.push(owner);
      v = this.#edges.from(edge);
    }
  }

  /** Puts the vertices of `before` in front of those of `after`, in the places they had. */
  #reorder(before: readonly number[], after: readonly number[]): void {
    const position = this.#position;
    const ofBefore = Int32Array.from(before, (v) => position[v] ?? 0).sort();
    const ofAfter = Int32Array.from(after, (v) => position[v] ?? 0).sort();
    const places = new Int32Array(before.length + after.length);
    places.set(ofBefore);
    places.set(ofAfter, before.length);
    const vertices = places.map((place) => this.#vertexAt[place] ?? 0);
    places.sort();
    for (let i = 0; i < places.length; i += 1) {
      const [v, place] = [vertices[i] ?? 0, places[i] ?? 0];
      position[v] = place;
      this.#vertexAt[place] = v;
      this.moved.push(v);
    }
  }
}

/** Edges in lists by both ends and by owner, from which they can be taken out. */
class LinkedEdges {
  readonly #firstOut: Int32Array;
  readonly #firstIn: Int32Array;
  /** Per edge: from, to, owner, next and previous out, next and previous in, next owned. */
  #rows: Int32Array;
  #count = 0;
  readonly #free: number[] = [];

  constructor(vertexCount: number, expected: number) {
    this.#firstOut = new Int32Array(vertexCount).fill(none);
    this.#firstIn = new Int32Array(vertexCount).fill(none);
    this.#rows = new Int32Array((expected + 1024) * width);
  }

  firstOut(v: number): number {
    return this.#firstOut[v] ?? none;
  }

  firstIn(v: number): number {
    return this.#firstIn[v] ?? none;
  }

  from(edge: number): number {
    return this.#rows[edge * width + field.from] ?? 0;
  }

  to(edge: number): number {
    return this.#rows[edge * width + field.to] ?? 0;
  }

  owner(edge: number): number {
    return this.#rows[edge * width + field.owner] ?? none;
  }

  nextOut(edge: number): number {
    return this.#rows[edge * width + field.nextOut] ?? none;
  }

  nextIn(edge: number): number {
    return this.#rows[edge * width + field.nextIn] ?? none;
  }

  nextOwned(edge: number): number {
    return this.#rows[edge * width + field.nextOwned] ?? none;
  }

  add(from: number, to: number, owner: number, nextOwned: number): number {
    const edge = this.#free.pop() ?? this.#fresh();
    const at = edge * width;
    const out = this.firstOut(from);
    const into = this.firstIn(to);
    const rows = this.#rows;
    rows[at + field.from] = from;
    rows[at + field.to] = to;
    rows[at + field.owner] = owner;
    rows[at + field.nextOut] = out;
    rows[at + field.previousOut] = none;
    rows[at + field.nextIn] = into;
    rows[at + field.previousIn] = none;
    rows[at + field.nextOwned] = nextOwned;
    if (out !== none) rows[out * width + field.previousOut] = edge;
    if (into !== none) rows[into * width + field.previousIn] = edge;
    this.#firstOut[from] = edge;
    this.#firstIn[to] = edge;
    return edge;
  }

  remove(edge: number): void {
    const rows = this.#rows;
    const at = edge * width;
    const [nextOut, previousOut] = [this.nextOut(edge), rows[at + field.previousOut] ?? none];
    const [nextIn, previousIn] = [this.nextIn(edge), rows[at + field.previousIn] ?? none];
    if (previousOut === none) this.#firstOut[this.from(edge)] = nextOut;
    else rows[previousOut * width + field.nextOut] = nextOut;
    if (nextOut !== none) rows[nextOut * width + field.previousOut] = previousOut;
    if (previousIn === none) this.#firstIn[this.to(edge)] = nextIn;
    else rows[previousIn * width + field.nextIn] = nextIn;
    if (nextIn !== none) rows[nextIn * width + field.previousIn] = previousIn;
    this.#free.push(edge);
  }

  #fresh(): number {
    if ((this.#count + 1) * width > this.#rows.length) {
      const grown = new Int32Array(this.#rows.length * 2);
      grown.set(this.#rows);
      this.#rows = grown;
    }
    this.#count += 1;
    return this.#count - 1;
  }
}

const field = {
  from: 0,
  to: 1,
  owner: 2,
  nextOut: 3,
  previousOut: 4,
  nextIn: 5,
  previousIn: 6,
  nextOwned: 7,
} as const;
const width = 8;
