/**
 * A directed graph on small integers for histories of any length: edges in typed arrays, the
 * parts in which cycles are (Tarjan, 1972) in linear time, and a shortest cycle as evidence.
 */

/** Vertices of a cyclic part from which a shortest cycle is looked for. */
const startsMax = 32;

/** Edges, as they are found. Parallel ones are kept. No edge goes from a vertex to itself. */
export class Digraph {
  readonly vertexCount: number;
  #edgeCount = 0;
  #from = new Int32Array(1024);
  #to = new Int32Array(1024);
  #label = new Int32Array(1024);
  #csr: Csr | undefined;

  constructor(vertexCount: number) {
    this.vertexCount = vertexCount;
  }

  get edgeCount(): number {
    return this.#edgeCount;
  }

  /** @param label what kind of edge it is, or an index of the reason for it; never negative. */
  add(from: number, to: number, label: number): void {
    if (this.#edgeCount === this.#from.length) {
      this.#from = doubled(this.#from);
      this.#to = doubled(this.#to);
      this.#label = doubled(this.#label);
    }
    this.#from[this.#edgeCount] = from;
    this.#to[this.#edgeCount] = to;
    this.#label[this.#edgeCount] = label;
    this.#edgeCount += 1;
    this.#csr = undefined;
  }

  /** Vertices in an order in which all edges go forward; undefined if there is a cycle. */
  sorted(): Int32Array | undefined {
    const { start, target } = this.#edges();
    const left = new Int32Array(this.vertexCount);
    for (const to of target) left[to] = (left[to] ?? 0) + 1;
    const order = new Int32Array(this.vertexCount);
    let [taken, found] = [0, 0];
    for (let v = 0; v < this.vertexCount; v += 1) if (left[v] === 0) order[found++] = v;
    while (taken < found) {
      const v = order[taken++] ?? 0;
      for (let e = start[v] ?? 0; e < (start[v + 1] ?? 0); e += 1) {
        const to = target[e] ?? 0;
        const count = (left[to] ?? 0) - 1;
        left[to] = count;
        if (count === 0) order[found++] = to;
      }
    }
    return found === this.vertexCount ? order : undefined;
  }

  /** Edges that leave a vertex, in order of being added, as (target, label) pairs. */
  *successors(vertex: number): Generator<readonly [to: number, label: number]> {
    const { start, target, label } = this.#edges();
    for (let e = start[vertex] ?? 0; e < (start[vertex + 1] ?? 0); e += 1)
      yield [target[e] ?? 0, label[e] ?? 0];
  }

  /**
   * A cycle for each cyclic part (of the first `most`): the shortest through one of the part's
   * first vertices, which for parts of moderate size is the shortest there is.
   */
  cycles(most: number): readonly (readonly CycleStep[])[] {
    const component = stronglyConnected(this.#edges(), this.vertexCount);
    const size = new Int32Array(this.vertexCount);
    for (const c of component) size[c] = (size[c] ?? 0) + 1;
    const tried = new Map<number, { count: number; best: readonly CycleStep[] }>();
    for (let v = 0; v < this.vertexCount; v += 1) {
      const c = component[v] ?? 0;
      if (size[c] === 1) continue;
      let part = tried.get(c);
      if (part === undefined && tried.size === most) continue;
      if (part === undefined) {
        part = { count: 0, best: [] };
        tried.set(c, part);
      }
      if (part.count >= startsMax) continue;
      part.count += 1;
      const found = this.#cycleThrough(v, component);
      if (part.best.length === 0 || found.length < part.best.length) part.best = found;
    }
    return [...tried.values()].map(({ best }) => best);
  }

  /** Breadth first within the part of `start`, which has a cycle through each of its vertices. */
  #cycleThrough(start: number, component: Int32Array): readonly CycleStep[] {
    const came = new Map<number, CycleStep>();
    const open = [start];
    for (const v of open)
      for (const [to, label] of this.successors(v)) {
        if (component[to] !== component[start]) continue;
        if (to === start) {
          const steps: CycleStep[] = [{ from: v, label }];
          for (let step = came.get(v); step !== undefined; step = came.get(step.from))
            steps.push(step);
          return steps.toReversed();
        }
        if (came.has(to)) continue;
        came.set(to, { from: v, label });
        open.push(to);
      }
    return [];
  }

  #edges(): Csr {
    this.#csr ??= csrOf(this.vertexCount, this.#edgeCount, this.#from, this.#to, this.#label);
    return this.#csr;
  }
}

/** A vertex on a cycle, and the label of the edge from it to the next. */
export interface CycleStep {
  readonly from: number;
  readonly label: number;
}

interface Csr {
  readonly start: Int32Array;
  readonly target: Int32Array;
  readonly label: Int32Array;
}

function doubled(array: Int32Array): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(array.length * 2);
  grown.set(array);
  return grown;
}

// eslint-disable-next-line max-params -- the columns of one table
function csrOf(
  vertexCount: number,
  edgeCount: number,
  from: Int32Array,
  to: Int32Array,
  labels: Int32Array,
): Csr {
  const start = new Int32Array(vertexCount + 1);
  for (let e = 0; e < edgeCount; e += 1) {
    const at = (from[e] ?? 0) + 1;
    start[at] = (start[at] ?? 0) + 1;
  }
  for (let v = 0; v < vertexCount; v += 1) start[v + 1] = (start[v + 1] ?? 0) + (start[v] ?? 0);
  const next = start.slice();
  const target = new Int32Array(edgeCount);
  const label = new Int32Array(edgeCount);
  for (let e = 0; e < edgeCount; e += 1) {
    const v = from[e] ?? 0;
    const at = next[v] ?? 0;
    next[v] = at + 1;
    target[at] = to[e] ?? 0;
    label[at] = labels[e] ?? 0;
  }
  return { start, target, label };
}

/** A component number for each vertex; those in one cycle share one. Without recursion. */
function stronglyConnected({ start, target }: Csr, vertexCount: number): Int32Array {
  const component = new Int32Array(vertexCount).fill(-1);
  const index = new Int32Array(vertexCount).fill(-1);
  const low = new Int32Array(vertexCount);
  const edge = new Int32Array(vertexCount);
  const path = new Int32Array(vertexCount);
  const stack = new Int32Array(vertexCount);
  let [counter, components, stackLength] = [0, 0, 0];
  for (let root = 0; root < vertexCount; root += 1) {
    if (index[root] !== -1) continue;
    let depth = 0;
    path[0] = root;
    while (depth >= 0) {
      const v = path[depth] ?? 0;
      if (index[v] === -1) {
        index[v] = counter;
        low[v] = counter;
        counter += 1;
        stack[stackLength++] = v;
        edge[v] = start[v] ?? 0;
      }
      const e = edge[v] ?? 0;
      if (e < (start[v + 1] ?? 0)) {
        edge[v] = e + 1;
        const to = target[e] ?? 0;
        if (index[to] === -1) path[++depth] = to;
        else if (component[to] === -1) low[v] = Math.min(low[v] ?? 0, index[to] ?? 0);
        continue;
      }
      if (low[v] === index[v]) {
        for (let member = -1; member !== v; ) {
          member = stack[--stackLength] ?? v;
          component[member] = components;
        }
        components += 1;
      }
      depth -= 1;
      const parent = path[depth] ?? 0;
      if (depth >= 0) low[parent] = Math.min(low[parent] ?? 0, low[v] ?? 0);
    }
  }
  return component;
}
