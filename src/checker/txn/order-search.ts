/**
 * Given edges that there are, and choices between two sets of edges each: is there a way to
 * choose such that no cycle arises? In general NP-complete (Papadimitriou, "The Serializability
 * of Concurrent Database Updates", 1979).
 *
 * First what is forced: a choice of which one side would close a cycle is made, until nothing
 * more is (saturation, as in Biswas and Enea, 2019, and PolySI, Huang et al., 2023). Then the
 * rest is chosen after an order of the vertices that is kept up as edges come (Pearce and
 * Kelly, "A Dynamic Topological Sort Algorithm", 2006), with repairs where a choice has two bad
 * sides; see `choice-search.ts`.
 */

import { EdgeList } from '../digraph.ts';
import { ChoiceSearch } from './choice-search.ts';
import type { IntList } from './integers.ts';
import type { OrderProblem } from './order-problem.ts';

/** A choice that was forced, and a path that the other side would have closed to a cycle. */
interface Forced {
  readonly choice: number;
  readonly side: 0 | 1;
}

export type OrderAnswer =
  | { readonly acyclic: true }
  /** `conflict`: the choice of which both sides close cycles; -1: what is known does already. */
  | { readonly acyclic: false; readonly forced: readonly Forced[]; readonly conflict: number }
  | { readonly acyclic: 'unknown' };

/** A greater table of who reaches whom takes longer than the search that it would spare. */
const closureWorthBytes = 2 ** 24;

/** @param closureBytesMax for the table of who reaches whom; beyond it nothing is forced */
export function searchOrder(
  problem: OrderProblem,
  closureBytesMax: number,
  outOfTime: () => boolean,
): OrderAnswer {
  const bytesMax = Math.min(closureBytesMax, closureWorthBytes);
  const saturation = new Saturation(problem, bytesMax, outOfTime);
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
  return answer ? { acyclic: true } : { acyclic: false, forced, conflict: search.conflict };
}

class Saturation {
  readonly #problem: OrderProblem;
  readonly #closureBytesMax: number;
  readonly #outOfTime: () => boolean;
  /** Known ones and forced ones. */
  readonly edges: IntList;
  readonly forced: Forced[] = [];
  /** Choices that are not made yet. */
  left: number[];

  constructor(problem: OrderProblem, closureBytesMax: number, outOfTime: () => boolean) {
    this.#problem = problem;
    this.#closureBytesMax = closureBytesMax;
    this.#outOfTime = outOfTime;
    this.edges = problem.known;
    this.left = Array.from({ length: problem.choiceCount }, (_, i) => i);
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
      const side: number[] = [];
      const closes = (choice: number, which: 0 | 1): boolean => {
        side.length = 0;
        this.#problem.edgesOf(choice, which, side);
        for (let i = 0; i < side.length; i += 2) {
          const [from, to] = [side[i] ?? 0, side[i + 1] ?? 0];
          if (from === to || isSet(reach, words, to, from)) return true;
        }
        return false;
      };
      const left: number[] = [];
      let made = 0;
      for (const choice of this.left) {
        const [first, second] = [closes(choice, 0), closes(choice, 1)];
        if (first && second) return choice;
        if (!first && !second) {
          left.push(choice);
          continue;
        }
        const forced = first ? 1 : 0;
        side.length = 0;
        this.#problem.edgesOf(choice, forced, side);
        for (const vertex of side) this.edges.push(vertex);
        this.forced.push({ choice, side: forced });
        made += 1;
      }
      this.left = left;
      if (made === 0) return undefined;
    }
  }

  /** Vertices in an order that all edges keep, the least rank first; undefined if there is none. */
  order(): Int32Array | undefined {
    const { vertexCount, rank } = this.#problem;
    const list = new EdgeList(this.edges.length / 2);
    const waiting = new Int32Array(vertexCount);
    for (let i = 0; i < this.edges.length; i += 2) {
      const to = this.edges.at(i + 1);
      list.add(this.edges.at(i), to, 1);
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
function closureOf(vertexCount: number, edges: IntList, order: Int32Array): Uint32Array {
  const words = (vertexCount + 31) >> 5;
  const reach = new Uint32Array(words * vertexCount);
  const list = new EdgeList(edges.length / 2);
  for (let i = 0; i < edges.length; i += 2) list.add(edges.at(i), edges.at(i + 1), 1);
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
      if (right < items.length && this.#rank(items[right] ?? 0) < this.#rank(items[child] ?? 0))
        child = right;
      if (this.#rank(items[child] ?? 0) >= rank) break;
      items[at] = items[child] ?? 0;
      at = child;
    }
    items[at] = last;
    return top;
  }
}
