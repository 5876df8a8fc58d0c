/**
 * Shortest closed walks through an edge, by breadth-first search over pairs of vertex and
 * state, where the state says whether the walk came by an anti-dependency. Each pair is
 * visited once, so a search costs no more than the graph is big; searches that enumerate
 * paths are exponential.
 *
 * Helper vertices (moments, and stand-ins for the next version of a key) belong to the edge
 * that led to them: to leave one costs no step and changes no state.
 */

import type { Digraph } from '../digraph.ts';
import type { AntiRule } from './cycle-types.ts';
import { anti } from './relations.ts';

/** Counts work, and says when there was enough of it. */
export class Meter {
  visits = 0;
  #nextLook = 0;
  #out = false;
  readonly #outOfTime: () => boolean;

  constructor(outOfTime: () => boolean) {
    this.#outOfTime = outOfTime;
  }

  /** Looks at the time now. */
  isOver(): boolean {
    this.#nextLook = this.visits;
    return this.out;
  }

  get out(): boolean {
    if (this.#out || this.visits < this.#nextLook) return this.#out;
    this.#nextLook = this.visits + 65_536;
    this.#out = this.#outOfTime();
    return this.#out;
  }
}

export interface WalkQuestion {
  readonly rule: AntiRule;
  readonly mask: number;
  /** The walk stays among vertices for which this is true. */
  readonly inside: (vertex: number) => boolean;
  readonly lengthMax: number;
}

export class WalkSearch {
  readonly #graph: Digraph;
  readonly #isHelper: (vertex: number) => boolean;
  readonly #meter: Meter;
  /** By vertex × 2 + state. */
  readonly #seen: Int32Array;
  readonly #parent: Int32Array;
  readonly #parentEdge: Int32Array;
  #epoch = 0;
  #level: number[] = [];
  #nextLevel: number[] = [];

  constructor(graph: Digraph, isHelper: (vertex: number) => boolean, meter: Meter) {
    this.#graph = graph;
    this.#isHelper = isHelper;
    this.#meter = meter;
    this.#seen = new Int32Array(graph.vertexCount * 2);
    this.#parent = new Int32Array(graph.vertexCount * 2);
    this.#parentEdge = new Int32Array(graph.vertexCount * 2);
  }

  /** The edges of the shortest closed walk that begins with `edge`, which leaves `from`. */
  through(from: number, edge: number, question: WalkQuestion): readonly number[] | undefined {
    this.#epoch += 1;
    const { targets } = this.#graph;
    const first = (targets[edge] ?? 0) * 2 + (question.rule === 'apart' ? 1 : 0);
    this.#seen[first] = this.#epoch;
    this.#parent[first] = -1;
    this.#parentEdge[first] = edge;
    this.#level = [first];
    for (let length = 1; this.#level.length > 0 && length <= question.lengthMax; length += 1) {
      this.#nextLevel = [];
      // Through helpers first, or what takes no step would be taken for reached a step later.
      let found = this.#expand(from, question, true);
      if (found === -1 && length < question.lengthMax) found = this.#expand(from, question, false);
      if (found !== -1) return this.#walkTo(found);
      if (this.#meter.out) return undefined;
      this.#level = this.#nextLevel;
    }
    return undefined;
  }

  /**
   * Leaves the helpers of the level, which then grows, or goes one step on from each of its other
   * pairs. Returns the pair at the end, or -1.
   */
  #expand(goal: number, { rule, mask, inside }: WalkQuestion, ofHelpers: boolean): number {
    const { offsets, targets, relations } = this.#graph;
    const outside = ~mask & 0xff;
    const level = this.#level;
    for (const node of level) {
      const v = node >> 1;
      if (this.#isHelper(v) !== ofHelpers) continue;
      const end = offsets[v + 1] ?? 0;
      this.#meter.visits += end - (offsets[v] ?? 0);
      for (let edge = offsets[v] ?? 0; edge < end; edge += 1) {
        const bits = relations[edge] ?? 0;
        if ((bits & outside) !== 0) continue;
        const w = targets[edge] ?? 0;
        let state = node & 1;
        if (!ofHelpers) {
          const isAnti = (bits & anti) !== 0;
          if (isAnti && (rule === 'one' || (rule === 'apart' && state === 1))) continue;
          state = isAnti && rule === 'apart' ? 1 : 0;
        }
        const reached = w * 2 + state;
        if (this.#seen[reached] === this.#epoch || !inside(w)) continue;
        this.#seen[reached] = this.#epoch;
        this.#parent[reached] = node;
        this.#parentEdge[reached] = edge;
        if (w === goal && state === 0) return reached;
        (ofHelpers ? level : this.#nextLevel).push(reached);
      }
    }
    return -1;
  }

  #walkTo(end: number): readonly number[] {
    const edges: number[] = [];
    for (let node = end; node !== -1; node = this.#parent[node] ?? 0)
      edges.push(this.#parentEdge[node] ?? 0);
    return edges.toReversed();
  }
}
