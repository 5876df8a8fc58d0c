/**
 * What a contradiction between choices rests on: the vertices of the circles, and, where choices
 * were forced, of the circles that forced them, and so on.
 */
import type { IntList } from './integers.ts';
import type { OrderProblem } from './order-problem.ts';

/** Edges that were known or forced, round by round. */
export interface Forcing {
  readonly problem: OrderProblem;
  /** Two numbers each. */
  readonly edges: IntList;
  /** Per edge the choice that it is from, or -1; and the round in which that was forced, or 0. */
  readonly origin: IntList;
  readonly rounds: IntList;
}

/** What is known of a contradiction: if nothing, all edges together close a circle. */
export interface Cause {
  readonly vertices: Iterable<number>;
  /** Choices both sides of which count. */
  readonly choices: Iterable<number>;
  /** Choices that were forced. */
  readonly given: Iterable<number>;
}

const none = -1;

export function coreOf(forcing: Forcing, cause: Cause): ReadonlySet<number> {
  const finder = new CoreFinder(forcing);
  for (const vertex of cause.vertices) finder.vertices.add(vertex);
  for (const choice of cause.given) finder.given.add(choice);
  for (const choice of cause.choices) finder.addSearched(choice);
  if (finder.vertices.size === 0 && finder.given.size === 0) finder.addCircle();
  finder.addForced();
  return finder.vertices;
}

class CoreFinder {
  readonly #forcing: Forcing;
  readonly vertices = new Set<number>();
  /** Choices that were forced. */
  readonly given = new Set<number>();
  /** The edges from v: those in `sorted` from `offsets[v]` up to `offsets[v + 1]`. */
  readonly #offsets: Int32Array;
  readonly #sorted: Int32Array;
  readonly #roundOf = new Map<number, number>();
  readonly #via: Int32Array;
  readonly #roundMax: number;

  constructor(forcing: Forcing) {
    const { problem, edges, origin, rounds } = forcing;
    const { vertexCount } = problem;
    this.#forcing = forcing;
    this.#via = new Int32Array(vertexCount);
    this.#offsets = new Int32Array(vertexCount + 1);
    let last = 0;
    for (let edge = 0; edge * 2 < edges.length; edge += 1) {
      const row = edges.at(edge * 2) + 1;
      this.#offsets[row] = (this.#offsets[row] ?? 0) + 1;
      last = Math.max(last, rounds.at(edge));
      if (origin.at(edge) !== none) this.#roundOf.set(origin.at(edge), rounds.at(edge));
    }
    this.#roundMax = last;
    for (let v = 0; v < vertexCount; v += 1)
      this.#offsets[v + 1] = (this.#offsets[v + 1] ?? 0) + (this.#offsets[v] ?? 0);
    const next = this.#offsets.slice(0, vertexCount);
    this.#sorted = new Int32Array(edges.length / 2);
    for (let edge = 0; edge * 2 < edges.length; edge += 1) {
      const from = edges.at(edge * 2);
      this.#sorted[next[from] ?? 0] = edge;
      next[from] = (next[from] ?? 0) + 1;
    }
  }

  /** A choice of which neither side was forced: what either would have closed. */
  addSearched(choice: number): void {
    this.#addEnds(choice);
    for (const side of [0, 1] as const) this.#addWhyNot(choice, side, this.#roundMax);
  }

  /** Whatever forced the choices that are given, and those that are given by that. */
  addForced(): void {
    for (const choice of this.given) {
      this.#addEnds(choice);
      const before = (this.#roundOf.get(choice) ?? 0) - 1;
      for (const side of [0, 1] as const) this.#addWhyNot(choice, side, before);
    }
  }

  /** Some circle of edges. */
  addCircle(): void {
    const { edges } = this.#forcing;
    for (let i = 0; i < edges.length; i += 2)
      if (this.#addPath(edges.at(i + 1), edges.at(i), this.#roundMax)) {
        this.#addEdge(i / 2);
        return;
      }
  }

  #addEnds(choice: number): void {
    const ends: number[] = [];
    for (const side of [0, 1] as const) this.#forcing.problem.edgesOf(choice, side, ends);
    for (const vertex of ends) this.vertices.add(vertex);
  }

  /** The circle that a side closes, if it does. */
  #addWhyNot(choice: number, side: 0 | 1, round: number): void {
    const ends: number[] = [];
    this.#forcing.problem.edgesOf(choice, side, ends);
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
    const via = this.#via.fill(none);
    const queues: number[][] = Array.from({ length: round + 1 }, () => []);
    const leave = (v: number, now: number): void => {
      for (let at = this.#offsets[v] ?? 0; at < (this.#offsets[v + 1] ?? 0); at += 1) {
        const edge = this.#sorted[at] ?? 0;
        const when = rounds.at(edge);
        if (when <= round && via[edges.at(edge * 2 + 1)] === none)
          queues[Math.max(now, when)]?.push(edge);
      }
    };
    if (start !== goal) leave(start, 0);
    for (const [now, queue] of queues.entries()) {
      if (start === goal) break;
      for (const edge of queue) {
        const to = edges.at(edge * 2 + 1);
        if (via[to] !== none) continue;
        via[to] = edge;
        if (to === goal) break;
        leave(to, now);
      }
      if (via[goal] !== none) break;
    }
    if (start !== goal && via[goal] === none) return false;
    for (let v = goal; v !== start; ) {
      const edge = via[v] ?? 0;
      this.#addEdge(edge);
      v = edges.at(edge * 2);
    }
    return true;
  }
}
