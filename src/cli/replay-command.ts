/** `dsx replay RUN`: the same decisions again, and what came of them. */
import { listed, plural } from '../base/text.ts';
import { parseNumber } from '../plan/parse.ts';
import { provisionsOf } from '../runner/needs.ts';
import { createRunStore, type StoredRun } from '../store/run-store.ts';
import { parseReporters } from './reporters.ts';
import { runMany } from './run-many.ts';
import { sandboxExitCode } from './sandbox.ts';
import type { Planned } from './settings.ts';
import { replayPlan } from './stored-plan.ts';

export interface ReplayArguments {
  readonly run: string;
  readonly out: string;
  readonly repeat: string;
  readonly reporters: string | null;
  readonly json: boolean;
  readonly keepData: boolean;
  /** Faults that hit who led then hit whoever leads now, not the same nodes. */
  readonly leaders: boolean;
}

export async function replayCommand(given: ReplayArguments): Promise<number> {
  const reporters = parseReporters(given.reporters ?? undefined, given.json);
  const count = parseNumber('repeat', given.repeat, { min: 1, integer: true });
  const store = createRunStore(given.out);
  const run = store.read(given.run);
  const planned = await replayPlan(run, given.leaders);
  const elsewhere = await sandboxExitCode(planned, await provisionsOf(planned.plan));
  if (elsewhere !== undefined) return elsewhere;
  if (!given.json) process.stderr.write(`${promiseText(run, planned, given.leaders)}\n`);
  return runMany({
    count,
    plan: () => Promise.resolve(planned),
    store,
    reporters,
    isQuiet: given.json,
    keepData: given.keepData,
  });
}

/** What is the same again, and what is not: real processes keep their own time. */
function promiseText(run: StoredRun, { plan }: Planned, leaders: boolean): string {
  const kinds = [...new Set(plan.script.map(({ nemesis }) => nemesis.name))];
  const faults =
    plan.script.length === 0
      ? 'no faults, as there were none'
      : `the same ${plural(plan.script.length, 'fault')} (${listed(kinds)}) on ${leaders ? 'whoever leads, or else the same nodes' : 'the same nodes'}, at the times at which they were injected`;
  const verdict = run.json('verdict.json') as { readonly headline?: string } | undefined;
  return [
    `replaying ${run.id}${verdict?.headline === undefined ? '' : `: ${verdict.headline}`}`,
    `  again: seed ${plan.seed}, and with it what the clients are given to do; ${faults}`,
    '  not again: how fast processes and the network answer, the order in which things meet, who leads;',
    '  the outcome may differ, and --repeat N says how often it does',
  ].join('\n');
}
