/** What a checking thread is handed: plain data, since functions do not cross threads. */
import { UsageError } from '../base/errors.ts';
import { availability } from '../checker/availability.ts';
import { checkersOfModel } from '../checker/catalog.ts';
import type { Checker } from '../checker/checker.ts';
import type { Verdict } from '../checker/verdict.ts';
import type { History, HistoryData } from '../history/history.ts';
import { findWorkload } from '../registry.ts';

/** Where the checkers come from: a workload, or a model by name. */
export type CheckSource =
  | {
      readonly kind: 'workload';
      readonly workload: string;
      readonly model: string;
      readonly options: Readonly<Record<string, string>>;
      /** Minimum fraction of invocations that end ok; null: not judged. */
      readonly availability: number | null;
    }
  | { readonly kind: 'model'; readonly model: string; readonly realTime: boolean };

export interface CheckBudget {
  readonly timeoutMs: number;
  readonly memoryMb: number;
}

export interface CheckJob {
  readonly source: CheckSource;
  /** Which of the source's checkers. */
  readonly checkerIndex: number;
  readonly history: HistoryData;
  /** Value ids of the keys to look at; null: all operations. */
  readonly keys: readonly number[] | null;
  readonly budget: CheckBudget;
}

export type CheckAnswer =
  | { readonly kind: 'verdict'; readonly verdict: Verdict }
  | { readonly kind: 'crashed'; readonly message: string };

export async function checkersOf(
  source: CheckSource,
  history: History,
): Promise<readonly Checker[]> {
  if (source.kind === 'model')
    return checkersOfModel(source.model, { history, realTime: source.realTime });
  const workload = await findWorkload(source.workload);
  const models = source.model.split(',');
  const unknown = models.find((model) => !workload.models.includes(model));
  if (unknown !== undefined)
    throw new UsageError(`workload ${workload.name} has no model "${unknown}"`);
  // What does not depend on the model is judged once.
  const checkers = models
    .flatMap((model) => workload.checkers(model, source.options))
    .filter(
      ({ name, summary }, i, all) =>
        all.findIndex((other) => other.name === name && other.summary === summary) === i,
    );
  return source.availability === null ? checkers : [...checkers, availability(source.availability)];
}
