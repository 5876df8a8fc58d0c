/**
 * Directed graphs of millions of vertices in typed arrays. Each edge carries a byte of
 * relation bits, so that one graph serves all questions about parts of it: a part is a mask,
 * and an edge belongs to it if all its bits are in the mask.
 */

/** Edges as they are found, in any order. */
export class EdgeList {
  #from: Int32Array;
  #to: Int32Array;
  #relation: Uint8Array;
  length = 0;
  /** All bits of all edges. */
  bits = 0;

  /** @param expected how many there will be, roughly */
  constructor(expected = 1024) {
    const size = Math.max(16, expected);
    this.#from = new Int32Array(size);
    this.#to = new Int32Array(size);
    this.#relation = new Uint8Array(size);
  }

  add(from: number, to: number, relation: number): void {
    if (this.length === this.#from.length) this.#grow();
    this.#from[this.length] = from;
    this.#to[this.length] = to;
    this.#relation[this.length] = relation;
    this.length += 1;
    this.bits |= relation;
  }

  from(edge: number): number {
    return this.#from[edge] ?? 0;
  }

  to(edge: number): number {
    return this.#to[edge] ?? 0;
  }

  relation(edge: number): number {
    return this.#relation[edge] ?? 0;
  }

  /** The same edges in compressed rows. Equal edges stay apart. */
  toDigraph(vertexCount: number): Digraph {
    const offsets = new Int32Array(vertexCount + 1);
    const { length } = this;
    const from = this.#from;
    for (let i = 0; i < length; i += 1) {
      const row = (from[i] ?? 0) + 1;
      offsets[row] = (offsets[row] ?? 0) + 1;
    }
    for (let v = 0; v < vertexCount; v += 1)
      offsets[v + 1] = (offsets[v + 1] ?? 0) + (offsets[v] ?? 0);
    const next = offsets.slice(0, vertexCount);
    const targets = new Int32Array(length);
    const relations = new Uint8Array(length);
    for (let i = 0; i < length; i += 1) {
      const row = from[i] ?? 0;
      const at = next[row] ?? 0;
      next[row] = at + 1;
      targets[at] = this.#to[i] ?? 0;
      relations[at] = this.#relation[i] ?? 0;
    }
    return { vertexCount, offsets, targets, relations };
  }

  #grow(): void {
    const size = this.#from.length * 2;
    const [from, to, relation] = [this.#from, this.#to, this.#relation];
    this.#from = new Int32Array(size);
    this.#to = new Int32Array(size);
    this.#relation = new Uint8Array(size);
    this.#from.set(from);
    this.#to.set(to);
    this.#relation.set(relation);
  }
}

/** Compressed rows: the edges of vertex v are those from `offsets[v]` up to `offsets[v + 1]`. */
export interface Digraph {
  readonly vertexCount: number;
  readonly offsets: Int32Array;
  readonly targets: Int32Array;
  readonly relations: Uint8Array;
}

/** Strongly connected components. An edge never leads to a component of a higher number. */
export interface Components {
  readonly count: number;
  /** Component of each vertex. */
  readonly of: Int32Array;
  /** Number of vertices of each component. */
  readonly sizes: Int32Array;
}

/** A graph whose edges come in the order of the vertices that they leave: with no list of them before. */
export class RowWriter {
  readonly #offsets: Int32Array;
  readonly #targets: Int32Array;
  readonly #relations: Uint8Array;
  #row = 0;
  #length = 0;

  constructor(vertexCount: number, edgesMax: number) {
    this.#offsets = new Int32Array(vertexCount + 1);
    this.#targets = new Int32Array(edgesMax);
    this.#relations = new Uint8Array(edgesMax);
  }

  /** An edge that leaves the vertex of the current row. */
  add(to: number, relation: number): void {
    this.#targets[this.#length] = to;
    this.#relations[this.#length] = relation;
    this.#length += 1;
  }

  /** What comes next leaves the next vertex. */
  endRow(): void {
    this.#row += 1;
    this.#offsets[this.#row] = this.#length;
  }

  /** @returns the graph, once every row has ended */
  toDigraph(): Digraph {
    return {
      vertexCount: this.#row,
      offsets: this.#offsets,
      targets: this.#targets.subarray(0, this.#length),
      relations: this.#relations.subarray(0, this.#length),
    };
  }
}

const unseen = 0;

/**
 * Strongly connected components of the edges in `mask`, without recursion. One number a vertex
 * tells how early it was reached, or else the component that it is in, counted down from where no
 * vertex can be reached: what is done looks late, and changes nothing.
 * (Pearce, "A space-efficient algorithm for finding strongly connected components", 2016.)
 */
export function componentsOf(graph: Digraph, mask = 0xff): Components {
  const { vertexCount, offsets, targets, relations } = graph;
  const outside = ~mask & 0xff;
  const highest = 2 * vertexCount;
  const index = new Int32Array(vertexCount);
  // By depth: the vertex, its next edge, and how early it was reached itself.
  const path = new Int32Array(vertexCount);
  const nextEdge = new Int32Array(vertexCount);
  const reached = new Int32Array(vertexCount);
  const waiting = new Int32Array(vertexCount);
  let waitingCount = 0;
  let visits = 1;
  let count = 0;
  for (let root = 0; root < vertexCount; root += 1) {
    if (index[root] !== unseen) continue;
    let depth = 0;
    let v = root;
    let low = unseen;
    let edge = 0;
    for (;;) {
      if (low === unseen) {
        low = visits;
        visits += 1;
        edge = offsets[v] ?? 0;
        path[depth] = v;
        reached[depth] = low;
        index[v] = low;
      }
      const end = offsets[v + 1] ?? 0;
      let next = -1;
      while (edge < end && next === -1) {
        const w = targets[edge] ?? 0;
        const isOutside = ((relations[edge] ?? 0) & outside) !== 0;
        edge += 1;
        if (isOutside) continue;
        const seen = index[w] ?? 0;
        if (seen === unseen) next = w;
        else if (seen < low) low = seen;
      }
      index[v] = low;
      if (next !== -1) {
        nextEdge[depth] = edge;
        depth += 1;
        v = next;
        low = unseen;
        continue;
      }
      if (low === reached[depth]) {
        const component = highest - count;
        count += 1;
        visits -= 1;
        while (waitingCount > 0 && (index[waiting[waitingCount - 1] ?? 0] ?? 0) >= low) {
          waitingCount -= 1;
          index[waiting[waitingCount] ?? 0] = component;
          visits -= 1;
        }
        index[v] = component;
        low = component;
      } else {
        waiting[waitingCount] = v;
        waitingCount += 1;
      }
      if (depth === 0) break;
      depth -= 1;
      v = path[depth] ?? 0;
      edge = nextEdge[depth] ?? 0;
      low = Math.min(low, index[v] ?? 0);
    }
  }
  return countedFrom(highest, index, count);
}

/** Components that `index` counts down from `highest`, counted up from 0. */
function countedFrom(highest: number, index: Int32Array, count: number): Components {
  const sizes = new Int32Array(count);
  const of = new Int32Array(index.length);
  for (let v = 0; v < of.length; v += 1) {
    const component = highest - (index[v] ?? 0);
    of[v] = component;
    sizes[component] = (sizes[component] ?? 0) + 1;
  }
  return { count, of, sizes };
}

/** A part of a graph, its vertices numbered anew. */
export interface Subgraph {
  readonly graph: Digraph;
  /** The number that each vertex has in the whole graph. */
  readonly original: Int32Array;
}

/**
 * The vertices that are on some cycle of edges in `mask` (which is to say: in a component of
 * more than one) and those edges inside of their components.
 * @param components of the edges in `mask`
 */
export function cyclicPart(graph: Digraph, components: Components, mask = 0xff): Subgraph {
  const { vertexCount, offsets, targets, relations } = graph;
  const renumbered = new Int32Array(vertexCount).fill(-1);
  const all = new Int32Array(vertexCount);
  let count = 0;
  for (let v = 0; v < vertexCount; v += 1) {
    if ((components.sizes[components.of[v] ?? 0] ?? 0) < 2) continue;
    renumbered[v] = count;
    all[count] = v;
    count += 1;
  }
  const original = all.slice(0, count);
  const rows = new RowWriter(count, targets.length);
  for (const v of original) {
    const end = offsets[v + 1] ?? 0;
    for (let edge = offsets[v] ?? 0; edge < end; edge += 1) {
      const w = targets[edge] ?? 0;
      if (components.of[w] !== components.of[v] || ((relations[edge] ?? 0) & ~mask) !== 0) continue;
      rows.add(renumbered[w] ?? 0, relations[edge] ?? 0);
    }
    rows.endRow();
  }
  return { graph: rows.toDigraph(), original };
}

/** A vertex on a cycle, and the relation of the edge from it to the next. */
export interface CycleStep {
  readonly from: number;
  readonly relation: number;
}

/** Vertices of a cyclic part from which a shortest cycle is looked for. */
const startsMax = 32;

/**
 * A cycle for each cyclic part (of the first `most`): the shortest through one of the part's
 * first vertices, which for parts of moderate size is the shortest there is. No edge may go from
 * a vertex to itself.
 */
export function shortCycles(graph: Digraph, most: number): readonly (readonly CycleStep[])[] {
  const { of, sizes } = componentsOf(graph);
  const tried = new Map<number, { count: number; best: readonly CycleStep[] }>();
  for (let v = 0; v < graph.vertexCount; v += 1) {
    const component = of[v] ?? 0;
    if (sizes[component] === 1) continue;
    let part = tried.get(component);
    if (part === undefined && tried.size === most) continue;
    part ??= { count: 0, best: [] };
    tried.set(component, part);
    if (part.count >= startsMax) continue;
    part.count += 1;
    const found = cycleThrough(graph, v, of);
    if (part.best.length === 0 || found.length < part.best.length) part.best = found;
  }
  return [...tried.values()].map(({ best }) => best);
}

/** Breadth first within the component of `start`, which has a cycle through each of its vertices. */
function cycleThrough(
  { offsets, targets, relations }: Digraph,
  start: number,
  component: Int32Array,
): readonly CycleStep[] {
  const came = new Map<number, CycleStep>();
  const open = [start];
  for (const v of open)
    for (let edge = offsets[v] ?? 0; edge < (offsets[v + 1] ?? 0); edge += 1) {
      const to = targets[edge] ?? 0;
      const relation = relations[edge] ?? 0;
      if (component[to] !== component[start]) continue;
      if (to === start) {
        const steps: CycleStep[] = [{ from: v, relation }];
        for (let step = came.get(v); step !== undefined; step = came.get(step.from))
          steps.push(step);
        return steps.toReversed();
      }
      if (came.has(to)) continue;
      came.set(to, { from: v, relation });
      open.push(to);
    }
  return [];
}
