/**
 * Stacks with distinct elements, in time O(n log n).
 *
 * Peels the history from the bottom of the stack, after Lee and Mathur (Efficient
 * Decrease-and-Conquer Linearizability Monitoring, OOPSLA 2025). Time is cut into slots at the
 * ends of critical intervals. In a slot over which no critical interval lies, the stack can be
 * empty, or as low as the elements that were taken away: every push or pop that overlaps it can
 * be done there. An element that has lost both its push and its pop is taken away with its
 * critical interval, which uncovers slots for others. The history is linearizable if and only if
 * nothing is left in the end; what is left is the violation.
 *
 * An element whose push and pop may overlap can always be pushed and popped at one instant. An
 * element that was pushed for certain and never popped is popped after the end.
 */
import {
  type Container,
  checkEmpties,
  containerOf,
  elementText,
  inByEvent,
  rowOf,
  rowsOf,
  withCrashedTakes,
} from './container.ts';
import { CoverTree } from './cover-tree.ts';
import { linearizable, type PolyResult, type Violation, violation } from './result.ts';
import { StabTree } from './stab-tree.ts';
import { never, type Timeline } from './timeline.ts';
import { fewerElements } from './witness.ts';

const none = -1;

export function checkStack(timeline: Timeline): PolyResult {
  const stack = containerOf(timeline);
  return 'kind' in stack ? stack : withCrashedTakes(stack, checkLayers);
}

function checkLayers(stack: Container): PolyResult {
  const stuck = stuckElements(stack, laidElements(stack));
  if (stuck.length > 0) return explainStuck(stack, stuck);
  return checkEmpties(stack) ?? linearizable;
}

/** The elements that were on the stack for some certain time. */
function laidElements(stack: Container): Int32Array {
  const { size, kept, inBy, outFrom } = stack;
  const laid = new Int32Array(size);
  let count = 0;
  for (let element = 0; element < size; element += 1) {
    if (kept[element] === 0 || (inBy[element] ?? 0) >= (outFrom[element] ?? 0)) continue;
    laid[count] = element;
    count += 1;
  }
  return laid.subarray(0, count);
}

/** Those of the elements, all laid, that cannot be peeled away. */
function stuckElements(stack: Container, elements: Int32Array): readonly number[] {
  if (elements.length === 0) return [];
  const peel = new Peeling(stack, elements);
  peel.run();
  return peel.stuck();
}

/** Elements go by their index in `elements` here, operations in order of their begins. */
class Peeling {
  readonly #elements: Int32Array;
  readonly #slotCount: number;
  /** By element the first and last slot of its critical interval. */
  readonly #from: Int32Array;
  readonly #to: Int32Array;
  /** By operation its last slot and its element. */
  readonly #end: Int32Array;
  readonly #owner: Int32Array;
  /** By slot the number of operations that begin in it or before. */
  readonly #begun: Int32Array;
  readonly #alive: StabTree;
  readonly #cover: CoverTree;
  /** By element how many of its operations are left. */
  readonly #left: Uint8Array;
  /** Elements that have lost their operations, in that order. */
  readonly #done: Int32Array;
  #doneCount = 0;

  constructor(stack: Container, elements: Int32Array) {
    const count = elements.length;
    this.#elements = elements;
    const slotOf = slotsOf(stack, elements);
    const { horizon } = stack.timeline;
    this.#slotCount = (slotOf[horizon] ?? 0) + 1;
    this.#from = new Int32Array(count);
    this.#to = new Int32Array(count);
    this.#left = new Uint8Array(count);
    this.#end = new Int32Array(2 * count);
    this.#owner = new Int32Array(2 * count);
    this.#begun = new Int32Array(this.#slotCount);
    const operations = this.#enterOperations(stack, slotOf, this.#enterElements(stack, slotOf));
    this.#alive = new StabTree(this.#end.subarray(0, operations));
    this.#cover = this.#initialCover();
    this.#done = new Int32Array(count);
  }

  /** @returns by time twice the element whose push begins there, or that plus 1 for its pop */
  #enterElements(stack: Container, slotOf: Int32Array): Int32Array {
    const { horizon } = stack.timeline;
    const { inFrom, inBy, outFrom } = stack;
    const starts = new Int32Array(horizon).fill(none);
    for (let i = 0; i < this.#elements.length; i += 1) {
      const element = this.#elements[i] ?? 0;
      const out = Math.min(outFrom[element] ?? never, horizon);
      this.#from[i] = slotOf[inBy[element] ?? 0] ?? 0;
      this.#to[i] = slotOf[out - 1] ?? 0;
      starts[inFrom[element] ?? 0] = 2 * i;
      if (out < horizon) starts[out] = 2 * i + 1;
      this.#left[i] = out < horizon ? 2 : 1;
    }
    return starts;
  }

  /** @returns how many operations there are */
  #enterOperations(stack: Container, slotOf: Int32Array, starts: Int32Array): number {
    const { inBy, outBy } = stack;
    let count = 0;
    for (let time = 0; time < starts.length; time += 1) {
      const start = starts[time] ?? none;
      if (start === none) continue;
      const i = start >> 1;
      const isPush = (start & 1) === 0;
      const element = this.#elements[i] ?? 0;
      // A pop of unknown outcome can still happen after the end, where nothing is in its way.
      const last = Math.min((isPush ? inBy[element] : outBy[element]) ?? 0, starts.length + 1);
      const slot = slotOf[time] ?? 0;
      this.#end[count] = slotOf[last - 1] ?? 0;
      this.#owner[count] = i;
      count += 1;
      this.#begun[slot] = count;
    }
    for (let slot = 1; slot < this.#slotCount; slot += 1)
      this.#begun[slot] = Math.max(this.#begun[slot] ?? 0, this.#begun[slot - 1] ?? 0);
    return count;
  }

  run(): void {
    this.#cover.popFree(this.#uncover);
    for (let next = 0; next < this.#doneCount; next += 1) {
      const i = this.#done[next] ?? 0;
      this.#cover.remove(this.#from[i] ?? 0, this.#to[i] ?? 0);
      this.#cover.popFree(this.#uncover);
    }
  }

  stuck(): readonly number[] {
    const stuck: number[] = [];
    for (let i = 0; i < this.#elements.length; i += 1)
      if ((this.#left[i] ?? 0) > 0) stuck.push(this.#elements[i] ?? 0);
    return stuck;
  }

  #initialCover(): CoverTree {
    const counts = new Int32Array(this.#slotCount + 1);
    for (let i = 0; i < this.#elements.length; i += 1) {
      const [from, after] = [this.#from[i] ?? 0, (this.#to[i] ?? 0) + 1];
      counts[from] = (counts[from] ?? 0) + 1;
      counts[after] = (counts[after] ?? 0) - 1;
    }
    for (let slot = 1; slot < this.#slotCount; slot += 1)
      counts[slot] = (counts[slot] ?? 0) + (counts[slot - 1] ?? 0);
    return new CoverTree(counts.subarray(0, this.#slotCount));
  }

  /** Nothing that is left is certainly there in this slot: what overlaps it can be done in it. */
  readonly #uncover = (slot: number): void => {
    this.#alive.stab(this.#begun[slot] ?? 0, slot, this.#lost);
  };

  readonly #lost = (operation: number): void => {
    const i = this.#owner[operation] ?? 0;
    this.#left[i] = (this.#left[i] ?? 0) - 1;
    if (this.#left[i] === 0) {
      this.#done[this.#doneCount] = i;
      this.#doneCount += 1;
    }
  };
}

/** By gap (the time after an event) its slot: slots change where critical intervals begin or end. */
function slotsOf(stack: Container, elements: Int32Array): Int32Array {
  const { inBy, outFrom, timeline } = stack;
  const { horizon } = timeline;
  const slotOf = new Int32Array(horizon + 1);
  for (const element of elements) {
    slotOf[inBy[element] ?? 0] = 1;
    slotOf[Math.min(outFrom[element] ?? never, horizon)] = 1;
  }
  let slot = 0;
  for (let gap = 0; gap <= horizon; gap += 1) {
    slot += slotOf[gap] ?? 0;
    slotOf[gap] = slot;
  }
  return slotOf;
}

function explainStuck(stack: Container, stuck: readonly number[]): Violation {
  const few = fewerElements(
    stuck,
    (elements) => stuckElements(stack, Int32Array.from(elements)).length > 0,
  );
  const also = few.flatMap((element) => rowsOf(stack, element));
  const [first, second] = inOrderOfPush(stack, few);
  const taker = stack.take[first] ?? none;
  const puts = {
    first: rowOf(stack, stack.put[first] ?? 0),
    second: rowOf(stack, stack.put[second] ?? 0),
  };
  const facts = {
    elementsText: few
      .slice(0, 6)
      .map((element) => elementText(stack, element))
      .join(', '),
    firstText: elementText(stack, first),
    secondText: elementText(stack, second),
    secondIn: inByEvent(stack, second),
  };
  const secondTaker = stack.take[second] ?? none;
  if (few.length > 2 || taker === none)
    return violation('not-last-in-first-out', 'not-a-stack', puts, { facts, also });
  const roles = { ...puts, firstTaker: rowOf(stack, taker) };
  return secondTaker === none
    ? violation('lost-element', 'not-a-stack-lost', roles, { facts, also })
    : violation(
        'not-last-in-first-out',
        'not-a-stack-pair',
        { ...roles, secondTaker: rowOf(stack, secondTaker) },
        { facts, also },
      );
}

/** The first two by the return of their pushes: of a pair the one below comes first. */
function inOrderOfPush(stack: Container, elements: readonly number[]): readonly [number, number] {
  const [first, second] = elements.toSorted((a, b) => (stack.inBy[a] ?? 0) - (stack.inBy[b] ?? 0));
  return [first ?? 0, second ?? first ?? 0];
}
