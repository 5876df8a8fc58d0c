/**
 * `dsx promote [RUN]`: what was found becomes a golden history, as small as its proof.
 *
 * Nothing is taken away but whole operations that the checker did not need, and only if it says
 * the same without them: a history cut further might show an anomaly that never happened.
 */
import { existsSync, statSync } from 'node:fs';
import { basename, relative } from 'node:path';
import { UsageError } from '../base/errors.ts';
import { canonical } from '../base/json.ts';
import { listed, plural } from '../base/text.ts';
import { checkersOfModel, modelCatalog } from '../checker/catalog.ts';
import { type Anomaly, anomaliesOf, reasonText, type Verdict, worst } from '../checker/verdict.ts';
import { HistoryBuilder } from '../history/builder.ts';
import type { ReadResult } from '../history/format/read-history.ts';
import type { History } from '../history/history.ts';
import { definitionOf } from '../report/definitions.ts';
import { checkHistory } from '../runner/check.ts';
import type { CheckSource } from '../runner/check-job.ts';
import { expectationsFile, type GoldenHistory, goldenFile, writeGolden } from '../store/golden.ts';
import { readHistoryFile } from '../store/read-file.ts';
import { createRunStore } from '../store/run-store.ts';
import { exitCodes } from './exit-codes.ts';
import { interruptible } from './interrupt.ts';
import { storedPlan } from './stored-plan.ts';

export interface PromoteArguments {
  readonly run: string;
  readonly name: string | null;
  readonly model: string | null;
  readonly shows: string | null;
  readonly whole: boolean;
  readonly force: boolean;
  readonly folder: string;
  readonly out: string;
}

const budget = { timeoutMs: 60_000, memoryMb: 2048 };

export async function promoteCommand(given: PromoteArguments): Promise<number> {
  const source = sourceOf(given);
  const { history } = source.read;
  const found =
    given.model === null
      ? foundBy(
          await interruptible((signal) => checkHistory(history, source.check, budget, signal)),
          source,
        )
      : asked(given.model, source);
  const { history: small, types } = proofOf(found, source.read, given.whole);
  const golden = { ...entryOf(given, source, found), anomalies: types };
  const file = goldenFile(golden.name, given.folder);
  if (existsSync(file) && !given.force)
    throw new UsageError(
      `there is a golden history ${golden.name} in ${given.folder} already; give another --name, or --force`,
    );
  writeGolden(given.folder, golden, small);
  const kept = plural(small.operationCount, 'operation');
  const of =
    small === history ? 'all there are' : `of ${history.operationCount}, which prove it alone`;
  process.stdout.write(
    [
      `${relative(process.cwd(), file)}: ${kept} (${of})`,
      `  ${golden.model} ${golden.valid ? 'holds' : `is broken: ${golden.anomalies[0] ?? ''}`}. ${golden.shows}`,
      `again: dsx check ${relative(process.cwd(), file)} --model ${golden.model}`,
      `all of them: dsx check ${given.folder}`,
      '',
    ].join('\n'),
  );
  return exitCodes.valid;
}

interface Source {
  /** The run's name or the file's, for the name of the golden history. */
  readonly name: string;
  readonly read: ReadResult;
  readonly check: CheckSource;
}

function sourceOf(given: PromoteArguments): Source {
  if (existsSync(given.run) && statSync(given.run).isFile()) {
    if (given.model === null)
      throw new UsageError(`say with --model what was promised of ${given.run}`);
    const read = readHistoryFile(given.run);
    const check = { kind: 'model', model: given.model, realTime: read.realTime } as const;
    return { name: basename(given.run).replace(/\.\w+$/, ''), read, check };
  }
  const run = createRunStore(given.out).read(given.run);
  const read = run.history();
  if (given.model !== null)
    return {
      name: run.id,
      read,
      check: { kind: 'model', model: given.model, realTime: read.realTime },
    };
  const { workload, model, options } = storedPlan(run);
  return {
    name: run.id,
    read,
    check: { kind: 'workload', workload, model, options, availability: null },
  };
}

/** What a model says of the history, and by which anomaly if it is broken. */
interface Found {
  readonly model: string;
  readonly anomaly: Anomaly | undefined;
}

function asked(model: string, { read }: Source): Found {
  const verdicts = judged(model, read);
  const [anomaly] = verdicts.flatMap(anomaliesOf);
  const valid = worst(verdicts.map((verdict) => verdict.valid));
  if (valid === 'unknown') throw undecided(verdicts);
  return { model, anomaly };
}

/** A run is judged by its workload: a model by name must say the same. */
function foundBy(verdicts: readonly Verdict[], source: Source): Found {
  const valid = worst(verdicts.map((verdict) => verdict.valid));
  if (valid === 'unknown') throw undecided(verdicts);
  const holds = valid;
  for (const verdict of verdicts) {
    const [anomaly] = anomaliesOf(verdict);
    if (!holds && anomaly === undefined) continue;
    for (const model of namesFor(verdict, anomaly)) {
      const again = judged(model, source.read);
      if (holds && worst(again.map((each) => each.valid)) === true)
        return { model, anomaly: undefined };
      const same = again.flatMap(anomaliesOf).find(({ type }) => type === anomaly?.type);
      if (same !== undefined) return { model, anomaly: same };
    }
  }
  const tried = verdicts.map(({ checker }) => checker);
  throw new UsageError(
    `the run was judged by ${listed(tried)}, and no model by name says the same; name one with --model (dsx list models)`,
  );
}

function namesFor(verdict: Verdict, anomaly: Anomaly | undefined): readonly string[] {
  const known = modelCatalog().map(({ name }) => name);
  const names = [verdict.model, verdict.checker, anomaly?.model];
  return [...new Set(names.filter((name) => name !== undefined))].filter((name) =>
    known.includes(name.split(':', 1)[0] ?? ''),
  );
}

function judged(model: string, read: Pick<ReadResult, 'history' | 'realTime'>): readonly Verdict[] {
  const limits = { ...budget, nowMs: () => performance.now() };
  return checkersOfModel(model, read).map((checker) => checker.check(read.history, limits));
}

function undecided(verdicts: readonly Verdict[]): UsageError {
  const reasons = verdicts.flatMap((verdict) =>
    verdict.valid === 'unknown' ? [`${verdict.checker}: ${reasonText(verdict.reason)}`] : [],
  );
  return new UsageError(
    `only what was decided can be expected again, and this was not: ${reasons.join('; ')}`,
  );
}

interface Proof {
  readonly history: History;
  /** What a checker calls it: in the whole history, and in this. */
  readonly types: readonly string[];
}

/**
 * The fewest operations that show the same: those that the checker names, or those of the key.
 * Alone they may have another name (a stale read of a write that nobody else saw is a lost
 * write); that is good enough if the checker says of them that they stand alone.
 */
function proofOf({ model, anomaly }: Found, read: ReadResult, isWhole: boolean): Proof {
  const { history, realTime } = read;
  if (anomaly === undefined) return { history, types: [] };
  const { type, evidence } = anomaly;
  const named = new Set(anomaly.operations);
  const key = anomaly.key === undefined ? undefined : canonical(anomaly.key);
  const ofKey = (invoke: number): boolean => {
    const own = history.event(invoke).key;
    return own !== undefined && canonical(own) === key;
  };
  const choices = [(invoke: number): boolean => named.has(invoke)];
  if (key !== undefined) choices.push(ofKey);
  for (const choice of isWhole ? [] : choices) {
    const part = kept(history, choice);
    const types = judged(model, { history: part, realTime })
      .flatMap(anomaliesOf)
      .map((each) => each.type);
    if (types.includes(type)) return { history: part, types: [type] };
    if (types.length > 0 && evidence?.['standalone'] === true)
      return { history: part, types: [...new Set([type, ...types])] };
  }
  return { history, types: [type] };
}

/** Operations by the event of their invocation; no faults, which no checker of clients looks at. */
function kept(history: History, isKept: (invoke: number) => boolean): History {
  const builder = new HistoryBuilder();
  const isWanted = new Uint8Array(history.eventCount);
  for (const operation of history.eachOperation()) {
    if (!isKept(operation.invokeIndex)) continue;
    isWanted[operation.invokeIndex] = 1;
    const complete = history.operations.complete[operation.id] ?? -1;
    if (complete >= 0) isWanted[complete] = 1;
  }
  let startNs: number | undefined;
  for (const event of history.eachEvent()) {
    if (isWanted[event.index] !== 1) continue;
    startNs ??= event.time;
    builder.add({ ...event, time: event.time - startNs });
  }
  return builder.build();
}

function entryOf(
  given: PromoteArguments,
  source: Source,
  found: Found,
): Omit<GoldenHistory, 'anomalies'> {
  const { model, anomaly } = found;
  const type = anomaly?.type ?? `${model.replace(/:.*/, '')}-held`;
  const name = given.name ?? `${type}-${source.name}`;
  if (!/^[\w.-]+$/.test(name) || name === expectationsFile)
    throw new UsageError(
      `--name ${name}: expected letters, digits, dots and dashes, since it names a file`,
    );
  const meaning =
    anomaly === undefined ? `${model} holds.` : (definitionOf(type)?.meaning ?? `${type}.`);
  return {
    name,
    model,
    valid: anomaly === undefined,
    shows: sentence(given.shows ?? `${meaning} Found in ${source.name}.`),
  };
}

function sentence(text: string): string {
  const trimmed = text.trim();
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
