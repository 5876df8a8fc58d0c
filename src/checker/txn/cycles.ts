/**
 * Which kinds of cycles a graph of dependencies has, with a short one of each.
 *
 * Whether there is a cycle at all in a part of the graph, components tell in linear time; so
 * they are asked first, and a search runs only where it must find something. The one question
 * that they do not answer is whether a cycle needs only one anti-dependency: there the search
 * is confined to edges that go back in the order of components.
 */

import {
  type Components,
  componentsOf,
  cyclicPart,
  type Digraph,
  EdgeList,
  RowWriter,
  type Subgraph,
} from '../digraph.ts';
import { type CycleType, cycleFamilies, cycleTypeOf, hasAdjacentAntis } from './cycle-types.ts';
import { anomaliesImpliedBy } from './models.ts';
import { anti, data, relation } from './relations.ts';
import { Meter, WalkSearch } from './walk-search.ts';

/** `from` comes before the next step's `from`; the last step's target is the first's `from`. */
interface CycleStep {
  readonly from: number;
  /** Relation bits. */
  readonly bits: number;
}

export interface Cycle {
  readonly type: string;
  readonly steps: readonly CycleStep[];
}

export interface CycleFindings {
  /** True if no edges at all form a cycle, whatever their relations. */
  readonly isAcyclic: boolean;
  readonly cycles: readonly Cycle[];
  /** Types of which nobody knows whether there is one: the time was up. */
  readonly undecided: readonly string[];
}

export interface DependencyGraph {
  readonly graph: Digraph;
  /** Vertices below this are transactions, the others helpers. */
  readonly transactionCount: number;
  /**
   * Edges between those transactions for which `inside` is 1 that follow from several others,
   * and so make cycles shorter but no new ones; with helpers of its own from `firstHelper` on.
   */
  readonly shortcuts?: (inside: Uint8Array, firstHelper: number) => Shortcuts;
}

export interface Shortcuts {
  readonly edges: EdgeList;
  readonly helpers: number;
}

/** Of each type at most this many cycles are shown, the shortest ones, from different components. */
const cyclesPerType = 4;
const sessionsMask = data | relation.process;
/** Edges looked at to find a shorter cycle than the first, in its component and in the others. */
const improvementVisits = 4_000_000;

export function findCycles(dependencies: DependencyGraph, outOfTime: () => boolean): CycleFindings {
  const { graph, transactionCount } = dependencies;
  const components = componentsOf(graph);
  const isAcyclic = components.count === graph.vertexCount;
  const findings = { isAcyclic, cycles: [] as Cycle[], undecided: [] as string[] };
  if (isAcyclic) return findings;
  const known = new Set<string>();
  const parts = new FamilyParts(dependencies, components, outOfTime);
  for (const { mask, types } of cycleFamilies) {
    const open = types.map(({ name }) => name).filter((name) => !known.has(name));
    if (open.length === 0) continue;
    const part = parts.of(mask);
    if (part === 'time') findings.undecided.push(...open);
    if (part === 'time' || part === 'none') continue;
    const finder = new CycleFinder(part, transactionCount, new Meter(outOfTime));
    for (const type of types) {
      if (known.has(type.name)) continue;
      const { cycles, gaveUp } = finder.find(type);
      if (gaveUp) findings.undecided.push(type.name);
      for (const cycle of cycles) {
        findings.cycles.push(cycle);
        for (const implied of anomaliesImpliedBy(cycle.type)) known.add(implied);
      }
    }
  }
  return findings;
}

/**
 * What is on cycles of each family's edges. A graph of millions of edges takes a second each time
 * that it is looked at, so nothing is looked at twice, and the time first.
 */
class FamilyParts {
  readonly #dependencies: DependencyGraph;
  readonly #components: Components;
  readonly #outOfTime: () => boolean;
  #whole: Subgraph | undefined;
  /** With sessions: without a cycle of theirs the data has none. */
  #sessions: Subgraph | 'none' | undefined;

  /** @param components of all edges */
  constructor(dependencies: DependencyGraph, components: Components, outOfTime: () => boolean) {
    this.#dependencies = dependencies;
    this.#components = components;
    this.#outOfTime = outOfTime;
  }

  /** `none`: there is no cycle; `time`: nobody knows, for the time is up. */
  of(mask: number): Subgraph | 'none' | 'time' {
    const isOfSessions = (mask & ~sessionsMask) === 0;
    if (isOfSessions && this.#sessions === 'none') return 'none';
    if (this.#outOfTime()) return 'time';
    this.#whole ??= withShortcuts(
      cyclicPart(this.#dependencies.graph, this.#components),
      this.#dependencies,
    );
    if (!isOfSessions) return partOf(this.#whole, mask) ?? 'none';
    this.#sessions ??= partOf(this.#whole, sessionsMask) ?? 'none';
    if (this.#sessions === 'none' || mask === sessionsMask) return this.#sessions;
    return partOf(this.#sessions, mask) ?? 'none';
  }
}

function withShortcuts(
  part: Subgraph,
  { graph: { vertexCount }, transactionCount, shortcuts }: DependencyGraph,
): Subgraph {
  if (shortcuts === undefined) return part;
  const inside = new Uint8Array(transactionCount);
  const renumbered = new Int32Array(transactionCount);
  for (const [v, t] of part.original.entries()) {
    if (t >= transactionCount) continue;
    inside[t] = 1;
    renumbered[t] = v;
  }
  const added = shortcuts(inside, vertexCount);
  const { offsets, targets, relations, vertexCount: partCount } = part.graph;
  if (added.edges.length === 0) return part;
  const edges = new EdgeList(targets.length + added.edges.length);
  for (let v = 0; v < partCount; v += 1)
    for (let edge = offsets[v] ?? 0; edge < (offsets[v + 1] ?? 0); edge += 1)
      edges.add(v, targets[edge] ?? 0, relations[edge] ?? 0);
  const numberOf = (v: number): number =>
    v < transactionCount ? (renumbered[v] ?? 0) : partCount + v - vertexCount;
  for (let edge = 0; edge < added.edges.length; edge += 1)
    edges.add(
      numberOf(added.edges.from(edge)),
      numberOf(added.edges.to(edge)),
      added.edges.relation(edge),
    );
  const original = new Int32Array(partCount + added.helpers).fill(vertexCount);
  original.set(part.original);
  return { graph: edges.toDigraph(original.length), original };
}

/** What is on cycles of the edges in `mask`; undefined if there are none. */
function partOf({ graph, original }: Subgraph, mask: number): Subgraph | undefined {
  const components = componentsOf(graph, mask);
  if (components.count === graph.vertexCount) return undefined;
  const part = cyclicPart(graph, components, mask);
  return { graph: part.graph, original: part.original.map((v) => original[v] ?? 0) };
}

class CycleFinder {
  readonly #part: Subgraph;
  readonly #transactionCount: number;
  readonly #meter: Meter;
  readonly #search: WalkSearch;
  readonly #bits: number;
  readonly #plain = new Map<number, Components>();
  readonly #apart = new Map<number, Sides>();

  constructor(part: Subgraph, transactionCount: number, meter: Meter) {
    this.#part = part;
    this.#transactionCount = transactionCount;
    this.#meter = meter;
    this.#search = new WalkSearch(part.graph, (vertex) => this.#isHelper(vertex), meter);
    this.#bits = part.graph.relations.reduce((all, bits) => all | bits, 0);
  }

  find(type: CycleType): { readonly cycles: readonly Cycle[]; readonly gaveUp: boolean } {
    const none = { cycles: [], gaveUp: false };
    if ((this.#bits & type.startBits) === 0) return none;
    if (this.#meter.isOver()) return { cycles: [], gaveUp: true };
    // What leads forward is asked for once, all of it, and mostly has no cycle.
    if ((type.mask & anti) === 0 && this.#isAcyclic(this.#bits & ~anti)) return none;
    const walks: (readonly number[])[] = [];
    let shortest = 0;
    let gaveUp = false;
    let visitsMax = Number.POSITIVE_INFINITY;
    for (const edges of this.#starts(type)) {
      const walk = this.#shortest(type, edges);
      if (walk !== undefined) {
        if (walks.length === 0) visitsMax = this.#meter.visits + improvementVisits;
        if (this.#stepsOf(walk).length <= type.shortest) shortest += 1;
        walks.push(walk);
      } else if (this.#meter.out) gaveUp = true;
      if (shortest >= cyclesPerType || this.#meter.visits > visitsMax || this.#meter.out) break;
    }
    const cycles = walks
      .map((walk) => this.#cycleOf(walk, type))
      .sort((a, b) => a.steps.length - b.steps.length)
      .slice(0, cyclesPerType);
    return { cycles, gaveUp: gaveUp && cycles.length === 0 };
  }

  /** Edges from which walks begin, by component, the smallest component first. */
  #starts(type: CycleType): readonly (readonly Start[])[] {
    const components = type.rule === 'any' ? this.#sides(type.mask) : this.#sidesApart(type.mask);
    const forwardOrder = type.rule === 'one' ? this.#components(type.mask & ~anti) : undefined;
    const { offsets, targets, relations, vertexCount } = this.#part.graph;
    const byComponent = new Map<number, Start[]>();
    for (let v = 0; v < vertexCount; v += 1) {
      if (this.#isHelper(v)) continue;
      const end = offsets[v + 1] ?? 0;
      for (let edge = offsets[v] ?? 0; edge < end; edge += 1) {
        const bits = relations[edge] ?? 0;
        if ((bits & type.startBits) === 0 || (bits & ~type.mask) !== 0) continue;
        const w = targets[edge] ?? 0;
        const component = components.before(v);
        if (component !== components.after(w)) continue;
        // The way back from w to v never goes to a component of a higher number.
        if (forwardOrder !== undefined && isBelow(forwardOrder, w, v)) continue;
        const start = { from: v, edge, component, components, forwardOrder };
        const known = byComponent.get(component);
        if (known === undefined) byComponent.set(component, [start]);
        else known.push(start);
      }
    }
    return [...byComponent.values()].sort((a, b) => a.length - b.length);
  }

  #shortest(type: CycleType, starts: readonly Start[]): readonly number[] | undefined {
    let best: readonly number[] | undefined;
    let length = Number.POSITIVE_INFINITY;
    let visitsMax = Number.POSITIVE_INFINITY;
    for (const { from, edge, component, components, forwardOrder } of starts) {
      const walk = this.#search.through(from, edge, {
        rule: type.rule,
        mask: type.mask,
        lengthMax: length - 1,
        inside:
          forwardOrder === undefined
            ? (v) => components.before(v) === component || components.after(v) === component
            : (v) => !isBelow(forwardOrder, v, from),
      });
      if (walk !== undefined) {
        if (best === undefined) visitsMax = this.#meter.visits + improvementVisits;
        best = walk;
        length = this.#stepsOf(walk).length;
      }
      if (length <= type.shortest || this.#meter.visits > visitsMax || this.#meter.out) break;
    }
    return best;
  }

  #isAcyclic(mask: number): boolean {
    return this.#components(mask).count === this.#part.graph.vertexCount;
  }

  #sides(mask: number): Sides {
    const { of } = this.#components(mask);
    const component = (v: number): number => of[v] ?? 0;
    return { before: component, after: component };
  }

  #sidesApart(mask: number): Sides {
    const bits = mask & this.#bits;
    let sides = this.#apart.get(bits);
    sides ??= apartComponents(this.#part.graph, (v) => this.#isHelper(v), bits);
    this.#apart.set(bits, sides);
    return sides;
  }

  #components(mask: number): Components {
    const bits = mask & this.#bits;
    let components = this.#plain.get(bits);
    components ??= componentsOf(this.#part.graph, bits);
    this.#plain.set(bits, components);
    return components;
  }

  #isHelper(vertex: number): boolean {
    return (this.#part.original[vertex] ?? 0) >= this.#transactionCount;
  }

  /** The walk between transactions: what leads through helpers is one step. */
  #stepsOf(walk: readonly number[]): readonly CycleStep[] {
    const { relations, targets } = this.#part.graph;
    const steps: CycleStep[] = [];
    let from = targets[walk.at(-1) ?? 0] ?? 0;
    for (const edge of walk) {
      if (!this.#isHelper(from))
        steps.push({
          from: this.#part.original[from] ?? 0,
          bits: relations[edge] ?? 0,
        });
      from = targets[edge] ?? 0;
    }
    return steps;
  }

  #cycleOf(walk: readonly number[], type: CycleType): Cycle {
    const all = this.#stepsOf(walk);
    const steps = type.rule === 'apart' ? simpleApart(all) : all;
    return { type: cycleTypeOf(steps.map(({ bits }) => bits)), steps };
  }
}

/**
 * Components of pairs of vertex and whether it was reached by an anti-dependency: a walk in
 * which no two anti-dependencies follow each other is a walk between such pairs.
 */
function apartComponents(
  { offsets, targets, relations, vertexCount }: Digraph,
  isHelper: (vertex: number) => boolean,
  mask: number,
): Sides {
  const rows = new RowWriter(vertexCount * 2, targets.length * 2);
  // Before an anti-dependency, then after one.
  const addRow = (v: number, isAfter: boolean): void => {
    const helper = isHelper(v);
    const end = offsets[v + 1] ?? 0;
    for (let edge = offsets[v] ?? 0; edge < end; edge += 1) {
      const bits = relations[edge] ?? 0;
      if ((bits & ~mask) !== 0) continue;
      const w = targets[edge] ?? 0;
      const isAnti = (bits & anti) !== 0;
      if (helper) rows.add(isAfter ? w * 2 + 1 : w * 2, bits);
      else if (!isAnti) rows.add(w * 2, bits);
      else if (!isAfter) rows.add(w * 2 + 1, bits);
    }
    rows.endRow();
  };
  for (let v = 0; v < vertexCount; v += 1) {
    addRow(v, false);
    addRow(v, true);
  }
  const { of } = componentsOf(rows.toDigraph());
  return {
    before: (v) => of[v * 2] ?? 0,
    after: (v) => of[v * 2 + 1] ?? 0,
  };
}

interface Start {
  readonly from: number;
  readonly edge: number;
  readonly component: number;
  readonly components: Sides;
  readonly forwardOrder: Components | undefined;
}

/** The component of a vertex not reached, or reached, by the anti-dependency in question. */
interface Sides {
  readonly before: (vertex: number) => number;
  readonly after: (vertex: number) => number;
}

function isBelow({ of }: Components, v: number, w: number): boolean {
  return (of[v] ?? 0) < (of[w] ?? 0);
}

/**
 * A closed walk may visit a transaction twice, once after an anti-dependency and once not.
 * Cut at such a place it falls in two, one of which has no two anti-dependencies in a row: if
 * the inner one ends and begins with one, the outer one does neither.
 */
function simpleApart(walk: readonly CycleStep[]): readonly CycleStep[] {
  const seen = new Map<number, number>();
  for (const [at, { from }] of walk.entries()) {
    const before = seen.get(from);
    if (before !== undefined) {
      const inner = walk.slice(before, at);
      const outer = [...walk.slice(0, before), ...walk.slice(at)];
      const good = [inner, outer].filter(
        (steps) => !hasAdjacentAntis(steps.map(({ bits }) => bits)),
      );
      const most = good.toSorted((a, b) => antisOf(b) - antisOf(a))[0] ?? walk;
      return most === walk ? walk : simpleApart(most);
    }
    seen.set(from, at);
  }
  return walk;
}

function antisOf(steps: readonly CycleStep[]): number {
  return steps.filter(({ bits }) => (bits & anti) !== 0).length;
}
