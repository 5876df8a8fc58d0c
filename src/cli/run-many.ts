/** Several runs, one after the other, each with its reports; and how many of them found something. */
import { plural } from '../base/text.ts';
import type { RunSummary } from '../report/report.ts';
import { worstExitCode } from './exit-codes.ts';
import { emitReports, type ReporterRequest } from './reporters.ts';
import { exitCodeOf, type RunOptions, runPlanned } from './run-planned.ts';
import type { Planned } from './settings.ts';

export interface ManyRuns extends RunOptions {
  readonly count: number;
  plan(i: number): Promise<Planned>;
  readonly reporters: readonly ReporterRequest[];
}

/** The exit code of the worst. */
export async function runMany(job: ManyRuns): Promise<number> {
  const summaries: RunSummary[] = [];
  for (let i = 0; i < job.count; i += 1) {
    const report = await runPlanned(await job.plan(i), job);
    emitReports(report, job.reporters);
    summaries.push(report.summary);
  }
  if (job.count > 1) process.stderr.write(`${hitRateText(summaries)}\n`);
  return worstExitCode(summaries.map(exitCodeOf));
}

/** `5 runs: 3 with an anomaly (60 %), 2 valid; the first was run 2, seed 43`. */
function hitRateText(summaries: readonly RunSummary[]): string {
  const count = (wanted: RunSummary['valid']): number =>
    summaries.filter(({ valid }) => valid === wanted).length;
  const [hits, unknown] = [count(false), count('unknown')];
  const first = summaries.findIndex(({ valid }) => valid === false);
  const seed = summaries[first]?.plan.seed;
  const parts = [
    `${hits} with an anomaly (${Math.round((100 * hits) / summaries.length)} %)`,
    ...(unknown === 0 ? [] : [`${unknown} unknown`]),
    `${count(true)} valid`,
  ];
  const where = seed === undefined ? '' : `; the first was run ${first + 1}, seed ${seed}`;
  return `${plural(summaries.length, 'run')}: ${parts.join(', ')}${where}`;
}
