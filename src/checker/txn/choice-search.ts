/**
 * Makes choices between edges such that no cycle arises, along an order of the vertices that
 * is kept up as edges come and go.
 *
 * A choice of which both sides close a cycle takes back those that the cycle rests on, and
 * they are made again after it: conflicts are local, so repairs are. A side that closes a cycle
 * with nothing but known edges is out for good; if both are, there is no solution.
 */
import type { IntList } from './integers.ts';
import type { OrderProblem } from './order-problem.ts';

/** In `#owner`: the edge is known, or rests on a choice that cannot be made otherwise. */
const fixed = -1;
const none = -1;
const open = 2;
/** Repairs for each choice, beyond which they are taken to go in circles. */
const repairsPerChoice = 20;
/** So few choices are gone through in all combinations. */
const exhaustedMax = 400;

export class ChoiceSearch {
  readonly #problem: OrderProblem;
  readonly #outOfTime: () => boolean;
  readonly #edges: LinkedEdges;
  readonly #position: Int32Array;
  readonly #left: readonly number[];
  /** Per choice the side taken, or `open`; the first of its edges; how often it was taken back. */
  readonly #side: Uint8Array;
  readonly #firstEdge: Int32Array;
  readonly #weight: Int32Array;
  /** Marks of the search for cycles. */
  readonly #seen: Int32Array;
  readonly #via: Int32Array;
  #epoch = 0;
  readonly #scratch: number[] = [];
  /** If there is no solution: a choice that nothing allows. */
  conflict = none;

  constructor(
    problem: OrderProblem,
    edges: IntList,
    order: Int32Array,
    left: readonly number[],
    outOfTime: () => boolean,
  ) {
    const { vertexCount, choiceCount } = problem;
    this.#problem = problem;
    this.#outOfTime = outOfTime;
    this.#left = left;
    this.#edges = new LinkedEdges(vertexCount, edges.length / 2 + left.length * 3);
    this.#position = new Int32Array(vertexCount);
    for (let at = 0; at < order.length; at += 1) this.#position[order[at] ?? 0] = at;
    for (let i = 0; i < edges.length; i += 2)
      this.#edges.add(edges.at(i), edges.at(i + 1), fixed, none);
    this.#side = new Uint8Array(choiceCount).fill(open);
    this.#firstEdge = new Int32Array(choiceCount).fill(none);
    this.#weight = new Int32Array(choiceCount);
    this.#seen = new Int32Array(vertexCount);
    this.#via = new Int32Array(vertexCount);
  }

  run(): boolean | 'unknown' {
    const repaired = this.#repair();
    if (repaired !== 'unknown' || this.#left.length > exhaustedMax) return repaired;
    for (const choice of this.#left) this.#takeBack(choice);
    return this.#tryAll();
  }

  #repair(): boolean | 'unknown' {
    const todo = this.#left.toReversed();
    let repairsLeft = 1000 + this.#left.length * repairsPerChoice;
    let steps = 0;
    for (let choice = todo.pop(); choice !== undefined; choice = todo.pop()) {
      steps += 1;
      if ((steps & 15) === 0 && this.#outOfTime()) return 'unknown';
      if (this.#side[choice] !== open) continue;
      const likely = this.#likely(choice);
      const first = this.#take(choice, likely);
      if (first === undefined) continue;
      const second = this.#take(choice, other(likely));
      if (second === undefined) continue;
      if (first.length === 0 && second.length === 0) {
        this.conflict = choice;
        return false;
      }
      repairsLeft -= 1;
      if (repairsLeft < 0) return 'unknown';
      const turned = first.length === 0 || (second.length > 0 && this.#lighter(second, first));
      const isForced = first.length === 0 || second.length === 0;
      const side = turned ? other(likely) : likely;
      this.#insist(choice, side, turned ? second : first, todo);
      if (isForced) this.#fix(choice);
    }
    return true;
  }

  /** Takes the side, and takes back all that is in its way. */
  #insist(choice: number, side: 0 | 1, inTheWay: readonly number[], todo: number[]): void {
    let victims: readonly number[] | undefined = inTheWay;
    for (let rounds = 1; victims !== undefined; rounds += 1) {
      const isLate = (rounds & 15) === 0 && this.#outOfTime();
      // Nothing in the way but what is known: the choice will find its other side later.
      if (victims.length === 0 || isLate) {
        todo.push(choice);
        return;
      }
      for (const victim of victims) {
        this.#takeBack(victim);
        this.#weight[victim] = (this.#weight[victim] ?? 0) + 1;
        todo.push(victim);
      }
      victims = this.#take(choice, side);
    }
  }

  /** The choice cannot be made otherwise: its edges count as known. */
  #fix(choice: number): void {
    if (this.#side[choice] === open) return;
    for (
      let edge = this.#firstEdge[choice] ?? none;
      edge !== none;
      edge = this.#edges.nextOwned(edge)
    )
      this.#edges.fix(edge);
  }

  #lighter(a: readonly number[], b: readonly number[]): boolean {
    const sum = (choices: readonly number[]): number =>
      choices.reduce((all, choice) => all + 1 + (this.#weight[choice] ?? 0), 0);
    return sum(a) < sum(b);
  }

  /** All combinations, the last choice changed first. */
  #tryAll(): boolean | 'unknown' {
    const tried: number[] = [];
    let steps = 0;
    let at = 0;
    while (at < this.#left.length) {
      steps += 1;
      if ((steps & 255) === 0 && this.#outOfTime()) return 'unknown';
      const choice = this.#left[at] ?? 0;
      const count = tried[at] ?? 0;
      this.#takeBack(choice);
      if (count === 2) {
        tried.length = at;
        at -= 1;
        if (at < 0) return false;
        continue;
      }
      tried[at] = count + 1;
      if (this.#take(choice, count === 0 ? 0 : 1) === undefined) at += 1;
    }
    return true;
  }

  /** The side whose first edge goes forward in the order as it is. */
  #likely(choice: number): 0 | 1 {
    const edges = this.#scratch;
    edges.length = 0;
    this.#problem.edgesOf(choice, 0, edges);
    return (this.#position[edges[0] ?? 0] ?? 0) < (this.#position[edges[1] ?? 0] ?? 0) ? 0 : 1;
  }

  /** Adds the edges of a side; or none, and returns the choices that a cycle rests on. */
  #take(choice: number, side: 0 | 1): readonly number[] | undefined {
    const edges = this.#scratch;
    edges.length = 0;
    this.#problem.edgesOf(choice, side, edges);
    this.#side[choice] = side;
    for (let i = 0; i < edges.length; i += 2) {
      const conflict = this.#add(edges[i] ?? 0, edges[i + 1] ?? 0, choice);
      if (conflict === undefined) continue;
      this.#takeBack(choice);
      return conflict;
    }
    return undefined;
  }

  #takeBack(choice: number): void {
    let edge = this.#firstEdge[choice] ?? none;
    while (edge !== none) {
      const next = this.#edges.nextOwned(edge);
      this.#edges.remove(edge);
      edge = next;
    }
    this.#firstEdge[choice] = none;
    this.#side[choice] = open;
  }

  /** Adds an edge and moves vertices so that it goes forward; or returns what is in its way. */
  #add(from: number, to: number, choice: number): readonly number[] | undefined {
    if (from === to) return [];
    const low = this.#position[to] ?? 0;
    const high = this.#position[from] ?? 0;
    if (high > low) {
      const after = this.#after(to, from, high);
      if (this.#seen[from] === this.#epoch) return this.#ownersOnPath(to, from, choice);
      this.#reorder(this.#before(from, low), after);
    }
    this.#firstEdge[choice] = this.#edges.add(from, to, choice, this.#firstEdge[choice] ?? none);
    return undefined;
  }

  /** What can be reached from a vertex up to a position; ends early at the goal. */
  #after(start: number, goal: number, high: number): number[] {
    this.#epoch += 1;
    this.#seen[start] = this.#epoch;
    const reached = [start];
    for (const v of reached)
      for (let edge = this.#edges.firstOut(v); edge !== none; edge = this.#edges.nextOut(edge)) {
        const w = this.#edges.to(edge);
        if (this.#seen[w] === this.#epoch || (this.#position[w] ?? 0) > high) continue;
        this.#seen[w] = this.#epoch;
        this.#via[w] = edge;
        if (w === goal) return reached;
        reached.push(w);
      }
    return reached;
  }

  #before(start: number, low: number): number[] {
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

  #ownersOnPath(start: number, end: number, choice: number): readonly number[] {
    const owners = new Set<number>();
    for (let v = end; v !== start; ) {
      const edge = this.#via[v] ?? 0;
      const owner = this.#edges.owner(edge);
      if (owner !== fixed && owner !== choice) owners.add(owner);
      v = this.#edges.from(edge);
    }
    return [...owners];
  }

  /** Puts the vertices of `before` in front of those of `after`, in the places they had. */
  #reorder(before: number[], after: number[]): void {
    const position = this.#position;
    const byPosition = (a: number, b: number): number => (position[a] ?? 0) - (position[b] ?? 0);
    const vertices = [...before.sort(byPosition), ...after.sort(byPosition)];
    const places = vertices.map((v) => position[v] ?? 0).sort((a, b) => a - b);
    for (const [i, v] of vertices.entries()) position[v] = places[i] ?? 0;
  }
}

function other(side: 0 | 1): 0 | 1 {
  return side === 0 ? 1 : 0;
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
    return this.#rows[edge * width + field.owner] ?? fixed;
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

  fix(edge: number): void {
    this.#rows[edge * width + field.owner] = fixed;
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
