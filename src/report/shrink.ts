/** What `dsx shrink` found: how small the faults and the load are that still fail. */
import { durationText, plural } from '../base/text.ts';
import { nemesisText } from '../plan/parse.ts';
import type { RunPlan, ScriptedFault } from '../plan/plan.ts';

export const shrinkFormat = 'dsx-shrink/1';

/** How large a run is. */
export interface RunSize {
  readonly faults: number;
  readonly timeLimitMs: number;
  readonly clients: number;
  /** Null: the workload has no such option. */
  readonly keys: number | null;
  readonly nodes: number;
  /** 0: no limit. */
  readonly rateHz: number;
  /** Operations recorded. */
  readonly operations: number;
}

export interface TrialRecord {
  /** What was smaller: `none of 3 faults`. */
  readonly what: string;
  readonly isShown: boolean;
  /** Runs that came to a verdict. */
  readonly tries: number;
  /** Of those, ones that showed it. */
  readonly hits: number;
  /** Of those, runs of which the checker could not tell. */
  readonly untold: number;
  /** Why it could not be run; null if it could. */
  readonly trouble: string | null;
}

/** A smaller plan that turned out to show it too seldom: `hits` of `runs` further runs. */
export interface RarePlan {
  readonly what: string;
  readonly runs: number;
  readonly hits: number;
}

/** `shrink.json`, and `dsx shrink --json`. Fields are added, never renamed. */
export interface ShrinkReport {
  readonly format: typeof shrinkFormat;
  /** The run that was to be shrunk. */
  readonly from: string;
  readonly anomaly: { readonly checker: string; readonly type: string; readonly model: string };
  /** The folder of the smallest run; null if the anomaly did not show again. */
  readonly run: string | null;
  /** What shows it again; null as above. */
  readonly command: string | null;
  readonly recorded: RunSize;
  readonly smallest: RunSize | null;
  readonly faults: readonly ScriptedFault[];
  readonly trials: readonly TrialRecord[];
  readonly runCount: number;
  readonly tookMs: number;
  /** Null: nothing smaller showed it. */
  readonly stoppedBy: 'budget' | 'interrupt' | null;
  /** Of further runs of the smallest plan; null if there was no time for any. */
  readonly hitRate: { readonly runs: number; readonly hits: number } | null;
  /** Smaller still, the smallest first; what is reported took their place. */
  readonly tooRare: readonly RarePlan[];
}

export function sizeOf(plan: RunPlan, operations: number): RunSize {
  const keys = plan.options['key-count'];
  return {
    faults: plan.script.length,
    timeLimitMs: plan.timeLimitMs,
    clients: plan.concurrency,
    keys: keys === undefined ? null : Number(keys),
    nodes: plan.nodes.length,
    rateHz: plan.rateHz,
    operations,
  };
}

/** `time limit 2.1 s instead of 10 s …: shown in try 2`. */
export function trialLine({ what, isShown, tries, hits, untold, trouble }: TrialRecord): string {
  if (isShown && hits > 1) return `✓ ${what}: shown in ${hits} of ${plural(tries, 'run')}`;
  if (isShown) return `✓ ${what}: shown${tries > 1 ? ` in try ${tries}` : ''}`;
  if (tries === 0) return `- ${what}: not possible: ${trouble ?? 'nothing ran'}`;
  const told = untold === 0 ? '' : `, of which ${untold} could not be told`;
  if (hits > 0) return `✗ ${what}: shown in ${hits} of ${plural(tries, 'run')} only`;
  return `✗ ${what}: not shown in ${plural(tries, 'try', 'tries')}${told}`;
}

/** The result in words; the last line is what to type next. No line break at its end. */
export function shrinkText(report: ShrinkReport): string {
  const { anomaly, smallest, from } = report;
  const name = `${anomaly.type} (${anomaly.checker})`;
  if (smallest === null)
    return [
      `${name} of ${from} did not show again in ${plural(report.runCount, 'run')}, ${durationText(report.tookMs)}`,
      'Real processes keep their own time: it may need luck. Give it more --tries and a larger',
      '--budget, or look for a seed that shows it more often: dsx hunt',
    ].join('\n');
  return [
    `the smallest that still shows ${name}`,
    '',
    ...sizeTable(report.recorded, smallest),
    '',
    ...faultLines(report.faults),
    stopText(report),
    hitRateText(report),
    '',
    `run     ${report.run ?? ''}`,
    `again   ${report.command ?? ''}`,
  ].join('\n');
}

function sizeTable(recorded: RunSize, smallest: RunSize): readonly string[] {
  const rate = (hz: number): string => (hz === 0 ? 'no limit' : `${hz}/s`);
  const rows: readonly (readonly [string, string, string])[] = [
    ['', 'recorded', 'smallest'],
    ['faults', String(recorded.faults), String(smallest.faults)],
    ['time limit', durationText(recorded.timeLimitMs), durationText(smallest.timeLimitMs)],
    ['nodes', String(recorded.nodes), String(smallest.nodes)],
    ['clients', String(recorded.clients), String(smallest.clients)],
    ...(smallest.keys === null
      ? []
      : [['keys', String(recorded.keys), String(smallest.keys)] as const]),
    ['rate', rate(recorded.rateHz), rate(smallest.rateHz)],
    [
      'operations',
      recorded.operations.toLocaleString('en-US'),
      smallest.operations.toLocaleString('en-US'),
    ],
  ];
  return rows.map(([name, a, b]) => `  ${name.padEnd(10)}  ${a.padStart(8)}  ${b.padStart(8)}`);
}

function faultLines(faults: readonly ScriptedFault[]): readonly string[] {
  if (faults.length === 0) return ['It needs no fault.'];
  return faults.map(
    ({ atMs, forMs, nemesis, fault }) =>
      `  at ${durationText(atMs)} for ${durationText(forMs)}: ${nemesis.name} ${described(fault) ?? nemesisText(nemesis)}`,
  );
}

function described(fault: string | null): string | undefined {
  if (fault === null) return undefined;
  const { description } = JSON.parse(fault) as { readonly description?: string };
  return description === undefined || description === '' ? undefined : `(${description})`;
}

function stopText({ stoppedBy, trials, runCount, tookMs }: ShrinkReport): string {
  const effort = `${plural(trials.length, 'plan')}, ${plural(runCount, 'run')}, ${durationText(tookMs)}`;
  if (stoppedBy === 'interrupt') return `Stopped by hand, so something smaller may do (${effort}).`;
  if (stoppedBy === 'budget')
    return `The --budget is used up, so something smaller may do (${effort}).`;
  const smaller = trials.slice(1);
  if (smaller.length > 0 && smaller.every(({ tries }) => tries === 0))
    return `No smaller plan could be run, so something smaller may do (${effort}).`;
  return `Nothing smaller that was tried showed it (${effort}).`;
}

function hitRateText({ hitRate, tooRare }: ShrinkReport): string {
  if (hitRate === null || hitRate.runs === 0)
    return 'How often it shows was not measured: no further run came to a verdict in the time left.';
  const { hits, runs } = hitRate;
  const share = Math.round((100 * hits) / runs);
  const rare = tooRare.map(
    (plan) => `Smaller, but too rare: ${plan.what} (${plan.hits} of ${plural(plan.runs, 'run')}).`,
  );
  return [`It showed in ${hits} of ${plural(runs, 'further run')} (${share} %).`, ...rare].join(
    '\n',
  );
}
