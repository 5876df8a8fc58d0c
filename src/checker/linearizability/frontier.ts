/**
 * The search by events: which configurations (state, and what is linearized of what is pending)
 * are possible after each return. It keeps only those of the last return, so it finds the first
 * event that cannot be explained, and is fast where the depth-first search goes astray.
 *
 * - *Just in time* (Lowe, "Testing for linearizability", 2017): calls that change something are
 *   linearized only when a return needs one, in sequences that end in that one. Points of
 *   linearization can be delayed to just before the first return that needs them.
 * - *Pure calls are never a choice*, and *optional calls come in classes*: see `search.ts`.
 * - *Equal calls in order of return*: of pending calls that a model cannot tell apart the one
 *   that returns first goes first, and an optional one last; any other order can be swapped.
 * - *What another can stand in for is dropped*: of equal states, who used fewer optional calls
 *   and has more pure ones done can do all that the other can.
 * - *Dead blind writes*: a blind write makes every other that is pending free: that one can
 *   have come just before it, unseen. A free one may still be used, up to its return.
 */
import { ConfigSet, type SlotKinds } from './config-set.ts';
import type { EngineRun, Outcome, Problem } from './engine.ts';
import { FrontierOrder } from './frontier-order.ts';
import { OpenCalls } from './open-calls.ts';
import { noState, Transitions } from './transitions.ts';
import { UseVectors } from './use-vectors.ts';

const stepsBetweenLooks = 256;
/** So many comparisons of configurations count as one step. */
const comparisonsPerStep = 16;
const none = -1;

export function frontierSearch(
  problem: Problem,
  transitions = new Transitions(problem.model),
): EngineRun {
  return new Frontier(problem, transitions);
}

class Frontier implements EngineRun {
  readonly #transitions: Transitions;
  readonly #calls: OpenCalls;
  readonly #vectors = new UseVectors();
  readonly #order: FrontierOrder;
  readonly #kinds: SlotKinds;
  /** By class: how many were invoked. */
  readonly #available: Int32Array;
  /** By slot: the call, or -1. */
  readonly #inSlot: Int32Array;
  readonly #slotOf: Int32Array;
  readonly #freeSlots: number[] = [];

  /** After the last return. */
  #configs: ConfigSet;
  /** Of the return at hand: all that were met, and those that pass it. */
  readonly #seen: ConfigSet;
  #passed: ConfigSet;
  /** Positions in `#seen` by how many optional calls more than the fewest were used. */
  readonly #queue: number[][] = [];
  #queueBase = 0;
  #queueAt = 0;

  /** By slot: those of equal calls that return earlier. Then by class: those of equal calls. */
  readonly #twins: Int32Array;

  /** Of pure calls in slots, those that a state satisfies; made once an event. */
  #pureMasks = new Int32Array(64);
  #pureStamps = new Int32Array(64);

  #at = 0;
  #returning = none;
  #slot = none;
  #isBlindReturn = false;
  #provedEvents = 0;
  #steps = 0;
  #outcome: Outcome | undefined;

  constructor(problem: Problem, transitions: Transitions) {
    this.#transitions = transitions;
    this.#calls = new OpenCalls(problem, transitions);
    const words = Math.max(1, Math.ceil(this.#calls.slotCount / 32));
    this.#kinds = {
      words,
      pure: new Int32Array(words),
      blind: new Int32Array(words),
      other: new Int32Array(words),
    };
    this.#available = new Int32Array(this.#calls.classes.length);
    this.#inSlot = new Int32Array(this.#calls.slotCount).fill(none);
    this.#slotOf = new Int32Array(this.#calls.count).fill(none);
    const { slotCount, classes } = this.#calls;
    this.#twins = new Int32Array((slotCount + classes.length) * words);
    for (let slot = this.#calls.slotCount - 1; slot >= 0; slot -= 1) this.#freeSlots.push(slot);
    this.#configs = new ConfigSet(this.#kinds, this.#vectors);
    this.#seen = new ConfigSet(this.#kinds, this.#vectors);
    this.#passed = new ConfigSet(this.#kinds, this.#vectors);
    const start = transitions.state(problem.start);
    this.#order = new FrontierOrder(this.#calls, transitions, start);
    this.#configs.blank(start);
    this.#configs.keep();
  }

  get provedEvents(): number {
    return this.#provedEvents;
  }

  get memoryBytes(): number {
    const sets = [this.#configs, this.#seen, this.#passed];
    const shared = this.#transitions.memoryBytes + this.#vectors.memoryBytes;
    return sets.reduce((sum, set) => sum + set.memoryBytes, shared + this.#order.memoryBytes);
  }

  advance(stepsMax: number, outOfTime: () => boolean): Outcome | undefined {
    this.#steps = 0;
    let looked = -stepsBetweenLooks;
    while (this.#outcome === undefined && this.#steps < stepsMax) {
      if (this.#steps - looked >= stepsBetweenLooks) {
        looked = this.#steps;
        if (outOfTime()) return undefined;
      }
      if (this.#returning === none) this.#nextEvent();
      else this.#explore();
    }
    return this.#outcome;
  }

  #nextEvent(): void {
    const { events, returnCount, kind } = this.#calls;
    if (this.#order.returns === returnCount) {
      this.#outcome = { linearizable: true, order: this.#order.of(this.#anyNode(), this.#at) };
      return;
    }
    const event = events[this.#at] ?? 0;
    const call = event >> 2;
    if ((event & 3) === OpenCalls.invoked) this.#open(call, kind[call] ?? 0);
    else if ((event & 3) === OpenCalls.offered)
      this.#available[call] = (this.#available[call] ?? 0) + 1;
    else {
      this.#return(call);
      return;
    }
    this.#at += 1;
    this.#steps += 1;
  }

  #open(call: number, kind: number): void {
    const slot = this.#freeSlots.pop() ?? 0;
    this.#slotOf[call] = slot;
    this.#inSlot[slot] = call;
    const { pure, blind, other } = this.#kinds;
    const mask = this.#transitions.isPure(kind)
      ? pure
      : this.#transitions.isBlind(kind)
        ? blind
        : other;
    mask[slot >>> 5] = (mask[slot >>> 5] ?? 0) | (1 << (slot & 31));
  }

  #return(call: number): void {
    const slot = this.#slotOf[call] ?? 0;
    const isBlind = this.#isIn(this.#kinds.blind, slot);
    this.#steps += this.#configs.alive;
    if (!isBlind && this.#areAllDone(slot)) {
      for (let at = 0; at < this.#configs.count; at += 1) this.#configs.clearSlot(at, slot);
      this.#close(call, slot);
      return;
    }
    this.#returning = call;
    this.#slot = slot;
    this.#isBlindReturn = isBlind;
    this.#findTwins();
    this.#seen.clear();
    this.#passed.clear();
    this.#queue.length = 0;
    this.#queueAt = 0;
    this.#queueBase = Infinity;
    for (let at = 0; at < this.#configs.count; at += 1)
      if (!this.#configs.isGone(at))
        this.#queueBase = Math.min(this.#queueBase, this.#vectors.total(this.#configs.vector(at)));
    for (let at = 0; at < this.#configs.count; at += 1) {
      if (this.#configs.isGone(at)) continue;
      this.#seen.draft(this.#configs, at);
      this.#push(this.#configs.state(at), this.#configs.vector(at), undefined);
    }
  }

  #findTwins(): void {
    const { kind, returned, slotCount } = this.#calls;
    const { words } = this.#kinds;
    const twins = this.#twins.fill(0);
    const add = (row: number, slot: number): void => {
      const at = row * words + (slot >>> 5);
      twins[at] = (twins[at] ?? 0) | (1 << (slot & 31));
    };
    for (let slot = 0; slot < slotCount; slot += 1) {
      const call = this.#inSlot[slot] ?? none;
      if (call === none) continue;
      const ofClass = this.#calls.classOfKind.get(kind[call] ?? 0);
      if (ofClass !== undefined) add(slotCount + ofClass, slot);
      for (let other = 0; other < slotCount; other += 1) {
        const twin = this.#inSlot[other] ?? none;
        if (twin === none || kind[twin] !== kind[call]) continue;
        if ((returned[twin] ?? 0) > (returned[call] ?? 0)) add(other, slot);
      }
    }
  }

  #areAllDone(slot: number): boolean {
    for (let at = 0; at < this.#configs.count; at += 1)
      if (!this.#configs.isGone(at) && !this.#configs.isDone(at, slot)) return false;
    return true;
  }

  /** Keeps the draft in `#seen`, if it is worth it. `candidate` led to it. */
  #push(state: number, vector: number, candidate: number | undefined): void {
    const seen = this.#seen;
    const compared = seen.compared;
    this.#absorb(state);
    const isKept = seen.keep();
    this.#steps += 1 + (seen.compared - compared) / comparisonsPerStep;
    if (!isKept) return;
    const at = seen.count - 1;
    if (candidate !== undefined)
      seen.setNode(at, this.#order.add(seen.node(at), candidate, this.#at));
    const isUsed = seen.isDone(at, this.#slot);
    const passes = isUsed || seen.isFree(at, this.#slot);
    if (passes) {
      const draft = this.#passed.draft(seen, at);
      this.#passed.clearSlot(draft, this.#slot);
      this.#passed.keep();
    }
    if (passes && (isUsed || !this.#isBlindReturn)) return;
    const level = this.#vectors.total(vector) - this.#queueBase;
    while (this.#queue.length <= level) this.#queue.push([]);
    this.#queue[level]?.push(at);
    this.#queueAt = Math.min(this.#queueAt, level);
  }

  /** Linearizes, in the draft, every pure call that is legal in its state. */
  #absorb(state: number): void {
    const { words } = this.#kinds;
    const stamp = this.#at + 1;
    if (state >= this.#pureStamps.length || (state + 1) * words > this.#pureMasks.length)
      this.#growPureMasks(state);
    if (this.#pureStamps[state] !== stamp) {
      this.#pureStamps[state] = stamp;
      this.#markPure(state, state * words);
    }
    this.#seen.addDone(this.#pureMasks, state * words);
  }

  #markPure(state: number, base: number): void {
    const { pure, words } = this.#kinds;
    for (let word = 0; word < words; word += 1) {
      let mask = 0;
      for (let left = pure[word] ?? 0; left !== 0; left &= left - 1) {
        const bit = left & -left;
        const call = this.#inSlot[word * 32 + 31 - Math.clz32(bit)] ?? 0;
        const next = this.#transitions.next(state, this.#calls.kind[call] ?? 0);
        if (next !== noState) mask |= bit;
      }
      this.#pureMasks[base + word] = mask;
    }
  }

  #growPureMasks(state: number): void {
    const size = Math.max(2 * this.#pureStamps.length, state + 1);
    const stamps = new Int32Array(size);
    stamps.set(this.#pureStamps);
    const masks = new Int32Array(size * this.#kinds.words);
    masks.set(this.#pureMasks.subarray(0, masks.length));
    [this.#pureStamps, this.#pureMasks] = [stamps, masks];
  }

  /** Takes one configuration out of the queue, or ends the event. */
  #explore(): void {
    while (this.#queueAt < this.#queue.length && this.#queue[this.#queueAt]?.length === 0)
      this.#queueAt += 1;
    const at = this.#queue[this.#queueAt]?.pop();
    if (at === undefined) {
      this.#endReturn();
      return;
    }
    this.#steps += 1;
    if (this.#seen.isGone(at)) return;
    const state = this.#seen.state(at);
    this.#useRequired(at, state);
    this.#useOptional(at, state);
  }

  #useRequired(at: number, state: number): void {
    const { blind, other, words } = this.#kinds;
    const vector = this.#seen.vector(at);
    for (let word = 0; word < words; word += 1) {
      const changing = (blind[word] ?? 0) | (other[word] ?? 0);
      for (let left = changing; left !== 0; left &= left - 1) {
        const slot = word * 32 + 31 - Math.clz32(left & -left);
        if (this.#seen.isDone(at, slot)) continue;
        if (!this.#seen.hasDone(at, this.#twins, slot * words)) continue;
        const call = this.#inSlot[slot] ?? 0;
        const next = this.#transitions.next(state, this.#calls.kind[call] ?? 0);
        if (next === noState) continue;
        this.#seen.draft(this.#seen, at);
        this.#seen.move(next, vector);
        this.#seen.setDone(slot);
        if (this.#isIn(blind, slot)) this.#seen.freeBlind();
        this.#push(next, vector, call);
      }
    }
  }

  #useOptional(at: number, state: number): void {
    const { classes, slotCount } = this.#calls;
    const { words } = this.#kinds;
    const vector = this.#seen.vector(at);
    for (let id = 0; id < classes.length; id += 1) {
      const available = this.#available[id] ?? 0;
      if (available === 0 || this.#vectors.used(vector, id) >= available) continue;
      if (!this.#seen.hasDone(at, this.#twins, (slotCount + id) * words)) continue;
      const { kind, isBlind } = classes[id] ?? { kind: 0, isBlind: false };
      const next = this.#transitions.next(state, kind);
      if (next === noState) continue;
      // One that changes nothing is of use only if it makes blind writes free.
      if (next === state && !(isBlind && this.#seen.hasObligations(at))) continue;
      const used = this.#vectors.use(vector, id);
      this.#seen.draft(this.#seen, at);
      this.#seen.move(next, used);
      if (isBlind) this.#seen.freeBlind();
      this.#push(next, used, ~id);
    }
  }

  #endReturn(): void {
    const call = this.#returning;
    if (this.#passed.alive === 0) {
      this.#outcome = {
        linearizable: false,
        stuck: this.#calls.position[call] ?? 0,
        order: this.#order.of(this.#deepestSeen(), this.#at + 1),
      };
      return;
    }
    [this.#configs, this.#passed] = [this.#passed, this.#configs];
    this.#close(call, this.#slot);
    this.#returning = none;
  }

  /** The call has returned: its slot is another's. */
  #close(call: number, slot: number): void {
    const { pure, blind, other } = this.#kinds;
    for (const mask of [pure, blind, other])
      mask[slot >>> 5] = (mask[slot >>> 5] ?? 0) & ~(1 << (slot & 31));
    this.#inSlot[slot] = none;
    this.#freeSlots.push(slot);
    this.#provedEvents = (this.#calls.returned[call] ?? 0) + 1;
    this.#order.returns += 1;
    this.#at += 1;
    this.#order.forget(this.#configs);
  }

  #isIn(mask: Int32Array, slot: number): boolean {
    return ((mask[slot >>> 5] ?? 0) & (1 << (slot & 31))) !== 0;
  }

  #anyNode(): number {
    let at = 0;
    while (this.#configs.isGone(at)) at += 1;
    return this.#configs.node(at);
  }

  #deepestSeen(): number {
    let best: number = none;
    for (let at = 0; at < this.#seen.count; at += 1) {
      const node = this.#seen.node(at);
      if (this.#order.depth(node) > this.#order.depth(best)) best = node;
    }
    return best;
  }
}
