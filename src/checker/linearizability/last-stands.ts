/**
 * Why a witness has no linearization: every way to order its operations as far as it goes, and
 * what stands in the way there. Exhaustive, so only for small witnesses.
 */
import { illegal } from '../../model/model.ts';
import type { AnyModel } from './engine.ts';
import { type Call, never } from './part.ts';
import type { Witness } from './witness.ts';

/** A configuration from which nothing leads on. */
export interface LastStand {
  /** Positions in the witness' calls. */
  readonly order: readonly number[];
  readonly start: unknown;
  /** The states before the first, and after each. */
  readonly states: readonly unknown[];
  /** What may come next as far as time goes; the model forbids each. */
  readonly candidates: readonly number[];
  /** The call whose return cannot be passed. */
  readonly stuck: number;
}

export interface LastStands {
  /** Those that get furthest, the longest order first. */
  readonly stands: readonly LastStand[];
  /** False if there were too many configurations to visit them all. */
  readonly isComplete: boolean;
}

const configurationsMax = 20_000;

interface Configuration {
  readonly order: readonly number[];
  readonly start: unknown;
  readonly states: readonly unknown[];
}

export function lastStands(model: AnyModel, witness: Witness): LastStands {
  const { calls } = witness;
  const seen = new Set<string>();
  const pending: Configuration[] = witness.starts.map((start) => ({
    order: [],
    start,
    states: [start],
  }));
  let stands: LastStand[] = [];
  let furthest = -1;
  for (let visited = 0; pending.length > 0; visited += 1) {
    if (visited > configurationsMax) return { stands: byLength(stands), isComplete: false };
    const configuration = pending.pop();
    if (configuration === undefined) break;
    const { order, states } = configuration;
    const state = states.at(-1);
    const key = `${order.toSorted((a, b) => a - b).join(',')} ${model.fingerprint(state)}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const stuck = firstMissing(calls, order);
    const end = calls[stuck]?.returned ?? never;
    const candidates = [...calls.keys()].filter(
      (index) => (calls[index]?.invoke ?? never) < end && !order.includes(index),
    );
    const steps = stepsFrom(model, calls, candidates, state);
    for (const { index, next } of steps)
      pending.push({ ...configuration, order: [...order, index], states: [...states, next] });
    const leadsOn = steps.length > 0;
    if (leadsOn || end < furthest) continue;
    if (end > furthest) [stands, furthest] = [[], end];
    const forbidden = candidates.filter((index) => isForbidden(model, calls[index], state));
    stands.push({ ...configuration, candidates: forbidden, stuck });
  }
  return { stands: byLength(stands), isComplete: true };
}

interface Step {
  readonly index: number;
  readonly next: unknown;
}

/**
 * What may come next, without what leads nowhere else: a pure call that is legal comes at once
 * and alone, and of equal optional calls only the first (see the search for why).
 */
function stepsFrom(
  model: AnyModel,
  calls: readonly Call[],
  candidates: readonly number[],
  state: unknown,
): readonly Step[] {
  const steps: Step[] = [];
  const optionals = new Set<string>();
  for (const index of candidates) {
    const call = calls[index];
    const next = call === undefined ? illegal : model.step(state, call.op);
    if (call === undefined || next === illegal) continue;
    if (model.isPure(call.op)) return [{ index, next }];
    if (isIdle(model, call, state, next)) continue;
    const { f, input, output, process } = call.op;
    const text = JSON.stringify([f, input, output ?? '?', process ?? null]);
    if (call.returned === never && optionals.has(text)) continue;
    if (call.returned === never) optionals.add(text);
    steps.push({ index, next });
  }
  return steps;
}

/** One that need not happen, and would change nothing: left out. */
function isIdle(model: AnyModel, call: Call, state: unknown, next: unknown): boolean {
  return call.returned === never && model.fingerprint(next) === model.fingerprint(state);
}

function isForbidden(model: AnyModel, call: Call | undefined, state: unknown): boolean {
  return call !== undefined && model.step(state, call.op) === illegal;
}

/** The call that returns first among those not in the order. */
function firstMissing(calls: readonly Call[], order: readonly number[]): number {
  let first = -1;
  for (const [index, { returned }] of calls.entries()) {
    if (order.includes(index)) continue;
    if (first === -1 || returned < (calls[first]?.returned ?? never)) first = index;
  }
  return first;
}

function byLength(stands: readonly LastStand[]): readonly LastStand[] {
  return stands.toSorted((a, b) => b.order.length - a.order.length);
}
