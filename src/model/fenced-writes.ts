/**
 * A resource that is guarded by fencing tokens: what it accepts, it accepts in their order.
 *
 * | op | input | output | legal if |
 * |---|---|---|---|
 * | `write` | the token, or `[token, value]` | anything but `false` | no greater token was accepted before |
 * | `write` | the same | `false` | a greater token was accepted before (a guard) |
 */
import { HistoryError } from '../base/errors.ts';
import { isArray } from '../base/json.ts';
import { notAnOpOf } from './input.ts';
import { type Illegal, illegal, type Model, type ModelOp } from './model.ts';

/** The greatest token accepted; null before the first. */
type Greatest = number | null;

export const fencedWrites: Model<Greatest> = {
  name: 'fenced-writes',
  summary: 'a resource that accepts writes in the order of their fencing tokens',
  init: null,
  step(greatest, op): Greatest | Illegal {
    if (op.f !== 'write') return notAnOpOf('fenced-writes', op, ['write']);
    const token = tokenOf(op);
    const isStale = greatest !== null && token < greatest;
    if (op.output === false) return isStale ? greatest : illegal;
    if (isStale) return op.output === undefined ? greatest : illegal;
    return token;
  },
  fingerprint: (greatest) => greatest ?? '',
  isPure: (op) => op.output === false,
  describeOp: (op) => `write with token ${tokenOf(op)}${op.output === false ? ', refused' : ''}`,
  describeState: (greatest) => `greatest token ${greatest ?? 'none'}`,
};

function tokenOf({ f, input }: ModelOp): number {
  const token = isArray(input) ? input[0] : input;
  if (typeof token === 'number') return token;
  throw new HistoryError(
    `"${f}" needs a token or [token, value] as its value, not ${JSON.stringify(input)}`,
  );
}
