/**
 * Locks.
 *
 * | op | input | output | legal if |
 * |---|---|---|---|
 * | `acquire` | the owner, or null: the process | anything but `false` | the lock is free |
 * | `acquire` | the same | `false` | the lock could not be had (a guard) |
 * | `release` | the same | anything but `false` | that owner holds it |
 * | `release` | the same | `false` | that owner does not hold it (a guard) |
 *
 * `mutex` is this. `ownerless-mutex` lets anyone release; its guards say held or free.
 * `reentrant-mutex` counts how often its owner holds it. `fenced-mutex` is a mutex whose
 * `acquire` answers a number, the fencing token, greater than all before.
 */
import { UsageError } from '../base/errors.ts';
import { canonical, type Json } from '../base/json.ts';
import { notAnOpOf } from './input.ts';
import { type Illegal, illegal, type Model, type ModelOp, type OpValues } from './model.ts';

const known = ['acquire', 'release'];

/** Who holds the lock: a canonical text; null if nobody does. */
export type Owner = string | null;

export const mutex: Model<Owner> = {
  name: 'mutex',
  summary: 'a lock that only its owner may release',
  init: null,
  step(state, op): Owner | Illegal {
    const owner = ownerOf(op);
    const refused = op.output === false;
    if (nameOf('mutex', op) === 'acquire')
      return outcome(state, { can: state === null, refused, op, next: owner });
    return outcome(state, { can: state === owner, refused, op, next: null });
  },
  fingerprint: (state) => state ?? '',
  isPure: isRefusal,
  byProcess: true,
  valuesOf: ownerValues,
  describeOp: describeLockOp,
  describeState: (state) => (state === null ? 'free' : `held by ${state}`),
};

export const ownerlessMutex: Model<boolean> = {
  name: 'ownerless-mutex',
  summary: 'a lock that anyone may release',
  init: false,
  step(held, op): boolean | Illegal {
    const acquires = nameOf('ownerless-mutex', op) === 'acquire';
    const can = acquires ? !held : held;
    return outcome(held, { can, refused: op.output === false, op, next: acquires });
  },
  fingerprint: (held) => (held ? 1 : 0),
  isPure: isRefusal,
  describeOp: (op) => `${op.f}${op.output === false ? ', refused' : ''}`,
  describeState: (held) => (held ? 'held' : 'free'),
};

export interface Holds {
  readonly owner: Owner;
  readonly count: number;
}

/** `most`: how often the owner may hold it at once; null for no limit. */
export function reentrantMutex(most: Json = null): Model<Holds> {
  if (most !== null && (typeof most !== 'number' || most < 1))
    throw new UsageError(`reentrant-mutex: expected a number of holds, found ${canonical(most)}`);
  const limit = most ?? Number.POSITIVE_INFINITY;
  return {
    name: 'reentrant-mutex',
    summary: 'a lock that its owner may acquire again, and must release as often',
    init: { owner: null, count: 0 },
    step(state, op): Holds | Illegal {
      const owner = ownerOf(op);
      const mine = state.owner === owner;
      const refused = op.output === false;
      if (nameOf('reentrant-mutex', op) === 'acquire') {
        const can = state.owner === null || (mine && state.count < limit);
        return outcome(state, { can, refused, op, next: { owner, count: state.count + 1 } });
      }
      const count = state.count - 1;
      const next = { owner: count === 0 ? null : owner, count };
      return outcome(state, { can: mine, refused, op, next });
    },
    fingerprint: ({ owner, count }) => `${count} ${owner ?? ''}`,
    isPure: isRefusal,
    byProcess: true,
    valuesOf: ownerValues,
    describeOp: describeLockOp,
    describeState: ({ owner, count }) =>
      owner === null ? 'free' : `held by ${owner}${count > 1 ? `, ${count} times` : ''}`,
  };
}

export interface FencedState {
  readonly owner: Owner;
  /** The greatest token given out; null before the first. */
  readonly token: number | null;
}

export const fencedMutex: Model<FencedState> = {
  name: 'fenced-mutex',
  summary: 'a lock that only its owner may release; each acquire returns a greater token',
  init: { owner: null, token: null },
  step(state, op): FencedState | Illegal {
    const owner = ownerOf(op);
    const refused = op.output === false;
    if (nameOf('fenced-mutex', op) === 'release')
      return outcome(state, {
        can: state.owner === owner,
        refused,
        op,
        next: { ...state, owner: null },
      });
    // Of an acquire of unknown outcome the token is not known either: only later ones are judged.
    const token = typeof op.output === 'number' ? op.output : state.token;
    const rises = op.output === undefined || refused || isAfter(op.output, state.token);
    if (!rises) return illegal;
    return outcome(state, { can: state.owner === null, refused, op, next: { owner, token } });
  },
  fingerprint: ({ owner, token }) => `${token ?? ''} ${owner ?? ''}`,
  isPure: isRefusal,
  byProcess: true,
  valuesOf: ownerValues,
  describeOp: (op) =>
    `${describeLockOp(op)}${typeof op.output === 'number' ? ` → token ${op.output}` : ''}`,
  describeState: ({ owner, token }) =>
    `${owner === null ? 'free' : `held by ${owner}`}, last token ${token ?? 'none'}`,
};

interface LockStep<State> {
  readonly can: boolean;
  readonly refused: boolean;
  readonly op: ModelOp;
  readonly next: State;
}

/** The next state of an op that can or cannot be done now, given what it answered. */
function outcome<State>(
  state: State,
  { can, refused, op, next }: LockStep<State>,
): State | Illegal {
  if (refused) return can ? illegal : state;
  if (can) return next;
  return op.output === undefined ? state : illegal;
}

function isAfter(token: Json | undefined, last: number | null): boolean {
  return typeof token === 'number' && (last === null || token > last);
}

function isRefusal(op: ModelOp): boolean {
  return op.output === false;
}

function nameOf(model: string, op: ModelOp): string {
  return known.includes(op.f) ? op.f : notAnOpOf(model, op, known);
}

function ownerOf(op: ModelOp): string {
  return op.input === null ? `process ${op.process ?? '?'}` : canonical(op.input);
}

/** What one owner does concerns only that owner, but for refusals, which tell of all. */
function ownerValues(op: ModelOp): OpValues {
  const about = isRefusal(op) ? ('everything' as const) : [ownerOf(op)];
  return { about, puts: [], sees: [], replaces: false };
}

function describeLockOp(op: ModelOp): string {
  return `${op.f} by ${ownerOf(op)}${op.output === false ? ', refused' : ''}`;
}
