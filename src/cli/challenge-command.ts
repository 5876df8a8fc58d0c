/** `dsx challenge`: the runs of a Gossip Glomers challenge, and each of its goals with its figure. */
import { UsageError } from '../base/errors.ts';
import { didYouMean, listed, plural } from '../base/text.ts';
import { type Challenge, type ChallengeRun, challenges } from '../plan/challenges.ts';
import type { Paint } from '../report/paint.ts';
import { type Reading, readings } from '../report/readings.ts';
import type { RunReport } from '../report/report.ts';
import { renderTerminal, verdictLines } from '../report/terminal.ts';
import { verdictLine } from '../report/words.ts';
import { createRunStore } from '../store/run-store.ts';
import { exitCodes, worstExitCode } from './exit-codes.ts';
import { paintFor } from './paint.ts';
import { exitCodeOf, runPlanned, seedMax, seedOf } from './run-planned.ts';
import { type Planned, planOf } from './settings.ts';

export interface ChallengeRequest {
  /** Null: list them. */
  readonly name: string | null;
  /** `bin`, or `target` and `variant`; `topology`. */
  readonly system: Readonly<Record<string, string | undefined>>;
  readonly nodeArgs: readonly string[];
  readonly seed: string | undefined;
  readonly out: string;
  readonly json: boolean;
}

interface Ran {
  readonly run: ChallengeRun;
  readonly report: RunReport;
  readonly code: number;
}

export async function challengeCommand(request: ChallengeRequest): Promise<number> {
  if (request.name === null) {
    process.stdout.write(`${listText(request.json)}\n`);
    return exitCodes.valid;
  }
  const challenge = challengeNamed(request.name);
  const { bin, target } = request.system;
  if (bin === undefined && target === undefined)
    throw new UsageError(
      `a challenge needs a program: dsx challenge ${challenge.name} --bin ./my-program (or --target, for a bundled one)`,
    );
  const seed = seedOf(request.seed);
  // All of them first: what is wrong with the second is not found out after the first.
  const plans: Planned[] = [];
  for (const [i, run] of challenge.runs.entries())
    plans.push(await plannedRun(run, request, (seed + i) % (seedMax + 1)));
  const store = createRunStore(request.out);
  const ran: Ran[] = [];
  for (const [i, run] of challenge.runs.entries()) {
    const planned = plans[i];
    if (planned === undefined) continue;
    if (!request.json) process.stderr.write(`${runText(run)}\n`);
    const report = await runPlanned(planned, { store, isQuiet: request.json, keepData: false });
    ran.push({ run, report, code: exitCodeOf(report.summary) });
  }
  const code = worstExitCode(ran.map((one) => one.code));
  const text = request.json
    ? JSON.stringify(resultJson(challenge, ran, code), null, 2)
    : resultText(challenge, ran, code);
  process.stdout.write(`${text}\n`);
  return code;
}

function challengeNamed(name: string): Challenge {
  const found = challenges.find((challenge) => challenge.name === name.toLowerCase());
  if (found !== undefined) return found;
  const names = challenges.map((challenge) => challenge.name);
  throw new UsageError(
    `there is no challenge "${name}".${didYouMean(name, names)}\nthere are: ${listed(names)}`,
  );
}

function plannedRun(run: ChallengeRun, request: ChallengeRequest, seed: number): Promise<Planned> {
  const { topology, ...system } = request.system;
  if (topology !== undefined && run.settings['workload'] !== 'broadcast')
    throw new UsageError(`--topology is for the broadcast challenges, 3a to 3e`);
  const text = {
    ...run.settings,
    ...system,
    ...(topology === undefined ? {} : { topology }),
    ...(run.gates.length === 0 ? {} : { gate: run.gates.join(',') }),
  };
  const { nodeArgs } = request;
  const { options = {} } = run;
  return planOf({ text, flags: new Set(), options, script: [], nodeArgs }, seed);
}

/** `broadcast: 25 nodes, 20 s, 100 operations a second, latency 100 ms, …`. */
function runText({ settings, why }: ChallengeRun): string {
  const words = [
    plural(Number(settings['node-count']), 'node'),
    `${settings['time-limit'] ?? ''} s`,
    ...(settings['rate'] === undefined ? [] : [`${settings['rate']} operations a second`]),
    ...(settings['latency'] === undefined ? [] : [`latency ${settings['latency']} ms`]),
    ...(settings['nemesis'] === undefined ? [] : [`nemesis ${settings['nemesis']}`]),
    ...(settings['availability'] === undefined ? [] : ['total availability']),
    ...(settings['consistency-models'] === undefined ? [] : [settings['consistency-models']]),
  ];
  return `${settings['workload'] ?? ''}: ${words.join(', ')}${why === undefined ? '' : ` (${why})`}`;
}

function listText(json: boolean): string {
  if (json) return JSON.stringify(challenges, null, 2);
  const systemText = ({ target, variant }: Challenge['metBy']): string =>
    `--target ${target} --variant ${variant}`;
  const lines = challenges.flatMap(({ name, title, runs, metBy, missedBy }) => [
    `  ${name.padEnd(3)} ${title}`,
    ...runs.map((run) => `        ${[runText(run), ...run.gates].join('; ')}`),
    `        met by ${systemText(metBy)}`,
    `        not by ${systemText(missedBy)}: ${missedBy.why}`,
  ]);
  return ['challenges (dsx challenge NAME --bin ./my-program)', ...lines].join('\n');
}

function resultText(challenge: Challenge, ran: readonly Ran[], code: number): string {
  const paint = paintFor(process.stdout);
  const columns = process.stdout.columns || 80;
  const failed = ran.filter((one) => one.report.summary.valid !== true);
  const symbol = { 0: '✓', 2: '?' }[code] ?? '✗';
  const color = { 0: paint.green, 2: paint.yellow }[code] ?? paint.red;
  const outcome = { 0: 'met', 2: 'it cannot be told whether it is met' }[code] ?? 'not met';
  return [
    ...failed.flatMap(({ report }) => [renderTerminal(report, paint, columns), '']),
    paint.bold(color(`${symbol} challenge ${challenge.name}, ${challenge.title}: ${outcome}`)),
    ...ran.flatMap((one) => ranLines(one, challenge, paint, columns)),
    ...challenge.notes.map((note) => `  note: ${note}`),
  ].join('\n');
}

function ranLines(
  { run, report }: Ran,
  { figures }: Challenge,
  paint: Paint,
  columns: number,
): readonly string[] {
  const { summary, folder } = report;
  const gates = (summary.gates ?? []).map(
    ({ gate, passed, figure }) =>
      `    ${passed ? paint.green('✓') : paint.red('✗')} ${gate}: ${figure}`,
  );
  const verdicts = verdictLines(summary.verdicts, { paint, columns: columns - 2 });
  return [
    `  ${runText(run)}`,
    ...verdicts.map((line) => `  ${line}`),
    ...gates,
    ...readings(figures, report).map(({ text }) => `    ${text}`),
    ...summary.warnings.map((warning) => `    ${paint.yellow('!')} ${warning}`),
    ...(folder === null ? [] : [paint.dim(`    run ${folder}`)]),
  ];
}

interface ResultJson {
  readonly challenge: string;
  readonly title: string;
  readonly met: boolean | 'unknown';
  readonly notes: readonly string[];
  readonly runs: readonly {
    readonly settings: ChallengeRun['settings'];
    readonly valid: RunReport['summary']['valid'];
    readonly verdicts: readonly {
      readonly checker: string;
      readonly valid: RunReport['summary']['valid'];
      readonly text: string;
    }[];
    readonly gates: NonNullable<RunReport['summary']['gates']>;
    readonly figures: readonly Reading[];
    readonly folder: string | null;
    readonly command: string;
  }[];
}

function resultJson(challenge: Challenge, ran: readonly Ran[], code: number): ResultJson {
  return {
    challenge: challenge.name,
    title: challenge.title,
    met: code === exitCodes.valid ? true : code === exitCodes.unknown ? 'unknown' : false,
    notes: challenge.notes,
    runs: ran.map(({ run, report }) => ({
      settings: run.settings,
      valid: report.summary.valid,
      verdicts: report.summary.verdicts.map((verdict) => ({
        checker: verdict.checker,
        valid: verdict.valid,
        text: verdictLine(verdict),
      })),
      gates: report.summary.gates ?? [],
      figures: readings(challenge.figures, report),
      folder: report.folder,
      command: report.summary.command,
    })),
  };
}
