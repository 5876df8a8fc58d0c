/** What the decision procedures of the weaker models answer. */
import type { UnknownReason } from '../verdict.ts';
import type { OrderEdges } from './order.ts';
import { eventOf, opText, type RegisterOps } from './register-ops.ts';

export type WeakResult =
  | { readonly kind: 'holds' }
  | {
      readonly kind: 'violated';
      readonly type: string;
      /** Operations by number in `RegisterOps`. */
      readonly ops: readonly number[];
      /** Of invocations, where some are of no such operation: failed ones, refused cas. */
      readonly events?: readonly number[];
      readonly explanation: string;
    }
  | { readonly kind: 'open'; readonly reason: UnknownReason };

export const holds: WeakResult = { kind: 'holds' };

/** True when the time that a decision may take is over. */
export interface Budget {
  readonly expired: () => boolean;
  readonly timeoutMs: number;
  readonly memoryMb: number;
}

export function outOfTime(budget: Budget, proved: string): WeakResult {
  return { kind: 'open', reason: { kind: 'timeout', limitMs: budget.timeoutMs, proved } };
}

/** @param cycle vertices of `edges`; those from `ops.count` on stand for initial values */
export function cycleResult(
  ops: RegisterOps,
  edges: OrderEdges,
  cycle: readonly number[],
  type: string,
  claim: string,
): WeakResult {
  const nameOf = (v: number): string => (v < ops.count ? opText(ops, v) : 'the initial value');
  const lines = cycle.map((v, i) => {
    const next = cycle[(i + 1) % cycle.length] ?? v;
    return `${nameOf(v)} comes before ${nameOf(next)}: ${edges.reason(v, next)}.`;
  });
  return {
    kind: 'violated',
    type,
    ops: edges.proofOf([...cycle, ...cycle.slice(0, 1)]).filter((v) => v < ops.count),
    explanation: [
      `${claim} Yet each of these must come before the next, in a circle:`,
      ...lines,
    ].join('\n'),
  };
}

/** Violated, with events and words. */
export function refuted(
  ops: RegisterOps,
  type: string,
  involved: readonly number[],
  explanation: string,
): WeakResult {
  const known = involved.filter((op) => op >= 0 && op < ops.count);
  return {
    kind: 'violated',
    type,
    ops: known.toSorted((a, b) => eventOf(ops, a) - eventOf(ops, b)),
    explanation,
  };
}
