/** Who held a lock, as far as each owner's own operations tell. */
import { canonical } from '../../../base/json.ts';
import type { History } from '../../../history/history.ts';
import { noValue } from '../../../history/values.ts';
import { type NotApplicable, notApplicable, type Violation, violation } from './result.ts';
import { never, type Timeline } from './timeline.ts';

export const lockCode = { acquire: 1, release: 2 } as const;

const none = -1;

export interface LockRules {
  /** How often an owner may hold the lock at once: 1, or more if it is reentrant. */
  readonly holdsMax: number;
}

/** One entry per hold, from the first acquire of an owner to the release that lets go. */
export interface Holds {
  readonly count: number;
  /** Operations of the timeline. */
  readonly acquire: readonly number[];
  /** -1 if the owner never tried, or still holds it in part. */
  readonly release: readonly number[];
  /** Acquires of unknown outcome. */
  readonly crashed: readonly number[];
  /** Acquires that were refused for another's hold, if for anything. */
  readonly refused: readonly number[];
}

/** The time up to which a hold is certain. */
export function holdEnd(timeline: Timeline, holds: Holds, hold: number): number {
  const end = holds.release[hold] ?? none;
  return end === none ? never : (timeline.invoke[end] ?? never);
}

/** The rows of an owner's operations from those that began a hold to the one that ended it. */
export function holdRows(timeline: Timeline, holds: Holds, hold: number): readonly number[] {
  const { row, history } = timeline;
  const first = holds.acquire[hold] ?? 0;
  const last = holds.release[hold] ?? none;
  const owner = ownerKey(history, row[first] ?? 0);
  const rows: number[] = [];
  for (let op = first; op < (last === none ? timeline.count : last + 1); op += 1)
    if (ownerKey(history, row[op] ?? 0) === owner) rows.push(row[op] ?? 0);
  return rows;
}

/** A process number, or the canonical text of a name given with the operation. */
function ownerKey(history: History, id: number): number | string {
  const { input, process } = history.operations;
  const name = history.values.value(input[id] ?? noValue) ?? null;
  return name === null ? (process[id] ?? 0) : canonical(name);
}

/** One owner: a process, or a name given with the operation. */
interface Owner {
  /** The return of its last operation. */
  free: number;
  /** Its open hold, or -1, and how often it holds. */
  hold: number;
  count: number;
}

/** @returns the holds, or what is wrong with an owner by itself */
export function holdsOf(timeline: Timeline, rules: LockRules): Holds | Violation | NotApplicable {
  const book = new HoldBook(timeline, rules);
  let found: Violation | undefined;
  for (let op = 0; op < timeline.count; op += 1) {
    const owner = book.next(op);
    // Even after a violation: what the owner does while that is open may explain it.
    if ('why' in owner) return owner;
    found ??= book.enter(op, owner);
  }
  return found ?? book;
}

class HoldBook implements Holds {
  readonly acquire: number[] = [];
  readonly release: number[] = [];
  readonly crashed: number[] = [];
  readonly refused: number[] = [];
  readonly #timeline: Timeline;
  readonly #rules: LockRules;
  readonly #no: number;
  /** By process number, or by the canonical text of a name. */
  readonly #owners = new Map<number | string, Owner>();

  constructor(timeline: Timeline, rules: LockRules) {
    this.#timeline = timeline;
    this.#rules = rules;
    this.#no = timeline.history.values.find(false);
  }

  get count(): number {
    return this.acquire.length;
  }

  /** The owner of the next operation, which must not overlap one of the same owner. */
  next(op: number): Owner | NotApplicable {
    const { row, invoke, history } = this.#timeline;
    const id = row[op] ?? 0;
    const owner = this.#ownerOf(id);
    if ((invoke[op] ?? 0) < owner.free) {
      const { invokeIndex } = history.operation(id);
      return notApplicable(
        `the operation of event ${invokeIndex} begins before it is known how the one before it, of the same owner, ended`,
      );
    }
    owner.free = this.#timeline.return[op] ?? never;
    return owner;
  }

  enter(op: number, owner: Owner): Violation | undefined {
    const { row, code, history } = this.#timeline;
    const output = history.operations.output[row[op] ?? 0] ?? noValue;
    const isRefused = owner.free !== never && output !== noValue && output === this.#no;
    return code[op] === lockCode.acquire
      ? this.#acquired(op, owner, isRefused)
      : this.#released(op, owner, isRefused);
  }

  #ownerOf(id: number): Owner {
    const key = ownerKey(this.#timeline.history, id);
    const known = this.#owners.get(key);
    if (known !== undefined) return known;
    const owner = { free: -1, hold: none, count: 0 };
    this.#owners.set(key, owner);
    return owner;
  }

  #acquired(op: number, owner: Owner, isRefused: boolean): Violation | undefined {
    const own = owner;
    const { holdsMax } = this.#rules;
    if (own.free === never) {
      this.crashed.push(op);
      return undefined;
    }
    const isReentry = own.count > 0 && holdsMax > 1;
    if (isRefused) {
      if (own.count === 0) this.refused.push(op);
      else if (own.count < holdsMax) return this.#about('refused', 'refused-reentry', op, own);
      return undefined;
    }
    if (isReentry && own.count >= holdsMax)
      return this.#about('acquire', 'too-many-holds', op, own);
    own.count = isReentry ? own.count + 1 : 1;
    if (!isReentry) {
      own.hold = this.acquire.length;
      this.acquire.push(op);
      this.release.push(none);
    }
    return undefined;
  }

  #released(op: number, owner: Owner, isRefused: boolean): Violation | undefined {
    const own = owner;
    const isUnknown = own.free === never;
    if (own.count === 0) {
      if (isRefused || isUnknown) return undefined;
      return violation('release-without-hold', 'not-held', {
        release: this.#timeline.row[op] ?? 0,
      });
    }
    if (isRefused) return this.#about('refused', 'refused-own-release', op, own);
    own.count -= 1;
    if (own.count === 0) this.release[own.hold] = op;
    return undefined;
  }

  /** Violations that one owner's operations show by themselves. */
  #about(
    role: string,
    template: 'refused-reentry' | 'too-many-holds' | 'refused-own-release',
    op: number,
    owner: Owner,
  ): Violation {
    const { row } = this.#timeline;
    const roles = { [role]: row[op] ?? 0, first: row[this.acquire[owner.hold] ?? 0] ?? 0 };
    const type = template === 'too-many-holds' ? 'too-many-holds' : 'false-refusal';
    const { holdsMax } = this.#rules;
    const limitText = Number.isFinite(holdsMax) ? String(holdsMax) : 'any number of';
    const facts = { count: owner.count, limitText };
    return violation(type, template, roles, { facts, standalone: owner.count === 1 });
  }
}
