/**
 * Locks whose acquires return rising fencing tokens. The tokens put all holds in one order, and
 * with it every acquire and release: `preorder.ts` does the rest. Time O(n log n), for the sort
 * of the tokens.
 *
 * And fenced writes: whatever a resource accepted, it accepted in the order of tokens.
 */
import { isArray } from '../../../base/json.ts';
import { noValue } from '../../../history/values.ts';
import { type Holds, holdRows, holdsOf } from './holds.ts';
import { checkRefused } from './mutex.ts';
import { inversion } from './preorder.ts';
import {
  linearizable,
  notApplicable,
  type PolyResult,
  type Violation,
  violation,
} from './result.ts';
import { never, type Timeline } from './timeline.ts';

const none = -1;

export function checkFencedMutex(timeline: Timeline): PolyResult {
  const holds = holdsOf(timeline, { holdsMax: 1 });
  if ('kind' in holds) return holds;
  const tokens = tokensOf(timeline, holds);
  if (tokens === undefined) return notApplicable('an acquire returned no number for a token');
  return outOfOrder(timeline, holds, tokens) ?? checkRefused(timeline, holds);
}

function tokensOf(timeline: Timeline, { acquire }: Holds): readonly number[] | undefined {
  const { values, operations } = timeline.history;
  const tokens: number[] = [];
  for (const op of acquire) {
    const token = values.value(operations.output[timeline.row[op] ?? 0] ?? noValue);
    if (typeof token !== 'number') return undefined;
    tokens.push(token);
  }
  return tokens;
}

function outOfOrder(
  timeline: Timeline,
  holds: Holds,
  tokens: readonly number[],
): Violation | undefined {
  const { row } = timeline;
  const { acquire, release } = holds;
  const order = [...tokens.keys()].sort((a, b) => (tokens[a] ?? 0) - (tokens[b] ?? 0));
  const rank = new Float64Array(timeline.count).fill(Number.NaN);
  for (const [at, hold] of order.entries()) {
    const next = order[at + 1];
    const first = acquire[hold] ?? 0;
    const end = release[hold] ?? none;
    rank[first] = 2 * at;
    if (end !== none) rank[end] = 2 * at + 1;
    if (next === undefined) continue;
    const roles = { first: row[first] ?? 0, second: row[acquire[next] ?? 0] ?? 0 };
    const [firstToken, secondToken] = [tokens[hold] ?? 0, tokens[next] ?? 0];
    if (firstToken === secondToken)
      return violation('token-did-not-rise', 'token-twice', roles, {
        facts: { token: firstToken },
      });
    if (end === none) {
      const also = [hold, next].flatMap((each) => holdRows(timeline, holds, each));
      const facts = { firstToken, secondToken };
      return violation('two-holders', 'never-released', roles, { facts, also });
    }
  }
  const found = inversion(timeline, rank);
  return found === undefined ? undefined : explainInversion(timeline, holds, tokens, found);
}

function explainInversion(
  timeline: Timeline,
  { acquire, release }: Holds,
  tokens: readonly number[],
  { early, late }: { readonly early: number; readonly late: number },
): Violation {
  const { row } = timeline;
  const holdOf = (op: number): number => Math.max(acquire.indexOf(op), release.indexOf(op));
  const [earlyHold, lateHold] = [holdOf(early), holdOf(late)];
  const also = [acquire, release].flatMap((list) =>
    [earlyHold, lateHold]
      .map((hold) => list[hold] ?? none)
      .filter((op) => op !== none)
      .map((op) => row[op] ?? 0),
  );
  const reasonText = `the one is of token ${tokens[earlyHold] ?? 0}, the other of token ${tokens[lateHold] ?? 0}`;
  const [lower, greater] = [acquire[lateHold] ?? 0, acquire[earlyHold] ?? 0];
  // The acquires alone may show it; then nobody needs to look at the releases.
  if ((timeline.return[greater] ?? 0) < (timeline.invoke[lower] ?? 0)) {
    const acquires = { early: row[greater] ?? 0, late: row[lower] ?? 0 };
    return violation('token-did-not-rise', 'order-of-versions', acquires, {
      facts: { reasonText },
    });
  }
  const roles = { early: row[early] ?? 0, late: row[late] ?? 0 };
  return violation('two-holders', 'order-of-versions', roles, { facts: { reasonText }, also });
}

/** Writes that a resource accepted, each with the token of its writer. */
export function checkFencedWrites(timeline: Timeline): PolyResult {
  const { history, count, row } = timeline;
  const { input, output } = history.operations;
  const no = history.values.find(false);
  const rank = new Float64Array(count);
  for (let op = 0; op < count; op += 1) {
    const id = row[op] ?? 0;
    const given = history.values.value(input[id] ?? noValue) ?? null;
    const token = isArray(given) ? given[0] : given;
    if (typeof token !== 'number') return notApplicable('a write carries no number for a token');
    const isUnknown = timeline.return[op] === never;
    const result = output[id] ?? noValue;
    if (!isUnknown && result !== noValue && result === no)
      return notApplicable('a refused write must end in fail, not in ok with false');
    rank[op] = isUnknown ? Number.NaN : token;
  }
  const found = inversion(timeline, rank);
  if (found === undefined) return linearizable;
  const roles = { early: row[found.early] ?? 0, late: row[found.late] ?? 0 };
  const facts = { token: rank[found.late] ?? 0, greater: rank[found.early] ?? 0 };
  return violation('stale-token-accepted', 'stale-token', roles, { facts });
}
