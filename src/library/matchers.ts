/**
 * Matchers for vitest (`expect.extend(matchers)`): each a plain function of what was received,
 * so that nothing of vitest is loaded.
 *
 * What cannot be told (out of time, too few operations) fails, and fails with `.not` too:
 * nobody saw that it is so, nor that it is not.
 */
import { UsageError } from '../base/errors.ts';
import { listed } from '../base/text.ts';
import { checkersOfModel, modelCatalog } from '../checker/catalog.ts';
import type { Checker } from '../checker/checker.ts';
import { linearizable } from '../checker/linearizability/linearizability.ts';
import { type Anomaly, anomaliesOf, type Verdict, worst } from '../checker/verdict.ts';
import { historyOf } from '../history/builder.ts';
import type { HistoryEvent } from '../history/event.ts';
import { faultWindows } from '../history/faults.ts';
import { History } from '../history/history.ts';
import type { Model } from '../model/model.ts';
import { definedAnomalies } from '../report/definitions.ts';
import { plainPaint } from '../report/paint.ts';
import { anomalyBlocks, verdictLines } from '../report/terminal.ts';
import { verdictsText } from '../report/words.ts';
import { Recording } from './recording.ts';
import type { TestReport } from './run-test.ts';

/** What the matchers judge: a history, what a `Recording` has until now, or events in order. */
export type Judgeable = History | Recording | readonly Omit<HistoryEvent, 'index' | 'time'>[];

/** How long and how much memory a checker may use before it gives up. */
export interface MatcherBudget {
  /** Default: 10,000. */
  readonly timeoutMs?: number;
  /** Default: 512. */
  readonly memoryMb?: number;
}

export interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

interface MatcherContext {
  readonly isNot: boolean;
}

/** Hand it to `expect.extend`. */
export const matchers = {
  toBeLinearizable,
  toSatisfyModel,
  toShowAnomaly,
  toBeValid,
};

function toBeLinearizable<State>(
  this: MatcherContext,
  received: unknown,
  model: string | Model<State>,
  budget: MatcherBudget = {},
): MatcherResult {
  const name = typeof model === 'string' ? model : model.name;
  const history = judgeable(received);
  const checked = judge(history, [linearizable(model)], budget);
  return judged(checked, `to be a linearizable ${name}`, this.isNot);
}

function toSatisfyModel(
  this: MatcherContext,
  received: unknown,
  model: string,
  budget: MatcherBudget = {},
): MatcherResult {
  const history = judgeable(received);
  const checked = judge(history, checkersOfModel(model, { history, realTime: true }), budget);
  return judged(checked, `to satisfy the model ${model}`, this.isNot);
}

function toShowAnomaly(
  this: MatcherContext,
  received: unknown,
  type: string,
  model: string,
  budget: MatcherBudget = {},
): MatcherResult {
  const history = judgeable(received);
  const { verdicts } = judge(history, checkersOfModel(model, { history, realTime: true }), budget);
  const found = verdicts.flatMap(anomaliesOf);
  if (found.some((anomaly) => anomaly.type === type))
    return result(true, () => `expected no ${type}, but:\n\n${evidence(found, history)}`);
  refuseUnknown(type);
  // A checker that gave up may have missed it.
  if (worst(verdicts.map(({ valid }) => valid)) === 'unknown')
    return cannotTell({ verdicts, history }, `to show ${type}`, this.isNot);
  const types = [...new Set(found.map((anomaly) => anomaly.type))];
  const instead = types.length === 0 ? `nothing breaks ${model}` : `found only ${listed(types)}`;
  return result(false, () => `expected the history to show ${type}: ${instead}`);
}

function toBeValid(this: MatcherContext, received: unknown): MatcherResult {
  if (!isReport(received))
    throw new UsageError('toBeValid() takes what runTest() returned: await it first');
  const { valid, text } = received;
  const missed = (received.summary.gates ?? []).filter(({ passed }) => !passed);
  if (missed.length === 0 && valid === 'unknown')
    return result(this.isNot, () => `it cannot be told whether the run is valid\n\n${text}`);
  const isValid = missed.length === 0 && valid === true;
  return result(isValid, () => `expected the run ${isValid ? 'not ' : ''}to be valid\n\n${text}`);
}

/** A type that nobody ever reports would make `.not.toShowAnomaly` pass for ever. */
function refuseUnknown(type: string): void {
  const known = definedAnomalies().map(([name]) => name);
  if (!known.includes(type))
    throw new UsageError(
      `there is no anomaly "${type}"; names are those of reports, and dsx explain NAME knows them: ${listed(known)}`,
    );
}

interface Checked {
  readonly verdicts: readonly Verdict[];
  readonly history: History;
}

function judge(
  history: History,
  checkers: readonly Checker[],
  { timeoutMs = 10_000, memoryMb = 512 }: MatcherBudget,
): Checked {
  const limits = { timeoutMs, memoryMb, nowMs: () => performance.now() };
  return { verdicts: checkers.map((checker) => checker.check(history, limits)), history };
}

function judged(checked: Checked, what: string, isNot: boolean): MatcherResult {
  const { verdicts, history } = checked;
  const valid = worst(verdicts.map((verdict) => verdict.valid));
  // Nothing was asked of the system: nothing is shown by that.
  if (valid === 'unknown' || history.operationCount === 0) return cannotTell(checked, what, isNot);
  if (valid) return result(true, () => `expected the history not ${what}, but it is valid`);
  return result(
    false,
    () => `expected the history ${what}\n\n${evidence(verdicts.flatMap(anomaliesOf), history)}`,
  );
}

function cannotTell({ verdicts, history }: Checked, what: string, isNot: boolean): MatcherResult {
  const why =
    history.operationCount === 0
      ? 'it holds no operation'
      : [verdictsText('unknown', verdicts), ...verdictLines(verdicts, screen)].join('\n');
  return result(isNot, () => `expected the history ${what}, which cannot be told: ${why}`);
}

const screen = { paint: plainPaint, columns: 100 };

function evidence(anomalies: readonly Anomaly[], history: History): string {
  const shown = { anomalies, history, faults: faultWindows(history), where: 'not shown here' };
  return anomalyBlocks(shown, screen)
    .map((block) => block.join('\n'))
    .join('\n\n');
}

function result(pass: boolean, message: () => string): MatcherResult {
  return { pass, message };
}

function judgeable(received: unknown): History {
  if (received instanceof History) return received;
  if (received instanceof Recording) return received.history();
  if (Array.isArray(received)) return historyOf(received as readonly HistoryEvent[]);
  throw new UsageError(
    `expected a history, a Recording, or a list of events; got ${received === null ? 'null' : typeof received}`,
  );
}

function isReport(value: unknown): value is TestReport {
  return typeof value === 'object' && value !== null && 'summary' in value && 'passed' in value;
}

/** Names that `toSatisfyModel` takes, for tables of tests. */
export function modelNames(): readonly string[] {
  return modelCatalog().map(({ name }) => name);
}
