/**
 * One cell that gives a greater version to each write and says it: etcd's mod revision, a log
 * sequence number.
 *
 * | op | input | output | legal if |
 * |---|---|---|---|
 * | `read` | null | `[version, value]`; null before the first write | the cell is at that version and holds that value |
 * | `write` | value | its version | the version is greater than all before |
 * | `cas` | `[from, to]` | its version | the same, and the cell holds `from` |
 *
 * Versions may have gaps. Of a write of unknown outcome the version is not known: any that is
 * greater than the one before, until a read tells.
 */
import { canonical, isArray, type Json } from '../base/json.ts';
import { notAnOpOf, pairOf, resultText } from './input.ts';
import { type Illegal, illegal, type Model, type ModelOp } from './model.ts';
import { sameValue } from './register.ts';

export interface VersionedState {
  /** Null before the first write whose version is known. */
  readonly version: number | null;
  /** True if the cell was written since, by operations of unknown outcome. */
  readonly isBeyond: boolean;
  readonly value: Json;
}

const known = ['read', 'write', 'cas'];

export const versionedRegister: Model<VersionedState> = {
  name: 'versioned-register',
  summary: 'a cell with read, write and compare-and-set that tells the version of what it holds',
  init: { version: null, isBeyond: false, value: null },
  step(state, op): VersionedState | Illegal {
    if (!known.includes(op.f)) return notAnOpOf('versioned-register', op, known);
    if (op.f === 'read') return op.output === undefined ? state : afterRead(state, op.output);
    const [from, to] = op.f === 'cas' ? pairOf(op, '[from, to]') : [state.value, op.input];
    const matches = sameValue(from, state.value);
    if (op.output === undefined) return matches ? { ...state, isBeyond: true, value: to } : state;
    if (!matches || typeof op.output !== 'number' || !isAfter(op.output, state)) return illegal;
    return { version: op.output, isBeyond: false, value: to };
  },
  fingerprint: canonicalState,
  // A read that tells a version which nobody knew makes it known.
  isPure: (op) => op.f === 'read' && (op.output === undefined || op.output === null),
  describeOp: describe,
  describeState: ({ version, isBeyond, value }) =>
    `${JSON.stringify(value)} at ${isBeyond ? 'a version after ' : ''}version ${version ?? 'none'}`,
};

function afterRead(state: VersionedState, output: Json): VersionedState | Illegal {
  if (output === null) return state.version === null && !state.isBeyond ? state : illegal;
  const [version, value = null] = isArray(output) ? output : [];
  if (typeof version !== 'number' || !sameValue(value, state.value)) return illegal;
  if (!state.isBeyond) return version === state.version ? state : illegal;
  return isAfter(version, state) ? { version, isBeyond: false, value } : illegal;
}

function isAfter(version: number, state: VersionedState): boolean {
  return state.version === null || version > state.version;
}

function canonicalState({ version, isBeyond, value }: VersionedState): string {
  return `${version ?? ''}${isBeyond ? '+' : ''} ${canonical(value)}`;
}

function describe(op: ModelOp): string {
  if (op.f === 'read') return `read → ${resultText(op.output)}`;
  const [from, to] = op.f === 'cas' ? pairOf(op, '[from, to]') : [null, op.input];
  const what =
    op.f === 'cas'
      ? `cas from ${JSON.stringify(from)} to ${JSON.stringify(to)}`
      : `write ${JSON.stringify(to)}`;
  return `${what} → version ${resultText(op.output)}`;
}
