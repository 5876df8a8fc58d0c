/**
 * Objects of two states (an element is in a set or not, a lock is held or free), any number of
 * them side by side, each starting in the state off.
 *
 * Greedy and exact: an operation that leaves the state alone is done as soon as the state is
 * right. One that changes it is done as late as possible, when a return forces it, and then the
 * one that returns first goes first; those of unknown outcome come last, since they can always
 * be used later as well. At most two changes are needed to let an operation return.
 */
import { eventsOf, never, type Timeline } from './timeline.ts';

const none = -1;

/** What an operation claims and does. */
export const twoStateKind = {
  /** Finds off and leaves on. Of unknown outcome: may do so. */
  turnOn: 1,
  /** Finds on and leaves off. Of unknown outcome: may do so. */
  turnOff: 2,
  seeOn: 3,
  seeOff: 4,
  /** Leaves on whatever it found; only for objects that nothing ever turns off. */
  beOn: 5,
} as const;

/** An operation that fits in nowhere. */
export interface Blocked {
  readonly operation: number;
  /** The state that its object is in when it returns, whatever was done before. */
  readonly isOn: boolean;
  /** The operation that had to bring the object there, or -1 if that is its first state. */
  readonly since: number;
}

/** `kind` by operation, 0 for those left out; `object` by operation, numbered from 0. */
export function blockedOperation(
  timeline: Timeline,
  kind: Uint8Array,
  object: Int32Array,
  objectCount: number,
): Blocked | undefined {
  const machine = new TwoStates(timeline, kind, object, objectCount);
  for (const event of eventsOf(timeline)) {
    if (event > 0) machine.invoke(event - 1);
    else if (event < 0 && !machine.return(-event - 1)) return machine.blocked(-event - 1);
  }
  return undefined;
}

class TwoStates {
  readonly #timeline: Timeline;
  readonly #kind: Uint8Array;
  readonly #object: Int32Array;
  readonly #done: Uint8Array;
  /** By object. */
  readonly #isOn: Uint8Array;
  readonly #since: Int32Array;
  /** By object and, interleaved, by state: operations that lead there, those that wait for it … */
  readonly #leading: Int32Array;
  readonly #waiting: Int32Array;
  /** … and how many of unknown outcome may lead there. */
  readonly #crashed: Int32Array;
  /** Links of these lists; an operation is in one of them at most. */
  readonly #next: Int32Array;

  constructor(timeline: Timeline, kind: Uint8Array, object: Int32Array, objectCount: number) {
    this.#timeline = timeline;
    this.#kind = kind;
    this.#object = object;
    this.#done = new Uint8Array(timeline.count);
    this.#isOn = new Uint8Array(objectCount);
    this.#since = new Int32Array(objectCount).fill(none);
    this.#leading = new Int32Array(2 * objectCount).fill(none);
    this.#waiting = new Int32Array(2 * objectCount).fill(none);
    this.#crashed = new Int32Array(2 * objectCount);
    this.#next = new Int32Array(timeline.count);
  }

  invoke(op: number): void {
    const kind = this.#kind[op] ?? 0;
    if (kind === 0) {
      this.#done[op] = 1;
      return;
    }
    const object = this.#object[op] ?? 0;
    const state = kind === twoStateKind.turnOff || kind === twoStateKind.seeOff ? 0 : 1;
    const list = 2 * object + state;
    const changes = kind === twoStateKind.turnOn || kind === twoStateKind.turnOff;
    if (this.#timeline.return[op] === never) {
      if (changes) this.#crashed[list] = (this.#crashed[list] ?? 0) + 1;
      return;
    }
    if (changes) this.#push(this.#leading, list, op);
    else if (this.#isOn[object] === state) this.#done[op] = 1;
    else this.#push(this.#waiting, list, op);
  }

  /** @returns false if the operation cannot be done at any time up to now */
  return(op: number): boolean {
    if (this.#done[op] === 1) return true;
    const kind = this.#kind[op] ?? 0;
    const object = this.#object[op] ?? 0;
    if (kind !== twoStateKind.turnOn && kind !== twoStateKind.turnOff) return this.#flip(object);
    const found = kind === twoStateKind.turnOn ? 0 : 1;
    if (this.#isOn[object] !== found && !this.#flip(object)) return false;
    this.#unlink(2 * object + 1 - found, op);
    this.#become(object, op);
    return true;
  }

  blocked(operation: number): Blocked {
    const object = this.#object[operation] ?? 0;
    return {
      operation,
      isOn: this.#isOn[object] === 1,
      since: this.#since[object] ?? none,
    };
  }

  /** Changes the state by an operation that is open, if there is one. */
  #flip(object: number): boolean {
    const list = 2 * object + 1 - (this.#isOn[object] ?? 0);
    const first = this.#firstToReturn(this.#leading[list] ?? none);
    if (first !== none) {
      this.#unlink(list, first);
      this.#become(object, first);
      return true;
    }
    const willing = this.#willing(list);
    if (willing !== none) {
      this.#become(object, willing);
      return true;
    }
    if ((this.#crashed[list] ?? 0) === 0) return false;
    this.#crashed[list] = (this.#crashed[list] ?? 0) - 1;
    this.#become(object, none);
    return true;
  }

  /** One that would turn the state on and does not mind if another has done so. */
  #willing(list: number): number {
    let op = this.#waiting[list] ?? none;
    while (op !== none && this.#kind[op] !== twoStateKind.beOn) op = this.#next[op] ?? none;
    return op;
  }

  #become(object: number, by: number): void {
    const state = 1 - (this.#isOn[object] ?? 0);
    this.#isOn[object] = state;
    this.#since[object] = by;
    if (by !== none) this.#done[by] = 1;
    const list = 2 * object + state;
    for (let op = this.#waiting[list] ?? none; op !== none; op = this.#next[op] ?? none)
      this.#done[op] = 1;
    this.#waiting[list] = none;
  }

  #firstToReturn(head: number): number {
    let first = head;
    for (let op = head; op !== none; op = this.#next[op] ?? none)
      if ((this.#timeline.return[op] ?? never) < (this.#timeline.return[first] ?? never))
        first = op;
    return first;
  }

  #push(heads: Int32Array, list: number, op: number): void {
    const lists = heads;
    this.#next[op] = lists[list] ?? none;
    lists[list] = op;
  }

  /** Takes an operation out of those that lead to a state. */
  #unlink(list: number, op: number): void {
    let at = this.#leading[list] ?? none;
    if (at === op) {
      this.#leading[list] = this.#next[op] ?? none;
      return;
    }
    while (at !== none && this.#next[at] !== op) at = this.#next[at] ?? none;
    if (at !== none) this.#next[at] = this.#next[op] ?? none;
  }
}
