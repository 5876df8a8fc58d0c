/**
 * The general search: depth first over configurations (which calls are linearized, and the
 * state), each visited once. Wing and Gong's search with Lowe's memory, as in porcupine, and:
 *
 * - *Pure calls are never a choice.* One that is legal now is linearized now. Take any
 *   completion and move the call to its front: no state changes, and the call only moves
 *   earlier, to where it has been invoked.
 * - *Calls without return are optional and come in classes.* Equal ones are interchangeable,
 *   and the earliest can stand for any other, so a configuration holds a count per class.
 *   One that would not change the state now is left for later. And whoever used no more of any
 *   class can do all that another can, if they are equal otherwise: that one is not visited.
 * - *Equal calls go in order of return.* Of calls that may come next and that a model cannot
 *   tell apart, the one that returns first goes first, and an optional one last: in any order
 *   that does otherwise the two can be swapped.
 * - *Keys are short and exact.* All calls before the first that is not linearized are; none is
 *   that was invoked after the first missing return. Only the window between is kept, and
 *   compared word by word: a collision of hashes must not become an accusation.
 *
 * Pure calls and window keys follow Lowe, "Testing for linearizability" (2017), and Horn and
 * Kroening, "Faster linearizability checking via P-compositionality" (2015).
 */
import type { EngineRun, Outcome, Problem } from './engine.ts';
import { KeySet } from './key-set.ts';
import { never } from './part.ts';
import { noState, Transitions } from './transitions.ts';
import { UseVectors } from './use-vectors.ts';

/** Between two looks at the clock. */
const stepsBetweenLooks = 256;

export function search(problem: Problem, transitions = new Transitions(problem.model)): EngineRun {
  return new Search(problem, transitions);
}

/** Calls without return that a model cannot tell apart, in order of invocation. */
interface OptionalClass {
  readonly kind: number;
  /** Positions in `calls`. */
  readonly members: readonly number[];
  readonly invokes: readonly number[];
}

/**
 * The calls with return are numbered 0, 1, … in order of invocation. Call `i` is the nodes
 * `2i` (its invocation) and `2i + 1` (its return) of a doubly linked list in order of events.
 * In the trail, class `c` of optional calls is written `~c`.
 */
class Search implements EngineRun {
  readonly #transitions: Transitions;
  readonly #seen = new KeySet();
  /** By number of the call. */
  readonly #position: Int32Array;
  readonly #kind: Int32Array;
  readonly #returned: Int32Array;
  readonly #isPure: Uint8Array;
  readonly #invoke: Int32Array;
  /** The equal call that returns last of those that return before this one; -1 if none. */
  readonly #twin: Int32Array;
  /** By kind: the last scan that met a call of that kind. */
  readonly #kindSeen: Int32Array;
  #scan = 0;
  /** How many calls are invoked before the return of this one. */
  readonly #invokedBefore: Int32Array;

  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #head: number;

  readonly #classes: readonly OptionalClass[];
  readonly #used: Int32Array;
  readonly #vectors = new UseVectors();
  /** What was used so far, and before each optional call of the trail. */
  #vector = 0;
  readonly #vectorsBefore: number[] = [];
  /** Lists of vectors that a key was met with: the vector, and where the list goes on. */
  readonly #met: number[] = [0];
  readonly #metNext: number[] = [0];

  /** One bit per call with return. */
  readonly #linearized: Int32Array;
  /** All that is linearized, in order. */
  readonly #trail: number[] = [];
  /** One of each per choice that led here; the first is the start. */
  readonly #states: number[] = [];
  readonly #marks: number[] = [];
  readonly #cursors: number[] = [];

  /** The order that gets furthest: the first `#bestLength` of the trail until undone, then saved. */
  #bestReturn = -1;
  #bestStuck = -1;
  #bestLength = 0;
  readonly #saved: number[] = [];
  #isSaved = false;
  /** As much of `#saved` is still what the trail begins with. */
  #shared = 0;
  #candidateState = noState;
  #outcome: Outcome | undefined;

  constructor({ calls, start }: Problem, transitions: Transitions) {
    this.#transitions = transitions;
    const required: number[] = [];
    const classes = new Map<number, { kind: number; members: number[]; invokes: number[] }>();
    const kinds = calls.map(({ op }) => this.#transitions.kind(op));
    for (const [position, { returned, invoke }] of calls.entries()) {
      const kind = kinds[position] ?? 0;
      if (returned !== never) {
        required.push(position);
        continue;
      }
      const known = classes.get(kind) ?? { kind, members: [], invokes: [] };
      known.members.push(position);
      known.invokes.push(invoke);
      classes.set(kind, known);
    }
    const count = required.length;
    const pick = (value: (position: number) => number): Int32Array =>
      Int32Array.from(required, value);
    this.#position = pick((position) => position);
    this.#kind = pick((position) => kinds[position] ?? 0);
    this.#returned = pick((position) => calls[position]?.returned ?? never);
    this.#isPure = Uint8Array.from(this.#kind, (kind) => Number(this.#transitions.isPure(kind)));
    // In order of first invocation, as the calls are.
    this.#classes = [...classes.values()];
    this.#used = new Int32Array(this.#classes.length);
    this.#linearized = new Int32Array((count >>> 5) + 1);
    this.#invokedBefore = new Int32Array(count);
    this.#next = new Int32Array(2 * count + 1);
    this.#previous = new Int32Array(2 * count + 1);
    this.#head = 2 * count;
    this.#invoke = pick((position) => calls[position]?.invoke ?? 0);
    this.#twin = new Int32Array(count).fill(-1);
    this.#kindSeen = new Int32Array(transitions.kindCount);
    this.#link(this.#invoke);
    const state = this.#transitions.state(start);
    this.#absorbPure(state);
    this.#note();
    this.#push(state, 0);
    if (this.#isDone()) this.#outcome = { linearizable: true, order: this.#order(this.#trail) };
  }

  get provedEvents(): number {
    return this.#bestReturn;
  }

  get memoryBytes(): number {
    const lists = this.#met.length * 16 + this.#vectors.memoryBytes;
    return this.#seen.memoryBytes + this.#transitions.memoryBytes + lists;
  }

  advance(stepsMax: number, outOfTime: () => boolean): Outcome | undefined {
    for (let step = 0; step < stepsMax && this.#outcome === undefined; step += 1) {
      if (step % stepsBetweenLooks === 0 && outOfTime()) return undefined;
      const candidate = this.#nextCandidate();
      if (candidate === this.#head) this.#backtrack();
      else this.#enter(candidate);
    }
    return this.#outcome;
  }

  /** The next thing that may be linearized here and was not tried; the head if none is left. */
  #nextCandidate(): number {
    const top = this.#states.length - 1;
    const state = this.#states[top] ?? 0;
    let cursor = this.#cursors[top] ?? this.#head;
    if (cursor >= 0) {
      for (let node = this.#next[cursor] ?? 0; (node & 1) === 0; node = this.#next[node] ?? 0) {
        if (node === this.#head) break;
        const call = node >>> 1;
        if (this.#isPure[call] === 1 || this.#hasEarlierTwin(call)) continue;
        this.#candidateState = this.#transitions.next(state, this.#kind[call] ?? 0);
        if (this.#candidateState === noState) continue;
        this.#cursors[top] = node;
        return call;
      }
      cursor = ~0;
    } else cursor -= 1;
    const firstReturn = this.#scanWindow();
    for (let at = ~cursor; at < this.#classes.length; at += 1) {
      const optional = this.#classes[at];
      if (optional === undefined) break;
      const { kind, invokes } = optional;
      if (this.#kindSeen[kind] === this.#scan) continue;
      // Of a class that is used up the next invocation is never.
      if ((invokes[this.#used[at] ?? 0] ?? never) > firstReturn) continue;
      this.#candidateState = this.#transitions.next(state, kind);
      if (this.#candidateState === noState || this.#candidateState === state) continue;
      this.#cursors[top] = ~at;
      return ~at;
    }
    return this.#head;
  }

  /** Whether an equal call that returns earlier may come next too. */
  #hasEarlierTwin(call: number): boolean {
    const invoked = this.#invoke[call] ?? 0;
    for (let twin = this.#twin[call] ?? -1; twin !== -1; twin = this.#twin[twin] ?? -1) {
      if ((this.#returned[twin] ?? 0) < invoked) return false;
      const isLinearized = ((this.#linearized[twin >>> 5] ?? 0) & (1 << (twin & 31))) !== 0;
      if (!isLinearized && (this.#invoke[twin] ?? 0) < this.#firstReturn()) return true;
    }
    return false;
  }

  /** Notes which kinds of calls may come next. @returns the first missing return */
  #scanWindow(): number {
    this.#scan += 1;
    let node = this.#next[this.#head] ?? 0;
    for (; (node & 1) === 0 && node !== this.#head; node = this.#next[node] ?? 0)
      this.#kindSeen[this.#kind[node >>> 1] ?? 0] = this.#scan;
    return this.#returned[node >>> 1] ?? never;
  }

  #enter(candidate: number): void {
    const mark = this.#trail.length;
    const state = this.#candidateState;
    this.#take(candidate);
    this.#absorbPure(state);
    if (this.#isDone()) {
      this.#outcome = { linearizable: true, order: this.#order(this.#trail) };
      return;
    }
    if (!this.#isNew(state)) {
      this.#undoTo(mark);
      return;
    }
    this.#note();
    this.#push(state, mark);
  }

  #push(state: number, mark: number): void {
    this.#states.push(state);
    this.#marks.push(mark);
    this.#cursors.push(this.#head);
  }

  #backtrack(): void {
    this.#undoTo(this.#marks.pop() ?? 0);
    this.#states.pop();
    this.#cursors.pop();
    if (this.#states.length > 0) return;
    this.#outcome = {
      linearizable: false,
      stuck: this.#position[this.#bestStuck] ?? 0,
      order: this.#order(this.#saved),
    };
  }

  /** Linearizes every pure call that may come next and is legal. */
  #absorbPure(state: number): void {
    for (
      let node = this.#next[this.#head] ?? 0;
      node !== this.#head;
      node = this.#next[node] ?? 0
    ) {
      if ((node & 1) === 1) return;
      const call = node >>> 1;
      if (this.#isPure[call] === 0) continue;
      if (this.#transitions.next(state, this.#kind[call] ?? 0) !== noState) this.#take(call);
    }
  }

  #take(candidate: number): void {
    this.#trail.push(candidate);
    if (candidate < 0) {
      this.#used[~candidate] = (this.#used[~candidate] ?? 0) + 1;
      this.#vectorsBefore.push(this.#vector);
      this.#vector = this.#vectors.use(this.#vector, ~candidate);
      return;
    }
    const word = candidate >>> 5;
    this.#linearized[word] = (this.#linearized[word] ?? 0) | (1 << (candidate & 31));
    // The return first: then what follows the invocation is never a node that is gone.
    this.#unlink(2 * candidate + 1);
    this.#unlink(2 * candidate);
  }

  #undoTo(length: number): void {
    if (!this.#isSaved && length < this.#bestLength) this.#save();
    this.#shared = Math.min(this.#shared, length);
    while (this.#trail.length > length) {
      const candidate = this.#trail.pop() ?? 0;
      if (candidate < 0) {
        this.#used[~candidate] = (this.#used[~candidate] ?? 0) - 1;
        this.#vector = this.#vectorsBefore.pop() ?? 0;
        continue;
      }
      const word = candidate >>> 5;
      this.#linearized[word] = (this.#linearized[word] ?? 0) & ~(1 << (candidate & 31));
      this.#relink(2 * candidate);
      this.#relink(2 * candidate + 1);
    }
  }

  /** Whether nothing that can stand in for the configuration was met. Remembers it. */
  #isNew(state: number): boolean {
    // The first node is an invocation: a return has its own before it.
    const first = (this.#next[this.#head] ?? 0) >>> 1;
    const missing = this.#firstReturnNode() >>> 1;
    const key = this.#seen;
    key.begin(state, first);
    const lastWord = (this.#invokedBefore[missing] ?? 0) >>> 5;
    for (let word = first >>> 5; word <= lastWord; word += 1) key.add(this.#linearized[word] ?? 0);
    const isNewKey = key.insert();
    if (this.#classes.length === 0) return isNewKey;
    for (let at = key.value; at !== 0; at = this.#metNext[at] ?? 0)
      if (this.#vectors.isAtMost(this.#met[at] ?? 0, this.#vector)) return false;
    this.#metNext.push(key.value);
    key.value = this.#met.push(this.#vector) - 1;
    return true;
  }

  /** Keeps the order that gets furthest: past the most returns, then with the most calls. */
  #note(): void {
    if (this.#isDone()) return;
    const missing = this.#firstReturnNode() >>> 1;
    const at = this.#returned[missing] ?? never;
    if (at < this.#bestReturn) return;
    if (at === this.#bestReturn && this.#trail.length <= this.#bestLength) return;
    this.#bestReturn = at;
    this.#bestStuck = missing;
    this.#bestLength = this.#trail.length;
    this.#isSaved = false;
  }

  /** Copies only what changed since the last time: a copy per return would be quadratic. */
  #save(): void {
    this.#saved.length = this.#shared;
    for (let at = this.#shared; at < this.#bestLength; at += 1)
      this.#saved.push(this.#trail[at] ?? 0);
    this.#shared = this.#bestLength;
    this.#isSaved = true;
  }

  #isDone(): boolean {
    return this.#next[this.#head] === this.#head;
  }

  #firstReturnNode(): number {
    let node = this.#next[this.#head] ?? 0;
    while ((node & 1) === 0 && node !== this.#head) node = this.#next[node] ?? 0;
    return node;
  }

  #firstReturn(): number {
    return this.#returned[this.#firstReturnNode() >>> 1] ?? never;
  }

  /** The trail as positions in `calls`. */
  #order(trail: readonly number[]): readonly number[] {
    const used = new Int32Array(this.#classes.length);
    return trail.map((candidate) => {
      if (candidate >= 0) return this.#position[candidate] ?? 0;
      const member = used[~candidate] ?? 0;
      used[~candidate] = member + 1;
      return this.#classes[~candidate]?.members[member] ?? 0;
    });
  }

  /** Builds the list. `invokes` is ascending, so the two kinds of nodes are merged. */
  #link(invokes: Int32Array): void {
    const byReturn = Array.from(this.#returned.keys()).sort(
      (a, b) => (this.#returned[a] ?? 0) - (this.#returned[b] ?? 0),
    );
    let last = this.#head;
    let invoked = 0;
    const append = (node: number): void => {
      this.#next[last] = node;
      this.#previous[node] = last;
      last = node;
    };
    const lastOfKind = new Map<number, number>();
    for (const call of byReturn) {
      const kind = this.#kind[call] ?? 0;
      this.#twin[call] = lastOfKind.get(kind) ?? -1;
      lastOfKind.set(kind, call);
      while (invoked < invokes.length && (invokes[invoked] ?? 0) < (this.#returned[call] ?? 0)) {
        append(2 * invoked);
        invoked += 1;
      }
      this.#invokedBefore[call] = invoked;
      append(2 * call + 1);
    }
    append(this.#head);
  }

  #unlink(node: number): void {
    const previous = this.#previous[node] ?? 0;
    const next = this.#next[node] ?? 0;
    this.#next[previous] = next;
    this.#previous[next] = previous;
  }

  #relink(node: number): void {
    this.#next[this.#previous[node] ?? 0] = node;
    this.#previous[this.#next[node] ?? 0] = node;
  }
}
