/** What all reports say in the same words: the verdict, an anomaly, an operation, a value. */
import { isArray, type Json } from '../base/json.ts';
import { listed, plural, shellWord } from '../base/text.ts';
import {
  type Anomaly,
  anomaliesOf,
  reasonText,
  type Validity,
  type Verdict,
} from '../checker/verdict.ts';
import type { Operation } from '../history/event.ts';
import { aimsAtLeaders } from '../plan/replay.ts';
import { definitionOf } from './definitions.ts';
import { promiseOf } from './promises.ts';
import type { RunReport, RunSummary } from './report.ts';

export interface Headline {
  readonly valid: Validity;
  readonly symbol: '✓' | '✗' | '?';
  /** `not linearizable: stale read on key 3`. Without symbol and without full stop. */
  readonly text: string;
  /** Whether that was expected; empty if nothing special was. */
  readonly expectation: string;
}

/** The verdict of a run in one sentence. */
export function headline(summary: RunSummary): Headline {
  const { valid } = summary;
  const missed = (summary.gates ?? []).filter((gate) => !gate.passed).length;
  const gates = missed === 0 ? '' : `; ${plural(missed, 'gate')} missed`;
  const symbol = missed > 0 && valid === true ? '✗' : symbolOf(valid);
  const expectation = expectationText(summary);
  const text = `${verdictsText(valid, summary.verdicts)}${valid === true ? underText(summary) : ''}`;
  return { valid, symbol, text: `${text}${gates}`, expectation };
}

/** ` held in 1,922 operations and 40 faults`: what a valid run rests on. */
function underText({ operationCount, faults }: RunSummary): string {
  const broken = faults.length === 0 ? '' : ` and ${plural(faults.length, 'fault')}`;
  return ` held in ${plural(operationCount, 'operation')}${broken}`;
}

export function symbolOf(valid: Validity): Headline['symbol'] {
  if (valid === 'unknown') return '?';
  return valid ? '✓' : '✗';
}

/** All verdicts in one sentence. `valid` is what they make together. */
export function verdictsText(valid: Validity, verdicts: readonly Verdict[]): string {
  if (verdicts.length === 0) return 'unknown: nothing was checked';
  if (valid === false) {
    const anomalies = verdicts.flatMap(anomaliesOf);
    const [first] = anomalies;
    if (first === undefined) return 'not valid';
    const rest = verdicts.reduce((sum, verdict) => sum + anomalyCount(verdict), 0) - 1;
    const more = rest === 0 ? '' : `, and ${plural(rest, 'more anomaly', 'more anomalies')}`;
    const holds = [...new Set(verdicts.flatMap(({ models }) => models?.holds ?? []))];
    const held = holds.length === 0 ? '' : `; ${listed(holds)} held`;
    const asked = verdicts.find((verdict) => anomaliesOf(verdict).includes(first))?.model;
    return `${violationsText(asked, first.model)}: ${anomalyTitle(first)}${more}${held}`;
  }
  if (valid === 'unknown') {
    const unknown = verdicts.filter((verdict) => verdict.valid === 'unknown');
    const [first] = unknown;
    const reason =
      first === undefined ? 'no reason was given' : `${first.checker}: ${reasonText(first.reason)}`;
    return `unknown: ${reason}${unknown.length > 1 ? `, and ${unknown.length - 1} more` : ''}`;
  }
  // A checker of amounts (was there enough to judge?) promises nothing by itself.
  const promised = verdicts.filter(
    ({ model, models }) => model !== undefined || models !== undefined,
  );
  const told =
    promised.length > 0 ? promised : verdicts.filter(({ checker }) => checker !== 'enough');
  return `valid: ${listed([...new Set((told.length > 0 ? told : verdicts).map(heldText))])}`;
}

/** What held by a verdict, in words: `linearizable`, `snapshot-isolation`, `unique-ids`. */
function heldText({ checker, model, models }: Verdict): string {
  const holds = models?.holds ?? [];
  // Of an object (`cas-register`) the level says more; a level speaks for itself.
  if (model !== undefined && promiseOf(model) === undefined && holds.length > 0)
    return listed(holds);
  return model ?? checker;
}

/** Anomalies that a checker found; it may keep fewer. */
export function anomalyCount(verdict: Verdict): number {
  const kept = anomaliesOf(verdict).length;
  const all = verdict.details?.['anomalyCount'];
  return kept > 0 && typeof all === 'number' ? Math.max(all, kept) : kept;
}

function expectationText({ plan, valid }: RunSummary): string {
  if (plan.expect === 'valid') return '';
  if (valid === false) return 'An anomaly was expected, and here it is.';
  return 'An anomaly was expected, and none was found.';
}

/** What was asked for comes first: `not strict-serializable, not even snapshot-isolation`. */
function violationsText(asked: string | undefined, weakest: string): string {
  const text = violationText(weakest);
  // Of an object (`cas-register`) the level says more.
  if (asked === undefined || asked === weakest || promiseOf(asked) === undefined) return text;
  if (objects.has(weakest)) return text;
  const first = violationText(asked);
  return `${first}, ${first.startsWith('not ') ? 'not even' : 'even'} ${weakest}`;
}

/** Models that are what a thing is, not how well it keeps its promise. */
const objects = new Set([
  ...['set', 'queue', 'fifo-queue', 'unordered-queue', 'total-queue', 'stack', 'counter'],
  ...['lock', 'mutex', 'fenced-mutex', 'register', 'cas-register', 'bank', 'token-bucket'],
]);

/** `not linearizable`, `violates snapshot-isolation`, `not a correct set`. */
function violationText(model: string): string {
  if (objects.has(model)) return `not a correct ${model}`;
  return /(?:able|ed|tial|causal)$/.test(model) ? `not ${model}` : `violates ${model}`;
}

/** `stale read on key 3`; where the evidence has the pattern's own name, `write skew (G2-item)`. */
export function anomalyTitle(anomaly: Anomaly): string {
  const pattern = anomaly.evidence?.['pattern'];
  const title =
    typeof pattern === 'string'
      ? `${pattern} (${anomaly.type})`
      : `${definitionOf(anomaly.type)?.title ?? anomaly.type}${elementText(anomaly)}`;
  return anomaly.key === undefined ? title : `${title} on key ${valueText(anomaly.key, 40)}`;
}

/** ` 7`, where the evidence names the element that an anomaly is about. */
function elementText({ evidence }: Anomaly): string {
  const element = evidence?.['element'];
  return element === undefined ? '' : ` ${valueText(element, 40)}`;
}

/** What exactly a verdict was said of: `linearizable: 12,000 operations; fast register algorithm`. */
function scopeText(verdict: Verdict): string {
  const what =
    verdict.model === undefined ? verdict.checker : `${verdict.checker} (${verdict.model})`;
  return `${what}: ${plural(verdict.operationCount, 'operation')} checked; ${verdict.method}`;
}

/** The line of one checker below the headline, without its symbol. */
export function verdictLine(verdict: Verdict): string {
  if (verdict.valid === true) return scopeText(verdict);
  const what =
    verdict.model === undefined ? verdict.checker : `${verdict.checker} (${verdict.model})`;
  if (verdict.valid === 'unknown') return `${what}: ${reasonText(verdict.reason)}`;
  const counts = new Map<string, number>();
  for (const { type } of verdict.anomalies) counts.set(type, (counts.get(type) ?? 0) + 1);
  const kinds = [...counts].map(([type, count]) => (count === 1 ? type : `${count} × ${type}`));
  const all = anomalyCount(verdict);
  const kept = verdict.anomalies.length;
  const more =
    all > kept
      ? `; ${all.toLocaleString('en-US')} anomalies in all, of which ${kept} are kept`
      : '';
  return `${what}: ${listed(kinds)} in ${plural(verdict.operationCount, 'operation')}${more}`;
}

/** How an operation reads: `write 5`, `read → 5`, `cas 1 → 2`, `r(x) = [1] append(x, 2)`. */
export function operationText(operation: Operation, limit = 60): string {
  return operationWords(
    {
      f: operation.f,
      input: operation.input,
      output: operation.outcome === 'ok' ? operation.output : undefined,
    },
    operation.outcome,
    limit,
  );
}

interface Words {
  readonly f: string;
  readonly input: Json;
  /** Undefined unless it is known. */
  readonly output: Json | undefined;
}

function operationWords(op: Words, outcome: Operation['outcome'], limit: number): string {
  const mark = { ok: '', fail: ' ✗', info: ' ?' }[outcome];
  const { f, input, output } = op;
  const shown = output ?? input;
  if (isTransaction(shown))
    return `${cutText(transactionText(shown, output !== undefined), limit)}${mark}`;
  if (f === 'cas' && isArray(input) && input.length === 2)
    return `cas ${input.map((value) => valueText(value, limit)).join(' → ')}${mark}`;
  const asked = input === null ? f : `${f} ${valueText(input, limit)}`;
  if (output === undefined) return `${asked}${mark}`;
  return isEcho(input, output) ? asked : `${asked} → ${valueText(output, limit)}`;
}

/** True if the result says nothing beyond the argument: an acknowledgement. */
function isEcho(input: Json, output: Json): boolean {
  return input !== null && (output === null || JSON.stringify(input) === JSON.stringify(output));
}

type MicroOp = readonly [f: string, key: Json, value: Json];

/** `[[f, key, value], …]`, as transactions are recorded. */
function isTransaction(value: Json): value is readonly MicroOp[] {
  return (
    isArray(value) &&
    value.length > 0 &&
    value.every((part) => isArray(part) && part.length === 3 && typeof part[0] === 'string')
  );
}

/** `isDone`: null in a read is what it found, not what it has yet to find. */
function transactionText(transaction: readonly MicroOp[], isDone = false): string {
  return transaction.map((part) => microText(part, isDone)).join('  ');
}

function microText([f, key, value]: MicroOp, isDone: boolean): string {
  const name = valueText(key, 20);
  if (f === 'r' || f === 'read')
    return `r(${name}) = ${value === null && !isDone ? '?' : valueText(value, 40)}`;
  return `${f}(${name}, ${valueText(value, 40)})`;
}

/** The parts of a transaction, each with its key; empty of any other operation. */
export function transactionParts(
  operation: Operation,
): readonly { readonly key: Json; readonly text: string }[] {
  const isDone = operation.outcome === 'ok' && operation.output !== null;
  const shown = isDone ? operation.output : operation.input;
  if (!isTransaction(shown)) return [];
  return shown.map((part) => ({ key: part[1], text: microText(part, isDone) }));
}

/** A value as compact JSON, cut at `limit` characters with an ellipsis that says so. */
export function valueText(value: Json | undefined, limit = 60, isDone = false): string {
  if (value === undefined) return '';
  if (typeof value === 'string' && /^[\w./:-]+$/.test(value)) return cutText(value, limit);
  return cutText(
    isTransaction(value) ? transactionText(value, isDone) : JSON.stringify(value),
    limit,
  );
}

/** At most `limit` characters, the last one an ellipsis if something is missing. */
export function cutText(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const end = /[\ud800-\udbff]/.test(text[limit - 2] ?? '') ? limit - 2 : limit - 1;
  return `${text.slice(0, end)}…`;
}

/** `target raft (stale-reads)` or the path of the program. */
export function systemText({ plan }: RunSummary): string {
  const { system } = plan;
  if (system.kind === 'bin') return [system.path, ...system.args].join(' ');
  return `${system.name} (${system.variant})`;
}

/** `register on raft (correct)`: what a suite or an annotation calls this run. */
export function runTitle(summary: RunSummary): string {
  return `${summary.plan.workload} on ${systemText(summary)}`;
}

/** What to type to check the history again; null if it was not stored. */
export function checkCommand({ summary, folder }: RunReport): string | null {
  if (summary.checkCommand !== undefined) return summary.checkCommand;
  if (folder === null) return null;
  const file = shellWord(`${folder.replace(/\/$/, '')}/history.jsonl`);
  return `dsx check ${file} --model ${shellWord(summary.plan.model)}`;
}

export interface AgainCommand {
  readonly name: 'repeat' | 'replay' | 'check' | 'shrink' | 'promote';
  /** What it does, without full stop. */
  readonly title: string;
  readonly command: string;
}

/** What to type to see it again; in this order in every report. */
export function againCommands(report: RunReport): readonly AgainCommand[] {
  const { summary, folder } = report;
  const check = checkCommand(report);
  const run = folder === null ? null : shellWord(folder.replace(/\/$/, ''));
  const leaders = aimsAtLeaders(summary.plan) ? ' --leaders' : '';
  const command = (name: AgainCommand['name'], title: string, text: string | null) =>
    text === null ? [] : [{ name, title, command: text }];
  const ofRun = (verb: string): string | null => (run === null ? null : `dsx ${verb} ${run}`);
  const ofFailed = (verb: string): string | null => (summary.valid === false ? ofRun(verb) : null);
  return [
    ...command('repeat', 'Run the same test, with the same seed', summary.command),
    ...command(
      'replay',
      'Run it ten times with the very faults of this run, at the very times, and count how often it shows',
      run === null ? null : `dsx replay ${run}${leaders} --repeat 10`,
    ),
    ...command('check', 'Check the recorded history again', check),
    ...command('shrink', 'Find the smallest faults and load that still fail', ofFailed('shrink')),
    ...command('promote', 'Keep the smallest proof as a golden history', ofFailed('promote')),
  ];
}
