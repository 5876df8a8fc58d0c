/**
 * A decider's violation as evidence: the shortest prefix of the part that it refuses, and as
 * few operations of that as still have no order.
 *
 * A decider says at once that there is a violation, not where the first is; so prefixes are
 * asked too. What it names as proof is then judged again by the search, which must agree, and
 * shrunk like any other witness. Where the decider's proof counts or walks over operations that
 * it does not name, the prefix itself is shrunk, with the decider as the judge while it is long.
 */
import { assert } from '../../base/assert.ts';
import { canonical, type Json, type JsonObject } from '../../base/json.ts';
import { typeCode } from '../../history/columns.ts';
import { noValue } from '../../history/values.ts';
import type { Anomaly } from '../verdict.ts';
import { evidentIn, type Finding, isLostIn, staleIn, valuesOf, valueUses } from './classify.ts';
import type { AnyModel, Decider, Refusal } from './engine.ts';
import { solve } from './engine.ts';
import { explained } from './explain.ts';
import { type Call, callAt, callsOf, failedCallsOf, type Part } from './part.ts';
import { prefixJson } from './prefix.ts';
import { confirm, type Effort, reduced, shrink, type Witness, witnessOf } from './witness.ts';

/** What a decider refused. */
export interface Refused {
  readonly part: Part;
  readonly decision: Refusal;
  readonly decider: Decider;
}

interface Context {
  readonly model: AnyModel;
  readonly effort: Effort;
  readonly nowMs: () => number;
}

/** A longer prefix is not given to the search as a whole. */
const callsSearchedMax = 20_000;
/** A longer one is not even made smaller: the decider's own evidence has to do. */
const callsReducedMax = 300_000;
const searchStepsMax = 200_000;
/** So few are shown with what came after the violation. */
const callsKeptMax = 6;

export function decidedAnomaly(given: Refused, context: Context): Anomaly {
  const { model, nowMs } = context;
  const refused = alone(given, model);
  const { part } = refused;
  const shortest = shortestPrefix(refused, model, context.effort.outOfTime);
  const shown = withWhatCame(shortest, refused, model);
  const { decision } = shown;
  const named = { ...shown.prefix, rows: Int32Array.from(decision.rows) };
  const found = witnessIn(shown, judgeOf(refused), context);
  const isStandalone = found !== undefined;
  const witness = found ?? witnessOf(model, callsOf(named, model));
  const failed = failedCallsOf(named, model);
  const finding = isStandalone ? findingIn(shown, part, witness, failed, model) : undefined;
  const rows = new Set([...witness.calls, ...failed].map(({ row }) => row));
  // What the shrunk witness lacks cannot be told of: then its orders are shown.
  const isTold = !isStandalone || decision.told.every((row) => rows.has(row));
  return explained({
    // Not the prefix: people are shown the operations as they ended.
    part,
    model,
    witness,
    isConfirmed: isStandalone && confirm(model, witness, nowMs),
    failed,
    isStandalone,
    finding,
    decided: { type: decision.type, ...(isTold ? { explain: decision.explain } : {}) },
    longestPrefix: longestPrefix(shortest, context),
  });
}

function judgeOf({ decision, decider }: Refused): Decider {
  return decision.judge ?? decider;
}

/** In a history of this part alone, so that what is done again and again costs no more. */
function alone(refused: Refused, model: AnyModel): Refused {
  const { part, decider } = refused;
  if (part.rows.length === part.history.operationCount) return refused;
  const history = part.history.picked(part.rows);
  const own = { ...part, history, rows: part.rows.map((_, at) => at) };
  const decision = decider(own, model);
  assert(decision?.linearizable === false, 'a decider says the same of the same operations');
  return { part: own, decision, decider };
}

/**
 * What a prefix lacks, the history may have later: an element lost by then may only be out of
 * order. So with such a violation everything about the same values is looked at again.
 */
function withWhatCame(shortest: Shortest, refused: Refused, model: AnyModel): Shortest {
  const { part } = refused;
  const { decision, prefix } = shortest;
  const mayChange = tellsOfMissing(decision) || decision.type.startsWith('lost-');
  if (!mayChange || !decision.standalone || prefix === part) return shortest;
  const rows = rowsOfSameValues(part, decision.rows, model);
  const answer = rows === undefined ? undefined : judgeOf(refused)({ ...part, rows }, model);
  return answer?.linearizable === false && answer.standalone
    ? { ...shortest, prefix: part, decision: answer, isWhole: true }
    : shortest;
}

/** A chain of compare-and-sets may lead through all values: so many links are followed. */
const roundsMax = 8;

/**
 * The part's operations about the values that those in `given` are about, directly or through
 * others; undefined if that has no end.
 */
function rowsOfSameValues(
  part: Part,
  given: readonly number[],
  model: AnyModel,
): Int32Array | undefined {
  const { history } = part;
  const { input, output } = history.operations;
  const values = new Set<string>();
  let rows = Int32Array.from(given);
  for (let round = 0; round < roundsMax; round += 1) {
    const before = values.size;
    for (const row of rows) {
      const about = valuesAbout(part, row, model);
      if (about === undefined) return undefined;
      for (const value of about) values.add(value);
    }
    if (values.size === before) return rows;
    // Most rows are passed over by their ids alone: only a composite hides values inside.
    const ids = new Set<number>();
    for (const value of values) ids.add(history.values.find(primitiveOf(value)));
    if (values.has('null')) ids.add(noValue);
    const mayTouch = (id: number): boolean => {
      const value = history.values.value(id) ?? null;
      return ids.has(id) || (typeof value === 'object' && value !== null);
    };
    rows = part.rows.filter((row) => {
      if (!mayTouch(input[row] ?? noValue) && !mayTouch(output[row] ?? noValue)) return false;
      return valuesAbout(part, row, model)?.some((value) => values.has(value)) ?? true;
    });
  }
  return undefined;
}

/** Canonical texts; undefined for all values. */
function valuesAbout(part: Part, row: number, model: AnyModel): readonly string[] | undefined {
  const { about } = valuesOf(model, callAt(part, row, model));
  return about === 'everything' ? undefined : about.map(canonical);
}

/** Of a composite, null: those are looked at anyway. */
function primitiveOf(text: string): string | number | boolean | null {
  const value = JSON.parse(text) as Json;
  return typeof value === 'object' ? null : value;
}

/** A prefix of the part, as it was known then, and why it has no order. */
interface Shortest {
  readonly prefix: Part;
  readonly decision: Refusal;
  /** The prefix before this event has an order. */
  readonly provedEvents: number;
  /** The prefix is what was known before this event; it has no order. */
  readonly end: number;
  /** True if the decision is about the whole part after all. */
  readonly isWhole: boolean;
}

/**
 * By bisection; but what the evidence needs is asked first, then the event before: a violation
 * is mostly the first, and shows at its last event.
 */
function shortestPrefix(
  { part, decision, decider }: Refused,
  model: AnyModel,
  outOfTime: () => boolean,
): Shortest {
  const end = endOf(part);
  if (decision.end !== undefined) {
    const prefix = decision.end < end ? prefixOf(part, decision.end, model) : part;
    const provedEvents = decision.end - 1;
    return { prefix, decision, provedEvents, end: decision.end, isWhole: false };
  }
  let best: Shortest = { prefix: part, decision, provedEvents: 0, end, isWhole: false };
  let isMiddleNext = false;
  while (best.provedEvents + 1 < best.end && !outOfTime()) {
    const { provedEvents } = best;
    const shown = endOfEvidence(best);
    const likely = shown < best.end && shown > provedEvents ? shown : best.end - 1;
    const at: number = isMiddleNext ? (provedEvents + best.end) >> 1 : likely;
    const prefix = prefixOf(part, at, model);
    const answer = decider(prefix, model);
    if (answer === undefined) break;
    // Many violations one after the other must not be walked one by one.
    isMiddleNext = answer.linearizable || (!isMiddleNext && at === best.end - 1);
    best = answer.linearizable
      ? { ...best, provedEvents: at }
      : { ...best, prefix, decision: answer, end: at };
  }
  return best;
}

/** After the last event that the evidence needs, if it says all. */
function endOfEvidence({ prefix, decision, end }: Shortest): number {
  const { complete, outcome, invoke } = prefix.history.operations;
  let last = 0;
  for (const row of decision.rows) {
    const isOk = outcome[row] === typeCode.ok;
    last = Math.max(last, (isOk ? complete[row] : invoke[row]) ?? 0);
  }
  return Math.min(end, last + 1);
}

function endOf({ history, rows }: Part): number {
  const { complete, invoke } = history.operations;
  let last = 0;
  for (const row of rows) {
    last = Math.max(last, complete[row] ?? 0, invoke[row] ?? 0);
  }
  return last + 1;
}

/**
 * The operations invoked before event `end`, as known then. One that was to say later that it had
 * changed nothing is left out: as one of unknown outcome it would pass for a change.
 */
function prefixOf(part: Part, end: number, model: AnyModel): Part {
  const { invoke, complete, outcome } = part.history.operations;
  let low = 0;
  let high = part.rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((invoke[part.rows[middle] ?? 0] ?? 0) < end) low = middle + 1;
    else high = middle;
  }
  const rows = part.rows
    .slice(0, low)
    .filter(
      (row) =>
        outcome[row] !== typeCode.ok ||
        (complete[row] ?? 0) < end ||
        !model.isPure(callAt(part, row, model).op),
    );
  return { ...part, history: part.history.asKnownBefore(end), rows };
}

/** Undefined if nothing small enough was found that has no order by itself. */
function witnessIn(shortest: Shortest, decider: Decider, context: Context): Witness | undefined {
  const { model, effort } = context;
  const { prefix, decision } = shortest;
  if (decision.standalone) {
    const calls = callsOf({ ...prefix, rows: Int32Array.from(decision.rows) }, model);
    if (isClosed(calls, decision, model)) {
      const small = shrunk(calls, model, effort, false);
      // What came later gives the violation its name, though it would be one without that.
      const isNamedByAll = shortest.isWhole && calls.length <= callsKeptMax;
      return small !== undefined && isNamedByAll ? witnessOf(model, calls) : small;
    }
  }
  if (prefix.rows.length > callsReducedMax) return undefined;
  const all = callsOf(prefix, model);
  if (all.length <= callsSearchedMax) {
    const small = shrunk(all, model, effort, true);
    if (small !== undefined) return small;
  }
  const isRefused = (calls: readonly Call[]): boolean => {
    const rows = Int32Array.from(calls, ({ row }) => row);
    return decider({ ...prefix, rows }, model)?.linearizable === false;
  };
  const fewer = reduced(model, all, isRefused, effort.outOfTime);
  return fewer.length <= callsSearchedMax ? shrunk(fewer, model, effort, true) : undefined;
}

/** Judged by the search, and made smaller; undefined if that takes too long. */
function shrunk(
  calls: readonly Call[],
  model: AnyModel,
  effort: Effort,
  mayCut: boolean,
): Witness | undefined {
  const problem = { model, calls, start: model.init };
  const outcome = solve(effort.engine, problem, searchStepsMax, effort.outOfTime);
  assert(
    outcome?.linearizable !== true,
    `two searches disagree on a history of ${calls.length} operations on a ${model.name}`,
  );
  return outcome?.linearizable === false
    ? shrink(model, calls, outcome, effort, mayCut)
    : undefined;
}

/**
 * Whether each value that is seen was put there by one of the calls too. If not, they prove
 * nothing alone, unless it is that which they prove.
 */
function isClosed(calls: readonly Call[], decision: Refusal, model: AnyModel): boolean {
  if (tellsOfMissing(decision)) return true;
  const uses = valueUses(calls, model);
  if (uses === undefined) return true;
  return [...uses.values()].every(
    ({ puts, seers, wasThere }) => seers.length === 0 || wasThere || puts.length > 0,
  );
}

/** The standard name of what the witness shows, where it has one. */
function findingIn(
  { decision }: Shortest,
  part: Part,
  { calls }: Witness,
  failed: readonly Call[],
  model: AnyModel,
): Finding | undefined {
  const uses = valueUses(calls, model);
  if (uses === undefined) return undefined;
  const evident = evidentIn(uses, () => failed, model);
  if (evident !== undefined) {
    if (evident.type !== 'thin-air-read' && evident.type !== 'aborted-read') return evident;
    // That nobody put a value there is not for the witness to say.
    return tellsOfMissing(decision) ? evident : undefined;
  }
  const stale = staleIn(calls, uses, model);
  if (stale?.type !== 'lost-write' || isLostIn(stale, part, model)) return stale;
  return { ...stale, type: 'stale-read' };
}

function tellsOfMissing({ type }: Refusal): boolean {
  return type.startsWith('thin-air-') || type.startsWith('aborted-');
}

/** How far an order gets in the whole part. */
function longestPrefix(shortest: Shortest, { model, effort }: Context): JsonObject | undefined {
  const { prefix, provedEvents, end } = shortest;
  if (prefix.rows.length <= callsSearchedMax) {
    const calls = callsOf(prefix, model);
    const problem = { model, calls, start: model.init };
    const outcome = solve(effort.engine, problem, effort.stepsMax, effort.outOfTime);
    if (outcome?.linearizable === false) return prefixJson(prefix, model, { calls, outcome });
  }
  if (provedEvents + 1 < end) return undefined;
  // The event by which it fails is the last of the prefix, and the return of an operation.
  const { complete, outcome } = prefix.history.operations;
  let proved = 0;
  let stuck: number | undefined;
  for (const row of prefix.rows) {
    if (outcome[row] !== typeCode.ok) continue;
    if ((complete[row] ?? 0) < provedEvents) proved += 1;
    else stuck = row;
  }
  const [call] =
    stuck === undefined ? [] : callsOf({ ...prefix, rows: Int32Array.of(stuck) }, model);
  return {
    length: proved,
    operationCount: prefix.rows.length,
    provedUpToEvent: provedEvents - 1,
    stuckAtEvent: call === undefined ? null : call.returned,
    stuckOperation: call === undefined ? null : model.describeOp(call.op),
    last: [],
  };
}
