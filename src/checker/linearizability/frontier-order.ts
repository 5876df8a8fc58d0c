/**
 * Which order led to a configuration of the frontier: a tree of choices, and from a leaf of it
 * the whole order, made by doing the choices again.
 */
import type { ConfigSet } from './config-set.ts';
import { OpenCalls } from './open-calls.ts';
import { noState, type Transitions } from './transitions.ts';

const none = -1;
/** The tree is pruned when it has grown to twice what was left the last time, and this. */
const pruneSlack = 1 << 16;

export class FrontierOrder {
  readonly #calls: OpenCalls;
  readonly #transitions: Transitions;
  readonly #start: number;
  /** By node: the choice before, the call (or `~class`), where in the events, how many before. */
  #parent = new Int32Array(1024);
  #candidate = new Int32Array(1024);
  #at = new Int32Array(1024);
  #depth = new Int32Array(1024);
  #count = 0;
  #pruneAt = pruneSlack;
  /** Returns passed so far. */
  returns = 0;

  constructor(calls: OpenCalls, transitions: Transitions, start: number) {
    this.#calls = calls;
    this.#transitions = transitions;
    this.#start = start;
  }

  get memoryBytes(): number {
    return this.#parent.length * 16;
  }

  add(parent: number, candidate: number, at: number): number {
    if (this.#count === this.#parent.length) this.#grow();
    this.#parent[this.#count] = parent;
    this.#candidate[this.#count] = candidate;
    this.#at[this.#count] = at;
    this.#depth[this.#count] = this.depth(parent) + 1;
    this.#count += 1;
    return this.#count - 1;
  }

  depth(node: number): number {
    return node === none ? 0 : (this.#depth[node] ?? 0);
  }

  /** Drops what no configuration of the frontier came from, now and then. */
  forget(configs: ConfigSet): void {
    if (this.#count < this.#pruneAt) return;
    const moved = new Int32Array(this.#count).fill(none);
    for (let at = 0; at < configs.count; at += 1)
      for (let node = configs.node(at); node !== none && moved[node] === none; ) {
        moved[node] = 0;
        node = this.#parent[node] ?? none;
      }
    let kept = 0;
    // A parent has a smaller number than its children, so it has been moved before them.
    for (let node = 0; node < this.#count; node += 1) {
      if (moved[node] === none) continue;
      moved[node] = kept;
      const parent = this.#parent[node] ?? none;
      this.#parent[kept] = parent === none ? none : (moved[parent] ?? none);
      this.#candidate[kept] = this.#candidate[node] ?? 0;
      this.#at[kept] = this.#at[node] ?? 0;
      this.#depth[kept] = this.#depth[node] ?? 0;
      kept += 1;
    }
    for (let at = 0; at < configs.count; at += 1) {
      const node = configs.node(at);
      configs.setNode(at, node === none ? none : (moved[node] ?? none));
    }
    this.#count = kept;
    this.#pruneAt = 2 * kept + pruneSlack;
  }

  /** Positions in `calls`, for the choices up to that node and the events before `end`. */
  of(leaf: number, end: number): readonly number[] {
    const choices: Choice[] = [];
    for (let node = leaf; node !== none; node = this.#parent[node] ?? none)
      choices.push({ candidate: this.#candidate[node] ?? 0, at: this.#at[node] ?? 0 });
    choices.reverse();
    return new Replay(this.#calls, this.#transitions, this.#withUnseen(choices, end)).run(
      this.#start,
      end,
    );
  }

  /** Puts each blind write that returned unused before the first blind write after it began. */
  #withUnseen(choices: readonly Choice[], end: number): readonly Choice[] {
    const { events, invokedAt } = this.#calls;
    const used = new Set(choices.map(({ candidate }) => candidate));
    const unseen = new Map<number, Choice[]>();
    const blind = [...choices.keys()].filter((index) => this.#isBlind(choices[index]));
    for (let at = 0; at < end; at += 1) {
      const event = events[at] ?? 0;
      const call = event >> 2;
      if ((event & 3) !== OpenCalls.returned || used.has(call)) continue;
      if (!this.#isBlind({ candidate: call })) continue;
      const index = firstAfter(blind, choices, invokedAt[call] ?? 0);
      if (index === undefined) continue;
      const before = { candidate: call, at: choices[index]?.at ?? 0 };
      const known = unseen.get(index);
      if (known === undefined) unseen.set(index, [before]);
      else known.push(before);
    }
    return choices.flatMap((choice, index) => [...(unseen.get(index) ?? []), choice]);
  }

  #isBlind(choice: { readonly candidate: number } | undefined): boolean {
    if (choice === undefined) return false;
    const { candidate } = choice;
    if (candidate < 0) return this.#calls.classes[~candidate]?.isBlind === true;
    return this.#transitions.isBlind(this.#calls.kind[candidate] ?? 0);
  }

  #grow(): void {
    const grown = (from: Int32Array): Int32Array<ArrayBuffer> => {
      const to = new Int32Array(from.length * 2);
      to.set(from);
      return to;
    };
    this.#parent = grown(this.#parent);
    this.#candidate = grown(this.#candidate);
    this.#at = grown(this.#at);
    this.#depth = grown(this.#depth);
  }
}

interface Choice {
  readonly candidate: number;
  /** Where in the events it was made: at the return that needed it. */
  readonly at: number;
}

/** Of `indices` the first whose choice was made after that event. */
function firstAfter(
  indices: readonly number[],
  choices: readonly Choice[],
  event: number,
): number | undefined {
  let low = 0;
  let high = indices.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((choices[indices[middle] ?? 0]?.at ?? 0) > event) high = middle;
    else low = middle + 1;
  }
  return indices[low];
}

/** Goes through the events once more, with the choices known. */
class Replay {
  readonly #calls: OpenCalls;
  readonly #transitions: Transitions;
  readonly #choices: readonly Choice[];
  readonly #order: number[] = [];
  readonly #usedOf: Int32Array;
  /** Pure calls that were invoked and are not done. */
  #pure: number[] = [];
  #state = noState;

  constructor(calls: OpenCalls, transitions: Transitions, choices: readonly Choice[]) {
    this.#calls = calls;
    this.#transitions = transitions;
    this.#choices = choices;
    this.#usedOf = new Int32Array(calls.classes.length);
  }

  run(start: number, end: number): readonly number[] {
    const { events, kind } = this.#calls;
    this.#state = start;
    let next = 0;
    for (let at = 0; at < end; at += 1) {
      const event = events[at] ?? 0;
      const what = event & 3;
      const call = event >> 2;
      if (what === OpenCalls.invoked && this.#transitions.isPure(kind[call] ?? 0))
        this.#pure.push(call);
      if (what !== OpenCalls.returned) continue;
      this.#absorb();
      for (; (this.#choices[next]?.at ?? end) <= at; next += 1) {
        this.#do(this.#choices[next]?.candidate ?? 0);
        this.#absorb();
      }
    }
    return this.#order;
  }

  #do(candidate: number): void {
    const { classes, kind, position } = this.#calls;
    if (candidate >= 0) {
      this.#state = this.#transitions.next(this.#state, kind[candidate] ?? 0);
      this.#order.push(position[candidate] ?? 0);
      return;
    }
    const used = this.#usedOf[~candidate] ?? 0;
    this.#usedOf[~candidate] = used + 1;
    this.#state = this.#transitions.next(this.#state, classes[~candidate]?.kind ?? 0);
    this.#order.push(classes[~candidate]?.members[used] ?? 0);
  }

  #absorb(): void {
    if (this.#pure.length === 0) return;
    const { kind, position } = this.#calls;
    this.#pure = this.#pure.filter((call) => {
      if (this.#transitions.next(this.#state, kind[call] ?? 0) === noState) return true;
      this.#order.push(position[call] ?? 0);
      return false;
    });
  }
}
