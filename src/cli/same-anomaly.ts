/** Which anomaly a run is known by, and whether another run shows it too. */
import { HistoryError, UsageError } from '../base/errors.ts';
import { isArray, isObject, type Json } from '../base/json.ts';
import { didYouMean, listed } from '../base/text.ts';
import { type Anomaly, anomaliesOf, type Verdict } from '../checker/verdict.ts';
import type { StoredRun } from '../store/run-store.ts';

export interface WantedAnomaly {
  readonly checker: string;
  /** Its standard name. */
  readonly type: string;
  readonly model: string;
  /** True if its user named it: then no other name will do. */
  readonly isNamed: boolean;
}

/**
 * The first anomaly of a run, or the first of the type that was asked for.
 * @throws UsageError if there is none; HistoryError if the run has no verdict
 */
export function wantedAnomaly(run: StoredRun, type: string | null): WantedAnomaly {
  const verdict = run.json('verdict.json');
  if (!isObject(verdict))
    throw new HistoryError(
      `${run.folder} has no verdict yet: it still runs, or was cut short.\nto judge what was recorded: dsx check ${run.folder}`,
    );
  const found = anomaliesIn(verdict['verdicts']);
  const wanted = found.find((one) => type === null || one.type === type);
  if (wanted !== undefined) return { ...wanted, isNamed: type !== null };
  const [first] = found;
  if (first === undefined)
    throw new UsageError(`${run.id} has no anomaly to show again (${wordOf(verdict['headline'])})`);
  const types = [...new Set(found.map((one) => one.type))];
  throw new UsageError(
    `${run.id} has no anomaly "${type ?? ''}".${didYouMean(type ?? '', types)}\nit has: ${listed(types)}`,
  );
}

function anomaliesIn(verdicts: Json | undefined): readonly Omit<WantedAnomaly, 'isNamed'>[] {
  return (isArray(verdicts) ? verdicts.filter(isObject) : []).flatMap(({ checker, anomalies }) =>
    (isArray(anomalies) ? anomalies.filter(isObject) : []).map(({ type, model }) => ({
      checker: wordOf(checker),
      type: wordOf(type),
      model: wordOf(model),
    })),
  );
}

function wordOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/**
 * The same: found by the same checker, of the same name or against the same model. One and the
 * same fault of a system shows now as one pattern, now as another (a stale read, or an order that
 * is not there), and any of them is against the same promise.
 */
export function sightingOf(
  wanted: WantedAnomaly,
  verdicts: readonly Verdict[],
): Anomaly | undefined {
  const ofChecker = verdicts.filter(({ checker }) => checker === wanted.checker);
  const found = ofChecker.flatMap(anomaliesOf);
  const named = found.find(({ type }) => type === wanted.type);
  if (named !== undefined || wanted.isNamed) return named;
  return found.find(({ model }) => model === wanted.model);
}
