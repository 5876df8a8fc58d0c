/**
 * Given edges that there are, and choices between two sets of edges each: is there a way to
 * choose such that no cycle arises? In general NP-complete (Papadimitriou, "The Serializability
 * of Concurrent Database Updates", 1979).
 *
 * First what is forced: a choice of which one side would close a cycle is made, until nothing
 * more is (saturation, as in Biswas and Enea, 2019, and PolySI, Huang et al., 2023). Then the
 * rest is chosen after an order of the vertices that is kept up as edges come (Pearce and
 * Kelly, "A Dynamic Topological Sort Algorithm", 2006). A choice with two bad sides goes to
 * the front, and all begins anew; if that does not help, all combinations are gone through.
 */
import { EdgeList } from './digraph.ts';

/** Two numbers an edge: from, to, from, to, … */
export type EdgePairs = readonly number[];

export interface Choice {
  readonly sides: readonly [EdgePairs, EdgePairs];
}

export interface OrderProblem {
  readonly vertexCount: number;
  readonly known: EdgePairs;
  readonly choices: readonly Choice[];
  /** Where each vertex would stand in an order that suggests itself. */
  readonly rank: (vertex: number) => number;
}

/** A choice that was forced, and a path that the other side would have closed to a cycle. */
export interface Forced {
  readonly choice: number;
  readonly side: 0 | 1;
}

export type OrderAnswer =
  | { readonly acyclic: true }
  /** `conflict`: the choice of which both sides close cycles; -1: what is known does already. */
  | { readonly acyclic: false; readonly forced: readonly Forced[]; readonly conflict: number }
  | { readonly acyclic: 'unknown' };

const restartsMax = 200;

/** @param closureBytesMax for the table of who reaches whom; beyond it nothing is forced */
export function searchOrder(
  problem: OrderProblem,
  closureBytesMax: number,
  outOfTime: () => boolean,
): OrderAnswer {
  const saturation = new Saturation(problem, closureBytesMax, outOfTime);
  const conflict = saturation.run();
  const { forced } = saturation;
  if (conflict !== undefined) return { acyclic: false, forced, conflict };
  const left = saturation.left;
  const order = saturation.order();
  if (order === undefined) return { acyclic: false, forced, conflict: -1 };
  if (left.length === 0) return { acyclic: true };
  const search = new ChoiceSearch(problem, saturation.edges, order, left, outOfTime);
  const answer = search.run();
  if (answer === 'unknown') return { acyclic: 'unknown' };
  return answer ? { acyclic: true } : { acyclic: false, forced, conflict: left[0] ?? -1 };
}

class Saturation {
  readonly #problem: OrderProblem;
  readonly #closureBytesMax: number;
  readonly #outOfTime: () => boolean;
  readonly edges: number[];
  readonly forced: Forced[] = [];
  /** Choices that are not made yet. */
  left: number[];

  constructor(problem: OrderProblem, closureBytesMax: number, outOfTime: () => boolean) {
    this.#problem = problem;
    this.#closureBytesMax = closureBytesMax;
    this.#outOfTime = outOfTime;
    this.edges = [...problem.known];
    this.left = problem.choices.map((_, i) => i);
  }

  /** The choice with two bad sides, -1 for a cycle without any, undefined if all is well so far. */
  run(): number | undefined {
    const words = (this.#problem.vertexCount + 31) >> 5;
    for (;;) {
      const order = this.order();
      if (order === undefined) return -1;
      const fits = words * 4 * this.#problem.vertexCount <= this.#closureBytesMax;
      if (!fits || this.left.length === 0 || this.#outOfTime()) return undefined;
      const reach = closureOf(this.#problem.vertexCount, this.edges, order);
      const closes = (side: EdgePairs): boolean => {
        for (let i = 0; i < side.length; i += 2) {
          const [from, to] = [side[i] ?? 0, side[i + 1] ?? 0];
          if (from === to || isSet(reach, words, to, from)) return true;
        }
        return false;
      };
      const left: number[] = [];
      let made = 0;
      for (const choice of this.left) {
        const sides = this.#problem.choices[choice]?.sides ?? [[], []];
        const [first, second] = [closes(sides[0]), closes(sides[1])];
        if (first && second) return choice;
        if (!first && !second) {
          left.push(choice);
          continue;
        }
        const side = first ? 1 : 0;
        for (const vertex of sides[side]) this.edges.push(vertex);
        this.forced.push({ choice, side });
        made += 1;
      }
      this.left = left;
      if (made === 0) return undefined;
    }
  }

  /** Vertices in an order that all edges keep, the least rank first; undefined if there is none. */
  order(): Int32Array | undefined {
    const { vertexCount, rank } = this.#problem;
    const list = new EdgeList();
    const waiting = new Int32Array(vertexCount);
    for (let i = 0; i < this.edges.length; i += 2) {
      const to = this.edges[i + 1] ?? 0;
      list.add(this.edges[i] ?? 0, to, 1);
      waiting[to] = (waiting[to] ?? 0) + 1;
    }
    const { offsets, targets } = list.toDigraph(vertexCount);
    const ready = new Ready(rank);
    for (let v = 0; v < vertexCount; v += 1) if (waiting[v] === 0) ready.push(v);
    const order = new Int32Array(vertexCount);
    let placed = 0;
    for (let v = ready.pop(); v !== undefined; v = ready.pop()) {
      order[placed] = v;
      placed += 1;
      for (let edge = offsets[v] ?? 0; edge < (offsets[v + 1] ?? 0); edge += 1) {
        const w = targets[edge] ?? 0;
        waiting[w] = (waiting[w] ?? 0) - 1;
        if (waiting[w] === 0) ready.push(w);
      }
    }
    return placed === vertexCount ? order : undefined;
  }
}

/** Bit w of row v: v reaches w. */
function closureOf(vertexCount: number, edges: EdgePairs, order: Int32Array): Uint32Array {
  const words = (vertexCount + 31) >> 5;
  const reach = new Uint32Array(words * vertexCount);
  const list = new EdgeList();
  for (let i = 0; i < edges.length; i += 2) list.add(edges[i] ?? 0, edges[i + 1] ?? 0, 1);
  const { offsets, targets } = list.toDigraph(vertexCount);
  for (let at = vertexCount - 1; at >= 0; at -= 1) {
    const v = order[at] ?? 0;
    const row = v * words;
    for (let edge = offsets[v] ?? 0; edge < (offsets[v + 1] ?? 0); edge += 1) {
      const w = targets[edge] ?? 0;
      if (isSet(reach, words, v, w)) continue;
      const bit = row + (w >> 5);
      reach[bit] = (reach[bit] ?? 0) | (1 << (w & 31));
      const other = w * words;
      for (let i = 0; i < words; i += 1)
        reach[row + i] = (reach[row + i] ?? 0) | (reach[other + i] ?? 0);
    }
  }
  return reach;
}

function isSet(reach: Uint32Array, words: number, v: number, w: number): boolean {
  return (((reach[v * words + (w >> 5)] ?? 0) >>> (w & 31)) & 1) === 1;
}

/** Vertices that may come next, the least rank first. */
class Ready {
  readonly #rank: (vertex: number) => number;
  readonly #items: number[] = [];

  constructor(rank: (vertex: number) => number) {
    this.#rank = rank;
  }

  push(item: number): void {
    const items = this.#items;
    const rank = this.#rank(item);
    let at = items.push(item) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#rank(items[parent] ?? 0) <= rank) break;
      items[at] = items[parent] ?? 0;
      at = parent;
    }
    items[at] = item;
  }

  pop(): number | undefined {
    const items = this.#items;
    const top = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return top;
    const rank = this.#rank(last);
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= items.length) break;
      const right = child + 1;
      if (
        right < items.length &&
        this.#rank(items[right] ?? 0) < this.#rank(items[child] ?? 0)
      )
        child = right;
      if (this.#rank(items[child] ?? 0) >= rank) break;
      items[at] = items[child] ?? 0;
      at = child;
    }
    items[at] = last;
    return top;
  }
}

/** Makes the choices that nothing forces. */
class ChoiceSearch {
  readonly #problem: OrderProblem;
  readonly #outOfTime: () => boolean;
  readonly #next: number[][];
  readonly #previous: number[][];
  readonly #position: Int32Array;
  /** Edges that were added, to be taken back. */
  readonly #added: number[] = [];
  #choices: number[];
  #steps = 0;

  constructor(
    problem: OrderProblem,
    edges: EdgePairs,
    order: Int32Array,
    left: readonly number[],
    outOfTime: () => boolean,
  ) {
    this.#problem = problem;
    this.#outOfTime = outOfTime;
    this.#choices = [...left];
    this.#next = Array.from({ length: problem.vertexCount }, () => []);
    this.#previous = Array.from({ length: problem.vertexCount }, () => []);
    this.#position = new Int32Array(problem.vertexCount);
    for (const [at, v] of order.entries()) this.#position[v] = at;
    for (let i = 0; i < edges.length; i += 2) {
      this.#next[edges[i] ?? 0]?.push(edges[i + 1] ?? 0);
      this.#previous[edges[i + 1] ?? 0]?.push(edges[i] ?? 0);
    }
  }

  run(): boolean | 'unknown' {
    for (let restart = 0; restart < restartsMax; restart += 1) {
      const stuck = this.#chooseAll();
      if (stuck === undefined) return true;
      if (stuck === 0) return false;
      if (this.#isOver()) return 'unknown';
      this.#takeBack(0);
      const choice = this.#choices[stuck] ?? 0;
      this.#choices.splice(stuck, 1);
      this.#choices.unshift(choice);
    }
    this.#takeBack(0);
    return this.#tryAll();
  }

  #isOver(): boolean {
    this.#steps += 1;
    return this.#outOfTime();
  }

  /** The position of the choice with two bad sides, or undefined. */
  #chooseAll(): number | undefined {
    for (const [at, choice] of this.#choices.entries()) {
      const likely = this.#likely(choice);
      if (!this.#take(choice, likely) && !this.#take(choice, likely === 0 ? 1 : 0)) return at;
      if ((at & 1023) === 1023 && this.#outOfTime()) return at;
    }
    return undefined;
  }

  /** All combinations, the last choice changed first. */
  #tryAll(): boolean | 'unknown' {
    const marks: number[] = [];
    const tried: number[] = [];
    let at = 0;
    while (at < this.#choices.length) {
      if ((this.#steps & 255) === 0 && this.#outOfTime()) return 'unknown';
      this.#steps += 1;
      const choice = this.#choices[at] ?? 0;
      marks[at] ??= this.#added.length;
      const count = tried[at] ?? 0;
      if (count === 2) {
        marks.length = at;
        tried.length = at;
        at -= 1;
        if (at < 0) return false;
        this.#takeBack(marks[at] ?? 0);
        continue;
      }
      tried[at] = count + 1;
      if (this.#take(choice, count === 0 ? 0 : 1)) at += 1;
    }
    return true;
  }

  /** The side whose first edge goes forward in the order as it is. */
  #likely(choice: number): 0 | 1 {
    const side = this.#problem.choices[choice]?.sides[0] ?? [];
    const [from, to] = [side[0] ?? 0, side[1] ?? 0];
    return (this.#position[from] ?? 0) < (this.#position[to] ?? 0) ? 0 : 1;
  }

  /** Adds the edges of a side, or none if one closes a cycle. */
  #take(choice: number, side: 0 | 1): boolean {
    const edges = this.#problem.choices[choice]?.sides[side] ?? [];
    const mark = this.#added.length;
    for (let i = 0; i < edges.length; i += 2)
      if (!this.#add(edges[i] ?? 0, edges[i + 1] ?? 0)) {
        this.#takeBack(mark);
        return false;
      }
    return true;
  }

  #takeBack(mark: number): void {
    while (this.#added.length > mark) {
      const to = this.#added.pop() ?? 0;
      const from = this.#added.pop() ?? 0;
      this.#next[from]?.pop();
      this.#previous[to]?.pop();
    }
  }

  /** Adds an edge and moves vertices so that it goes forward; false if it would close a cycle. */
  #add(from: number, to: number): boolean {
    if (from === to) return false;
    const [low, high] = [this.#position[to] ?? 0, this.#position[from] ?? 0];
    if (high > low) {
      const after = this.#reached(to, this.#next, (at) => at <= high);
      if (after.has(from)) return false;
      const before = this.#reached(from, this.#previous, (at) => at >= low);
      this.#reorder([...before], [...after]);
    }
    this.#next[from]?.push(to);
    this.#previous[to]?.push(from);
    this.#added.push(from, to);
    return true;
  }

  #reached(
    start: number,
    edges: readonly (readonly number[])[],
    inside: (position: number) => boolean,
  ): Set<number> {
    const seen = new Set([start]);
    for (const v of seen)
      for (const w of edges[v] ?? []) if (inside(this.#position[w] ?? 0)) seen.add(w);
    return seen;
  }

  /** Puts the vertices of `before` in front of those of `after`, in the places they had. */
  #reorder(before: number[], after: number[]): void {
    const position = this.#position;
    const byPosition = (a: number, b: number): number =>
      (position[a] ?? 0) - (position[b] ?? 0);
    const vertices = [...before.sort(byPosition), ...after.sort(byPosition)];
    const places = vertices.map((v) => position[v] ?? 0).sort((a, b) => a - b);
    for (const [i, v] of vertices.entries()) position[v] = places[i] ?? 0;
  }
}
