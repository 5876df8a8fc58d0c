/** The calls of a problem by number, the optional ones by class, and all events in order. */
import type { Problem } from './engine.ts';
import { never } from './part.ts';
import type { Transitions } from './transitions.ts';

/** Calls without return that a model cannot tell apart, in order of invocation. */
export interface OptionalClass {
  readonly kind: number;
  readonly isBlind: boolean;
  /** Positions in `calls`. */
  readonly members: readonly number[];
}

/** The calls with return are numbered 0, 1, … in order of invocation. */
export class OpenCalls {
  /** What an event is: its lowest two bits. The rest is a call, or a class if it is offered. */
  static readonly invoked = 0;
  static readonly returned = 1;
  static readonly offered = 2;

  readonly count: number;
  readonly position: Int32Array;
  readonly kind: Int32Array;
  readonly returned: Int32Array;
  readonly classes: readonly OptionalClass[];
  readonly classOfKind: ReadonlyMap<number, number>;
  /** `call << 2 | what`, in order. */
  readonly events: Int32Array;
  readonly returnCount: number;
  /** By call: where in `events` it is invoked. */
  readonly invokedAt: Int32Array;
  /** The greatest number of calls pending at one time. */
  readonly slotCount: number;

  constructor({ calls }: Problem, transitions: Transitions) {
    const required: number[] = [];
    const classOf = new Map<number, number>();
    const classes: { kind: number; isBlind: boolean; members: number[] }[] = [];
    // Invocations come in order; so only returns need to be sorted.
    const begins: number[] = [];
    const times: number[] = [];
    const kinds: number[] = [];
    for (const [position, { op, invoke, returned }] of calls.entries()) {
      const kind = transitions.kind(op);
      times.push(invoke);
      if (returned !== never) {
        begins.push((required.length << 2) | OpenCalls.invoked);
        required.push(position);
        kinds.push(kind);
        continue;
      }
      const known = classOf.get(kind);
      const id =
        known ?? classes.push({ kind, isBlind: transitions.isBlind(kind), members: [] }) - 1;
      classOf.set(kind, id);
      classes[id]?.members.push(position);
      begins.push((id << 2) | OpenCalls.offered);
    }
    this.count = required.length;
    this.returnCount = required.length;
    this.position = Int32Array.from(required);
    this.kind = Int32Array.from(kinds);
    this.returned = Int32Array.from(required, (position) => calls[position]?.returned ?? never);
    this.classes = classes;
    this.classOfKind = classOf;
    this.events = new Int32Array(begins.length + required.length);
    this.invokedAt = new Int32Array(required.length);
    this.slotCount = this.#merge(begins, times);
  }

  /** @returns the greatest number of calls pending at one time */
  #merge(begins: readonly number[], times: readonly number[]): number {
    const returned = this.returned;
    const ends = Array.from(returned.keys()).sort(
      (a, b) => (returned[a] ?? 0) - (returned[b] ?? 0),
    );
    let at = 0;
    let next = 0;
    let pending = 0;
    let most = 0;
    const append = (event: number): void => {
      this.events[at] = event;
      at += 1;
    };
    for (const [index, begin] of begins.entries()) {
      for (; next < ends.length; next += 1) {
        const call = ends[next] ?? 0;
        if ((returned[call] ?? 0) > (times[index] ?? 0)) break;
        append((call << 2) | OpenCalls.returned);
        pending -= 1;
      }
      if ((begin & 3) === OpenCalls.invoked) {
        this.invokedAt[begin >> 2] = at;
        pending += 1;
        most = Math.max(most, pending);
      }
      append(begin);
    }
    for (; next < ends.length; next += 1) append(((ends[next] ?? 0) << 2) | OpenCalls.returned);
    return most;
  }
}
