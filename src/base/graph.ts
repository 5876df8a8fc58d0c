/**
 * Directed graphs of millions of vertices in typed arrays. Each edge carries a byte of
 * relation bits, so that one graph serves all questions about parts of it: a part is a mask,
 * and an edge belongs to it if all its bits are in the mask.
 */

/** Edges as they are found, in any order. */
export class EdgeList {
  #from = new Int32Array(1024);
  #to = new Int32Array(1024);
  #relation = new Uint8Array(1024);
  length = 0;
  /** All bits of all edges. */
  bits = 0;

  add(from: number, to: number, relation: number): void {
    if (this.length === this.#from.length) this.#grow();
    this.#from[this.length] = from;
    this.#to[this.length] = to;
    this.#relation[this.length] = relation;
    this.length += 1;
    this.bits |= relation;
  }

  /** The same edges in compressed rows. Equal edges stay apart. */
  toDigraph(vertexCount: number): Digraph {
    const offsets = new Int32Array(vertexCount + 1);
    const { length } = this;
    const from = this.#from;
    for (let i = 0; i < length; i += 1) {
      const row = (from[i] as number) + 1;
      offsets[row] = (offsets[row] as number) + 1;
    }
    for (let v = 0; v < vertexCount; v += 1)
      offsets[v + 1] = (offsets[v + 1] as number) + (offsets[v] as number);
    const next = offsets.slice(0, vertexCount);
    const targets = new Int32Array(length);
    const relations = new Uint8Array(length);
    for (let i = 0; i < length; i += 1) {
      const row = from[i] as number;
      const at = next[row] as number;
      next[row] = at + 1;
      targets[at] = this.#to[i] as number;
      relations[at] = this.#relation[i] as number;
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

const unseen = 0;

/**
 * Strongly connected components of the edges in `mask`, without recursion.
 * (Tarjan, "Depth-first search and linear graph algorithms", 1972.)
 */
export function componentsOf(graph: Digraph, mask = 0xff): Components {
  const { vertexCount, offsets, targets, relations } = graph;
  const outside = ~mask & 0xff;
  const low = new Int32Array(vertexCount);
  const order = new Int32Array(vertexCount);
  const of = new Int32Array(vertexCount).fill(-1);
  const nextEdge = new Int32Array(vertexCount);
  const path = new Int32Array(vertexCount);
  const open = new Int32Array(vertexCount);
  const sizes: number[] = [];
  let visits = 0;
  let openCount = 0;
  for (let root = 0; root < vertexCount; root += 1) {
    if (order[root] !== unseen) continue;
    let depth = 0;
    path[0] = root;
    visits += 1;
    order[root] = visits;
    low[root] = visits;
    nextEdge[root] = offsets[root] as number;
    open[openCount] = root;
    openCount += 1;
    while (depth >= 0) {
      const v = path[depth] as number;
      const end = offsets[v + 1] as number;
      let edge = nextEdge[v] as number;
      let descended = false;
      while (edge < end) {
        const w = targets[edge] as number;
        const allowed = ((relations[edge] as number) & outside) === 0;
        edge += 1;
        if (!allowed) continue;
        if (order[w] === unseen) {
          nextEdge[v] = edge;
          visits += 1;
          order[w] = visits;
          low[w] = visits;
          nextEdge[w] = offsets[w] as number;
          open[openCount] = w;
          openCount += 1;
          depth += 1;
          path[depth] = w;
          descended = true;
          break;
        }
        if (of[w] === -1 && (order[w] as number) < (low[v] as number)) low[v] = order[w] as number;
      }
      if (descended) continue;
      if (low[v] === order[v]) {
        const component = sizes.length;
        let size = 0;
        let w: number;
        do {
          openCount -= 1;
          w = open[openCount] as number;
          of[w] = component;
          size += 1;
        } while (w !== v);
        sizes.push(size);
      }
      depth -= 1;
      if (depth < 0) continue;
      const parent = path[depth] as number;
      if ((low[v] as number) < (low[parent] as number)) low[parent] = low[v] as number;
    }
  }
  return { count: sizes.length, of, sizes: Int32Array.from(sizes) };
}

/** A part of a graph, its vertices numbered anew. */
export interface Subgraph {
  readonly graph: Digraph;
  /** The number that each vertex has in the whole graph. */
  readonly original: Int32Array;
}

/**
 * The vertices that are on some cycle (which is to say: in a component of more than one) and the
 * edges inside of their components.
 */
export function cyclicPart(graph: Digraph, components: Components): Subgraph {
  const { vertexCount, offsets, targets, relations } = graph;
  const renumbered = new Int32Array(vertexCount).fill(-1);
  const original: number[] = [];
  for (let v = 0; v < vertexCount; v += 1) {
    if ((components.sizes[components.of[v] as number] as number) < 2) continue;
    renumbered[v] = original.length;
    original.push(v);
  }
  const edges = new EdgeList();
  for (const [row, v] of original.entries()) {
    const end = offsets[v + 1] as number;
    for (let edge = offsets[v] as number; edge < end; edge += 1) {
      const w = targets[edge] as number;
      if (components.of[w] !== components.of[v]) continue;
      edges.add(row, renumbered[w] as number, relations[edge] as number);
    }
  }
  return { graph: edges.toDigraph(original.length), original: Int32Array.from(original) };
}
