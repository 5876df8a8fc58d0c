/**
 * Makes choices between edges such that no circle arises, and learns from each circle that does:
 * the choices that it rests on cannot be made together (conflict-driven search, Marques-Silva and
 * Sakallah, "GRASP", 1999, and Moskewicz et al., "Chaff", 2001, with acyclicity as the theory, as
 * in Bayless et al., "SAT Modulo Monotonic Theories", 2015).
 *
 * At any time there is an order of all vertices that the edges keep. A choice of which one side
 * goes forward in that order as it is need not be made: only where neither does, one is made,
 * and only its edges move vertices. When a circle takes choices back, the vertices stay where
 * they are. So there is about as much to do as the first order was wrong.
 */
import type { ChoiceEdges, Literal } from './choice-edges.ts';
import { ChoiceHeap } from './choice-heap.ts';
import type { IntList, Rows } from './integers.ts';
import { OrderedGraph } from './ordered-graph.ts';

const none = -1;
const open = 2;
/** Conflicts until all that was chosen is taken back, times the sequence of Luby et al. (1993). */
const conflictsPerRestart = 100;

interface Clause {
  /** One of these holds; the first two are watched. */
  readonly literals: Literal[];
  /** Clauses that it follows from, and choices that could not be made otherwise by then. */
  readonly because: readonly number[];
  readonly settled: readonly number[];
  /** If it is a circle: its vertices, and what was given that it rests on. */
  readonly circle: readonly number[];
  readonly given: readonly number[];
}

/** What a contradiction rests on. */
export interface Contradiction {
  readonly vertices: ReadonlySet<number>;
  /** Choices that were searched. */
  readonly choices: ReadonlySet<number>;
  /** Owners of edges that were given. */
  readonly given: ReadonlySet<number>;
}

export interface GivenEdges {
  /** Two numbers each. */
  readonly edges: IntList;
  /** An order of all vertices that they keep. */
  readonly order: Int32Array;
  /** Where an edge comes from, for `Contradiction.given`, or -1 where nobody asks. */
  readonly ownerOf: (edge: number) => number;
}

export interface SearchLimits {
  readonly patience?: number;
  readonly local?: boolean;
}

export class ConflictSearch {
  readonly #outOfTime: () => boolean;
  readonly #graph: OrderedGraph;
  readonly #left: readonly number[];
  readonly #start: Int32Array;
  readonly #ends: Int32Array;
  readonly #touching: Rows;
  /** Per choice: its side or `open`, on which level it was made, by which clause, its edges. */
  readonly #side: Uint8Array;
  readonly #level: Int32Array;
  readonly #reason: Int32Array;
  readonly #firstEdge: Int32Array;
  readonly #heap: ChoiceHeap;
  readonly #clauses: Clause[] = [];
  readonly #watching: (number[] | undefined)[] = [];
  /** Literals in the order in which they were chosen, and where each level begins. */
  readonly #trail: Literal[] = [];
  readonly #levels: number[] = [];
  #propagated = 0;
  #isLocal = false;
  /** Marks of choices, by the number of the last look at them. */
  readonly #marked: Int32Array;
  #epoch = 0;
  /** If there is no way to choose: the clause that failed last, and a choice that can be made neither way. */
  #last = none;
  conflict = none;

  /** @param left the choices to be made */
  constructor(
    choices: ChoiceEdges,
    given: GivenEdges,
    left: readonly number[],
    outOfTime: () => boolean,
  ) {
    const count = choices.start.length >> 1;
    this.#outOfTime = outOfTime;
    this.#left = left;
    this.#start = choices.start;
    this.#ends = choices.ends;
    this.#touching = choices.touching(given.order.length, left);
    this.#side = new Uint8Array(count).fill(open);
    this.#level = new Int32Array(count);
    this.#reason = new Int32Array(count).fill(none);
    this.#firstEdge = new Int32Array(count).fill(none);
    this.#marked = new Int32Array(count);
    this.#heap = new ChoiceHeap(count);
    // Edges of this search are owned by choices, given ones by numbers below 0.
    const owner = (edge: number): number => -2 - given.ownerOf(edge);
    const isFree = (of: number): boolean => of < 0 || this.#level[of] === 0;
    this.#graph = new OrderedGraph(given, owner, isFree);
  }

  /**
   * Whether there is a way to choose; unknown if time is over.
   * @param how.patience steps, after which it is unknown too
   * @param how.local what a choice moves is looked at before the next is made, so that choices in
   *   each other's way are made one after the other. Where they cannot be, little is then taken
   *   back: of many such places far apart one choice each would be made in turn, and all of them
   *   again and again. Where nearly all choices are in each other's way, it takes longer
   */
  run({
    patience = Number.POSITIVE_INFINITY,
    local = false,
  }: SearchLimits = {}): boolean | 'unknown' {
    this.#isLocal = local;
    for (const choice of this.#left) this.#consider(choice);
    const luby = new Luby();
    let untilRestart = luby.next() * conflictsPerRestart;
    for (let steps = 1; steps < patience; steps += 1) {
      if ((steps & 15) === 0 && this.#outOfTime()) return 'unknown';
      const conflict = this.#propagate();
      if (conflict !== none) {
        untilRestart -= 1;
        if (!this.#learn(conflict)) return false;
        continue;
      }
      if (untilRestart <= 0) {
        untilRestart = luby.next() * conflictsPerRestart;
        this.#backTo(0);
      }
      const choice = this.#next();
      if (choice === none) return this.#isSolved() ? true : 'unknown';
      this.#levels.push(this.#trail.length);
      this.#assign(choice * 2 + this.#likely(choice), none);
    }
    return 'unknown';
  }

  /** After `run` came to false: what that rests on. */
  contradiction(): Contradiction {
    const [vertices, choices, given] = [new Set<number>(), new Set<number>(), new Set<number>()];
    const clauses = new Set([this.#last]);
    /** Choices that could not be made otherwise, whatever else was. */
    const settled = new Set<number>();
    const settle = (id: number): void => {
      for (const literal of this.#clauses[id]?.literals ?? []) settled.add(literal >> 1);
    };
    settle(this.#last);
    for (let size = -1; size < clauses.size + settled.size; ) {
      size = clauses.size + settled.size;
      for (const choice of settled) {
        clauses.add(this.#reason[choice] ?? none);
        settle(this.#reason[choice] ?? none);
      }
      for (const id of clauses)
        for (const [from, to] of [
          [this.#clauses[id]?.because, clauses],
          [this.#clauses[id]?.settled, settled],
        ] as const)
          for (const each of from ?? []) to.add(each);
    }
    for (const id of clauses) {
      const clause = this.#clauses[id];
      for (const vertex of clause?.circle ?? []) vertices.add(vertex);
      for (const owner of clause?.given ?? []) given.add(owner);
      for (const literal of clause?.literals ?? []) choices.add(literal >> 1);
    }
    return { vertices, choices, given };
  }

  /** A choice that the order does not settle, or -1 if there is none. */
  #next(): number {
    for (;;) {
      if (this.#isLocal && this.#graph.moved.length > 0) this.#considerMoved();
      const choice = this.#heap.pop();
      if (choice !== none && this.#isUnsettled(choice)) return choice;
      if (choice !== none) continue;
      if (this.#graph.moved.length === 0) return none;
      this.#considerMoved();
    }
  }

  /** Looks at all choices with an edge at a vertex that was moved. */
  #considerMoved(): void {
    const { offsets, items } = this.#touching;
    this.#epoch += 1;
    for (const v of new Set(this.#graph.moved))
      for (let at = offsets[v] ?? 0; at < (offsets[v + 1] ?? 0); at += 1) {
        const choice = items[at] ?? 0;
        if (this.#marked[choice] === this.#epoch) continue;
        this.#marked[choice] = this.#epoch;
        this.#consider(choice);
      }
    this.#graph.moved.length = 0;
  }

  #consider(choice: number): void {
    if (this.#isUnsettled(choice)) this.#heap.push(choice);
  }

  #isUnsettled(choice: number): boolean {
    return (
      this.#side[choice] === open &&
      !this.#goesForward(choice * 2) &&
      !this.#goesForward(choice * 2 + 1)
    );
  }

  #goesForward(literal: Literal): boolean {
    const end = this.#start[literal + 1] ?? 0;
    for (let at = this.#start[literal] ?? 0; at < end; at += 2)
      if (!this.#graph.isForward(this.#ends[at] ?? 0, this.#ends[at + 1] ?? 0)) return false;
    return true;
  }

  /** Whether each choice has a side that goes forward. */
  #isSolved(): boolean {
    return this.#left.every(
      (choice) => this.#goesForward(choice * 2) || this.#goesForward(choice * 2 + 1),
    );
  }

  /** The side of which the edges go less far back in the order as it is. */
  #likely(choice: number): 0 | 1 {
    return this.#goesBackBy(choice * 2) <= this.#goesBackBy(choice * 2 + 1) ? 0 : 1;
  }

  #goesBackBy(literal: Literal): number {
    let farthest = 0;
    const end = this.#start[literal + 1] ?? 0;
    for (let at = this.#start[literal] ?? 0; at < end; at += 2) {
      const back = this.#graph.distance(this.#ends[at + 1] ?? 0, this.#ends[at] ?? 0);
      farthest = Math.max(farthest, back);
    }
    return farthest;
  }

  #assign(literal: Literal, reason: number): void {
    const choice = literal >> 1;
    this.#side[choice] = literal & 1;
    this.#level[choice] = this.#levels.length;
    this.#reason[choice] = reason;
    this.#trail.push(literal);
  }

  #isFalse(literal: Literal): boolean {
    return this.#side[literal >> 1] === 1 - (literal & 1);
  }

  #isTrue(literal: Literal): boolean {
    return this.#side[literal >> 1] === (literal & 1);
  }

  /** Adds the edges of what was chosen, and chooses what clauses leave; a clause that fails, or -1. */
  #propagate(): number {
    while (this.#propagated < this.#trail.length) {
      const literal = this.#trail[this.#propagated] ?? 0;
      this.#propagated += 1;
      const conflict = this.#addEdges(literal);
      if (conflict !== none) return conflict;
      const failed = this.#visitWatching(literal ^ 1);
      if (failed !== none) return failed;
    }
    return none;
  }

  #addEdges(literal: Literal): number {
    const choice = literal >> 1;
    const end = this.#start[literal + 1] ?? 0;
    for (let at = this.#start[literal] ?? 0; at < end; at += 2) {
      const [from, to] = [this.#ends[at] ?? 0, this.#ends[at + 1] ?? 0];
      const edge = this.#graph.add(from, to, choice, this.#firstEdge[choice] ?? none);
      if (edge === none) return this.#keepCircle(choice);
      this.#firstEdge[choice] = edge;
    }
    return none;
  }

  #keepCircle(choice: number): number {
    const { owners, circle } = this.#graph;
    const literals = [choice * 2 + 1 - (this.#side[choice] ?? 0)];
    const given: number[] = [];
    for (const owner of owners)
      if (owner < -1) given.push(-2 - owner);
      else if (owner >= 0 && owner !== choice)
        literals.push(owner * 2 + 1 - (this.#side[owner] ?? 0));
    this.#clauses.push({ literals, because: [], settled: [], circle: [...circle], given });
    return this.#clauses.length - 1;
  }

  /** Looks at the clauses that watch a literal that became false; returns one that fails, or -1. */
  #visitWatching(literal: Literal): number {
    const watching = this.#watching[literal];
    if (watching === undefined) return none;
    let kept = 0;
    let failed = none;
    for (const id of watching) {
      if (failed === none && this.#watchesOther(id, literal)) continue;
      watching[kept] = id;
      kept += 1;
      const first = this.#clauses[id]?.literals[0] ?? 0;
      if (failed !== none || this.#isTrue(first)) continue;
      if (this.#isFalse(first)) failed = id;
      else this.#assign(first, id);
    }
    watching.length = kept;
    return failed;
  }

  /** Whether the clause can watch another literal in place of one that became false. */
  #watchesOther(id: number, literal: Literal): boolean {
    const literals = this.#clauses[id]?.literals ?? [];
    if (literals[0] === literal) {
      literals[0] = literals[1] ?? 0;
      literals[1] = literal;
    }
    if (this.#isTrue(literals[0] ?? 0)) return false;
    for (let i = 2; i < literals.length; i += 1) {
      const other = literals[i] ?? 0;
      if (this.#isFalse(other)) continue;
      literals[1] = other;
      literals[i] = literal;
      (this.#watching[other] ??= []).push(id);
      return true;
    }
    return false;
  }

  /** Learns from a clause that fails, and goes back to where that says something; false if nowhere. */
  #learn(conflict: number): boolean {
    const deepest = this.#deepest(this.#clauses[conflict]?.literals ?? []);
    if (deepest === 0) {
      this.#last = conflict;
      this.conflict = (this.#trail.at(-1) ?? none) >> 1;
      return false;
    }
    this.#backTo(deepest);
    const { literals, because, settled } = this.#resolved(conflict);
    this.#heap.decay();
    // The second one is watched: of the others the one that was chosen last.
    let [second, back] = [1, 0];
    for (let i = 1; i < literals.length; i += 1) {
      const level = this.#level[(literals[i] ?? 0) >> 1] ?? 0;
      if (level > back) [second, back] = [i, level];
    }
    const [first = 0, other = 0] = [literals[0], literals[second]];
    if (literals.length > 1) {
      literals[second] = literals[1] ?? 0;
      literals[1] = other;
    }
    const id = this.#clauses.push({ literals, because, settled, circle: [], given: [] }) - 1;
    this.#backTo(back);
    if (literals.length > 1)
      for (const literal of [first, other]) (this.#watching[literal] ??= []).push(id);
    this.#assign(first, id);
    return true;
  }

  #deepest(literals: readonly Literal[]): number {
    let deepest = 0;
    for (const literal of literals) deepest = Math.max(deepest, this.#level[literal >> 1] ?? 0);
    return deepest;
  }

  /** The clause in which one literal alone is of the last level, which comes first. */
  #resolved(conflict: number): Pick<Clause, 'literals' | 'because' | 'settled'> {
    const literals: Literal[] = [0];
    const because: number[] = [];
    const settled: number[] = [];
    const level = this.#levels.length;
    this.#epoch += 1;
    let here = 0;
    let at = this.#trail.length - 1;
    for (let id = conflict; ; ) {
      because.push(id);
      for (const literal of this.#clauses[id]?.literals ?? []) {
        const choice = literal >> 1;
        if (this.#marked[choice] === this.#epoch) continue;
        this.#marked[choice] = this.#epoch;
        if (this.#level[choice] === 0) {
          settled.push(choice);
          continue;
        }
        this.#heap.bump(choice);
        if (this.#level[choice] === level) here += 1;
        else literals.push(literal);
      }
      while (this.#marked[(this.#trail[at] ?? 0) >> 1] !== this.#epoch) at -= 1;
      const literal = this.#trail[at] ?? 0;
      at -= 1;
      here -= 1;
      if (here === 0) {
        literals[0] = literal ^ 1;
        return { literals, because, settled };
      }
      id = this.#reason[literal >> 1] ?? none;
    }
  }

  /** Takes back what was chosen on later levels. */
  #backTo(level: number): void {
    if (level >= this.#levels.length) return;
    const length = this.#levels[level] ?? 0;
    for (let at = this.#trail.length - 1; at >= length; at -= 1) {
      const choice = (this.#trail[at] ?? 0) >> 1;
      this.#graph.remove(this.#firstEdge[choice] ?? none);
      this.#firstEdge[choice] = none;
      this.#side[choice] = open;
      this.#consider(choice);
    }
    this.#trail.length = length;
    this.#levels.length = level;
    this.#propagated = length;
  }
}

/** 1, 1, 2, 1, 1, 2, 4, … as Knuth makes it. */
class Luby {
  #u = 1;
  #v = 1;

  next(): number {
    const value = this.#v;
    if ((this.#u & -this.#u) === this.#v) [this.#u, this.#v] = [this.#u + 1, 1];
    else this.#v *= 2;
    return value;
  }
}
