/**
 * One cell.
 *
 * | op | input | output | legal if |
 * |---|---|---|---|
 * | `read` | null | the value | the cell holds that value |
 * | `write` | the value | anything | always |
 * | `cas` | `[from, to]` | anything but `false` | the cell holds `from`; then it holds `to` |
 * | `cas` | `[from, to]` | `false` | the cell does not hold `from`; nothing changes (a guard) |
 *
 * A cell that starts with another value than null never holds null unless null is written, so a
 * read of null then says that nothing was recorded, and nothing of the cell: Knossos' histories
 * of registers that start as 0 have such reads.
 *
 * The last row is a compare-and-set that completed and said no: it claims something of the
 * cell at some instant of its interval. A `fail` claims nothing: it did not happen.
 */
import { canonical, type Json } from '../base/json.ts';
import { notAnOpOf, pairOf, resultText } from './input.ts';
import { type Illegal, illegal, type Model, type ModelOp, type OpValues } from './model.ts';

/** Reads and writes of one cell. */
export function register(initial: Json = null): Model<Json> {
  return cell('register', 'a cell with read and write', initial, ['read', 'write']);
}

/** Reads, writes and compare-and-sets of one cell. */
export function casRegister(initial: Json = null): Model<Json> {
  const summary = 'a cell with read, write and compare-and-set';
  return cell('cas-register', summary, initial, ['read', 'write', 'cas']);
}

export function sameValue(a: Json, b: Json): boolean {
  return a === b || (typeof a === 'object' && canonical(a) === canonical(b));
}

function cell(name: string, summary: string, init: Json, known: readonly string[]): Model<Json> {
  const nameOf = (op: ModelOp): string =>
    known.includes(op.f) ? op.f : notAnOpOf(name, op, known);
  return {
    name,
    summary,
    init,
    step(state, op): Json | Illegal {
      switch (nameOf(op)) {
        case 'read':
          return saysNothing(op, init) || sameValue(op.output ?? null, state) ? state : illegal;
        case 'write':
          return op.input;
        default:
          return casStep(state, op);
      }
    },
    fingerprint: canonical,
    isPure: (op) => nameOf(op) === 'read' || isGuard(op),
    overwrites: (op) => op.f === 'write',
    valuesOf: (op) => cellValues(op, init),
    describeOp(op): string {
      if (op.f === 'read') return `read → ${resultText(op.output)}`;
      if (op.f === 'write') return `write ${JSON.stringify(op.input)}`;
      const [from, to] = casPair(op);
      const said = op.output === false ? ', refused' : '';
      return `cas from ${JSON.stringify(from)} to ${JSON.stringify(to)}${said}`;
    },
    describeState: (state) => JSON.stringify(state),
  };
}

/** A read whose result nobody knows. */
function saysNothing(op: ModelOp, init: Json): boolean {
  return op.output === undefined || (op.output === null && init !== null);
}

function isGuard(op: ModelOp): boolean {
  return op.f === 'cas' && op.output === false;
}

function casPair(op: ModelOp): readonly [Json, Json] {
  return pairOf(op, '[from, to]');
}

function casStep(state: Json, op: ModelOp): Json | Illegal {
  const [from, to] = casPair(op);
  const matches = sameValue(from, state);
  if (isGuard(op)) return matches ? illegal : state;
  if (matches) return to;
  return op.output === undefined ? state : illegal;
}

function cellValues(op: ModelOp, init: Json): OpValues {
  if (op.f === 'write') return { about: [op.input], puts: [op.input], sees: [], replaces: true };
  if (op.f === 'read') {
    const seen = saysNothing(op, init) ? [] : [op.output ?? null];
    return { about: seen, puts: [], sees: seen, replaces: false };
  }
  const [from, to] = casPair(op);
  // A guard holds under every value but one, so taking any value away can break it.
  if (isGuard(op)) return { about: 'everything', puts: [], sees: [], replaces: false };
  const sees = op.output === undefined ? [] : [from];
  return { about: [from, to], puts: [to], sees, replaces: true };
}
