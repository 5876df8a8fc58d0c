/**
 * Given edges that there are, and choices between two sets of edges each: is there a way to
 * choose such that no cycle arises? In general NP-complete (Papadimitriou, "The Serializability
 * of Concurrent Database Updates", 1979).
 *
 * First what is forced: a choice of which one side would close a cycle is made, until nothing
 * more is (saturation, as in Biswas and Enea, 2019, and PolySI, Huang et al., 2023). Then the
 * rest is chosen after an order of the vertices, which is mended where it serves no choice; see
 * `conflict-search.ts`.
 */

import { EdgeList } from '../digraph.ts';
import { ChoiceEdges } from './choice-edges.ts';
import { ConflictSearch, type GivenEdges, type SearchLimits } from './conflict-search.ts';
import { IntList } from './integers.ts';
import { coreOf, type Forcing } from './order-core.ts';
import type { OrderProblem } from './order-problem.ts';

export type OrderAnswer =
  | { readonly acyclic: true }
  /**
   * `conflict`: a choice that can be made neither way, -1 if what is known closes a circle already;
   * `core`: vertices among which there is no way to choose, unless time was over.
   */
  | {
      readonly acyclic: false;
      readonly conflict: number;
      readonly core: () => ReadonlySet<number> | undefined;
    }
  | { readonly acyclic: 'unknown' };

const none = -1;
/** A greater table of who reaches whom takes longer than the search that it would spare. */
const closureWorthBytes = 2 ** 26;

/** Where the table takes more than this, the order that suggests itself is tried first. */
const cheapBytes = 2 ** 18;
/** As many steps as take about as long as to fill the table. */
const quickSteps = 10_000;
/** The same where there is no table, and where a start costs more. */
const longSteps = 100_000;

/**
 * @param closureBytesMax for the table of who reaches whom; beyond it nothing is forced
 * @param quickBytes from which size of the table on to try the order that suggests itself first
 */
export function searchOrder(
  problem: OrderProblem,
  closureBytesMax: number,
  outOfTime: () => boolean,
  quickBytes = cheapBytes,
): OrderAnswer {
  const bytesMax = Math.min(closureBytesMax, closureWorthBytes);
  const choices = new ChoiceEdges(problem);
  const saturation = new Saturation(problem, choices, bytesMax, outOfTime);
  const searched = (order: Int32Array, limits?: SearchLimits): OrderAnswer => {
    const search = new ConflictSearch(choices, saturation.given(order), saturation.left, outOfTime);
    const acyclic = search.run(limits);
    if (acyclic !== false) return { acyclic };
    const core = (): ReadonlySet<number> | undefined =>
      coreOf(saturation.forcing(), search.contradiction(), outOfTime);
    return { acyclic, conflict: search.conflict, core };
  };
  const isBig = saturation.bytes > bytesMax;
  const tries: SearchLimits[] = [];
  if (isBig || saturation.bytes > quickBytes)
    tries.push({ patience: isBig ? longSteps : quickSteps });
  // What is big was mostly recorded over a long time, and one part has little to do with another.
  if (isBig) tries.push({ patience: saturation.left.length, local: true });
  const known = tries.length === 0 ? undefined : saturation.order();
  if (known !== undefined)
    for (const limits of tries) {
      const quick = searched(known, limits);
      if (quick.acyclic !== 'unknown') return quick;
    }
  const conflict = saturation.run() ?? none;
  const order = conflict === none ? saturation.order() : undefined;
  if (order !== undefined) return searched(order);
  const both = conflict === none ? [] : [conflict];
  const core = (): ReadonlySet<number> | undefined =>
    coreOf(saturation.forcing(), { choices: both, vertices: [], given: [] }, outOfTime);
  return { acyclic: false, conflict, core };
}

class Saturation {
  readonly #problem: OrderProblem;
  readonly #choices: ChoiceEdges;
  readonly #closureBytesMax: number;
  readonly #outOfTime: () => boolean;
  /** Known ones and forced ones. */
  readonly #edges: IntList;
  /** The literal that an edge is from, or -1; and in which round it did, from 1 on. */
  readonly #origin: IntList;
  readonly #rounds: IntList;
  /** Choices that are not made yet. */
  left: number[];

  constructor(
    problem: OrderProblem,
    choices: ChoiceEdges,
    closureBytesMax: number,
    outOfTime: () => boolean,
  ) {
    this.#problem = problem;
    this.#choices = choices;
    this.#closureBytesMax = closureBytesMax;
    this.#outOfTime = outOfTime;
    this.#edges = problem.known;
    this.#origin = new IntList(this.#edges.length / 2);
    this.#rounds = new IntList(this.#edges.length / 2);
    for (let i = 0; i < this.#edges.length; i += 2) this.#from(-1, 0);
    this.left = Array.from({ length: problem.choiceCount }, (_, i) => i);
  }

  /** Of the table of who reaches whom. */
  get bytes(): number {
    return wordsFor(this.#problem.vertexCount) * 4 * this.#problem.vertexCount;
  }

  /** The edges there are by now, for a search. */
  given(order: Int32Array): GivenEdges {
    return { edges: this.#edges, order, ownerOf: (edge) => this.#origin.at(edge) };
  }

  /** What was forced, and when, to say why. */
  forcing(): Forcing {
    return {
      problem: this.#problem,
      edges: this.#edges,
      origin: this.#origin,
      rounds: this.#rounds,
    };
  }

  /** The choice with two bad sides, -1 for a circle without any, undefined if all is well so far. */
  run(): number | undefined {
    const { vertexCount } = this.#problem;
    for (let round = 1; ; round += 1) {
      const order = this.order();
      if (order === undefined) return -1;
      if (this.bytes > this.#closureBytesMax || this.left.length === 0 || this.#outOfTime())
        return undefined;
      const before = this.left.length;
      const conflict = this.#force(closureOf(vertexCount, this.#edges, order), round);
      if (conflict !== -1) return conflict;
      const made = before - this.left.length;
      if (made === 0) return undefined;
    }
  }

  /** Makes the choices of which one side would close a circle; one of which both would, or -1. */
  #force(reach: Uint32Array, round: number): number {
    const words = wordsFor(this.#problem.vertexCount);
    const { start, ends } = this.#choices;
    const closes = (literal: number): boolean => {
      for (let at = start[literal] ?? 0; at < (start[literal + 1] ?? 0); at += 2) {
        const [from, to] = [ends[at] ?? 0, ends[at + 1] ?? 0];
        if (from === to || isSet(reach, words, to, from)) return true;
      }
      return false;
    };
    const left: number[] = [];
    for (const choice of this.left) {
      const [first, second] = [closes(choice * 2), closes(choice * 2 + 1)];
      if (first && second) return choice;
      if (!first && !second) {
        left.push(choice);
        continue;
      }
      const forced = choice * 2 + (first ? 1 : 0);
      for (let at = start[forced] ?? 0; at < (start[forced + 1] ?? 0); at += 2) {
        const [from, to] = [ends[at] ?? 0, ends[at + 1] ?? 0];
        // Where one reaches the other already, the edge says nothing new.
        if (isSet(reach, words, from, to)) continue;
        this.#edges.push(from);
        this.#edges.push(to);
        this.#from(forced, round);
      }
    }
    this.left = left;
    return -1;
  }

  #from(literal: number, round: number): void {
    this.#origin.push(literal);
    this.#rounds.push(round);
  }

  /** Vertices in an order that all edges keep, the least rank first; undefined if there is none. */
  order(): Int32Array | undefined {
    const { vertexCount, rank } = this.#problem;
    const list = new EdgeList(this.#edges.length / 2);
    const waiting = new Int32Array(vertexCount);
    for (let i = 0; i < this.#edges.length; i += 2) {
      const to = this.#edges.at(i + 1);
      list.add(this.#edges.at(i), to, 1);
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

function wordsFor(vertexCount: number): number {
  return (vertexCount + 31) >> 5;
}

/** Bit w of row v: v reaches w. */
function closureOf(vertexCount: number, edges: IntList, order: Int32Array): Uint32Array {
  const words = wordsFor(vertexCount);
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
