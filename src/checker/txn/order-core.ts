/**
 * What a contradiction between choices rests on: the vertices of the circles, and, where choices
 * were forced, of the circles that forced them, and so on.
 */
import { type IntList, type Rows, rowsOf } from './integers.ts';
import type { OrderProblem } from './order-problem.ts';

/** Edges that were known or forced, round by round. */
export interface Forcing {
  readonly problem: OrderProblem;
  /** Two numbers each. */
  readonly edges: IntList;
  /** Per edge the literal that was forced, or -1; and the round in which it was, or 0. */
  readonly origin: IntList;
  readonly rounds: IntList;
}

/** What is known of a contradiction: if nothing, all edges together close a circle. */
export interface Cause {
  readonly vertices: Iterable<number>;
  /** Choices both sides of which count. */
  readonly choices: Iterable<number>;
  /** Literals that were forced. */
  readonly given: Iterable<number>;
}

const none = -1;

/** Undefined if time was over before all was found. */
export function coreOf(
  forcing: Forcing,
  cause: Cause,
  outOfTime: () => boolean,
): ReadonlySet<number> | undefined {
  const finder = new CoreFinder(forcing, outOfTime);
  for (const vertex of cause.vertices) finder.vertices.add(vertex);
  for (const literal of cause.given) finder.given.add(literal);
  for (const choice of cause.choices) finder.addSearched(choice);
  if (finder.vertices.size === 0 && finder.given.size === 0) finder.addCircle();
  return finder.addForced() ? finder.vertices : undefined;
}

class CoreFinder {
  readonly #forcing: Forcing;
  readonly vertices = new Set<number>();
  /** Literals that were forced. */
  readonly given = new Set<number>();
  readonly #outOfTime: () => boolean;
  /** By vertex the edges that leave it. */
  readonly #leaving: Rows;
  readonly #roundOf = new Map<number, number>();
  readonly #via: Int32Array;
  readonly #reached: Int32Array;
  #epoch = 0;
  readonly #roundMax: number;

  constructor(forcing: Forcing, outOfTime: () => boolean) {
    this.#outOfTime = outOfTime;
    const { problem, edges, origin, rounds } = forcing;
    const { vertexCount } = problem;
    this.#forcing = forcing;
    this.#via = new Int32Array(vertexCount);
    this.#reached = new Int32Array(vertexCount);
    const edgeCount = edges.length / 2;
    this.#leaving = rowsOf(vertexCount, (visit) => {
      for (let edge = 0; edge < edgeCount; edge += 1) visit(edges.at(edge * 2), edge);
    });
    let last = 0;
    for (let edge = 0; edge < edgeCount; edge += 1) {
      last = Math.max(last, rounds.at(edge));
      if (origin.at(edge) !== none) this.#roundOf.set(origin.at(edge), rounds.at(edge));
    }
    this.#roundMax = last;
  }

  /** A choice of which neither side was forced: what either would have closed. */
  addSearched(choice: number): void {
    this.#addEnds(choice);
    for (const side of [0, 1] as const) this.#addWhyNot(choice * 2 + side, this.#roundMax);
  }

  /** Whatever forced the literals that are given, and those that are given by that. */
  addForced(): boolean {
    let steps = 0;
    for (const literal of this.given) {
      steps += 1;
      if (steps % 16 === 0 && this.#outOfTime()) return false;
      this.#addEnds(literal >> 1);
      this.#addWhyNot(literal ^ 1, (this.#roundOf.get(literal) ?? 0) - 1);
    }
    return true;
  }

  /** Some circle of edges, if there is one. */
  addCircle(): void {
    const { edges, problem } = this.#forcing;
    const isLeft = this.#onOrAfterCircles();
    const into = new Int32Array(problem.vertexCount).fill(none);
    // Of the edges into a vertex the first: those that were known come before the forced ones.
    for (let edge = edges.length / 2 - 1; edge >= 0; edge -= 1)
      if (isLeft[edges.at(edge * 2)] === 1) into[edges.at(edge * 2 + 1)] = edge;
    const passed = new Set<number>();
    let v = isLeft.indexOf(1);
    for (; v !== none && !passed.has(v); v = edges.at((into[v] ?? 0) * 2)) passed.add(v);
    const start = v;
    if (start === none) return;
    do {
      this.#addEdge(into[v] ?? 0);
      v = edges.at((into[v] ?? 0) * 2);
    } while (v !== start);
  }

  /** 1 for vertices that are left when those are taken away, again and again, that nothing leads to. */
  #onOrAfterCircles(): Uint8Array {
    const { edges, problem } = this.#forcing;
    const { offsets, items } = this.#leaving;
    const waiting = new Int32Array(problem.vertexCount);
    for (let i = 1; i < edges.length; i += 2)
      waiting[edges.at(i)] = (waiting[edges.at(i)] ?? 0) + 1;
    const isLeft = new Uint8Array(problem.vertexCount).fill(1);
    const free: number[] = [];
    for (let v = 0; v < problem.vertexCount; v += 1) if (waiting[v] === 0) free.push(v);
    for (const v of free) {
      isLeft[v] = 0;
      for (let at = offsets[v] ?? 0; at < (offsets[v + 1] ?? 0); at += 1) {
        const to = edges.at((items[at] ?? 0) * 2 + 1);
        waiting[to] = (waiting[to] ?? 0) - 1;
        if (waiting[to] === 0) free.push(to);
      }
    }
    return isLeft;
  }

  #addEnds(choice: number): void {
    const ends: number[] = [];
    for (const side of [0, 1] as const) this.#forcing.problem.edgesOf(choice, side, ends);
    for (const vertex of ends) this.vertices.add(vertex);
  }

  /** The circle that a side closes, if it does. */
  #addWhyNot(literal: number, round: number): void {
    const ends: number[] = [];
    this.#forcing.problem.edgesOf(literal >> 1, literal % 2 === 0 ? 0 : 1, ends);
    for (let i = 0; i < ends.length; i += 2)
      if (this.#addPath(ends[i + 1] ?? 0, ends[i] ?? 0, round)) return;
  }

  #addEdge(edge: number): void {
    const { edges, origin } = this.#forcing;
    this.vertices.add(edges.at(edge * 2));
    this.vertices.add(edges.at(edge * 2 + 1));
    if (origin.at(edge) !== none) this.given.add(origin.at(edge));
  }

  /** A path over edges up to a round, the earlier the better; false if there is none. */
  #addPath(start: number, goal: number, round: number): boolean {
    const { edges, rounds } = this.#forcing;
    const { offsets, items } = this.#leaving;
    this.#epoch += 1;
    const via = this.#via;
    const isReached = (v: number): boolean => this.#reached[v] === this.#epoch;
    const queues: number[][] = Array.from({ length: round + 1 }, () => []);
    const leave = (v: number, now: number): void => {
      for (let at = offsets[v] ?? 0; at < (offsets[v + 1] ?? 0); at += 1) {
        const edge = items[at] ?? 0;
        const when = rounds.at(edge);
        if (when <= round && !isReached(edges.at(edge * 2 + 1)))
          queues[Math.max(now, when)]?.push(edge);
      }
    };
    if (start !== goal) leave(start, 0);
    for (const [now, queue] of queues.entries()) {
      if (start === goal) break;
      for (const edge of queue) {
        const to = edges.at(edge * 2 + 1);
        if (isReached(to)) continue;
        this.#reached[to] = this.#epoch;
        via[to] = edge;
        if (to === goal) break;
        leave(to, now);
      }
      if (isReached(goal)) break;
    }
    if (start !== goal && !isReached(goal)) return false;
    for (let v = goal; v !== start; ) {
      const edge = via[v] ?? 0;
      this.#addEdge(edge);
      v = edges.at(edge * 2);
    }
    return true;
  }
}
