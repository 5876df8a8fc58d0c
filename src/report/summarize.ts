/** All figures and sentences of a finished run, from its history and verdicts. */
import { plural } from '../base/text.ts';
import { type Verdict, worst } from '../checker/verdict.ts';
import type { NetworkStats, NodeTrouble } from '../contract/testbed.ts';
import type { History } from '../history/history.ts';
import { parseGates } from '../plan/gate.ts';
import type { RunPlan } from '../plan/plan.ts';
import { commandOf } from '../plan/replay.ts';
import { coverageWarnings, faultCoverage } from './coverage.ts';
import { gateResults } from './gates.ts';
import type { MessageSummary, RunSummary } from './report.ts';
import { errorCounts, functionCounts } from './statistics.ts';

export interface RunFacts {
  readonly dsxVersion: string;
  readonly plan: RunPlan;
  /** What `dsx test` without flags comes to for this workload and this system; absent: unknown. */
  readonly defaults?: RunPlan | null;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly checkMs: number;
  readonly verdicts: readonly Verdict[];
  readonly history: History;
  readonly stats: NetworkStats | null;
  readonly troubles: readonly NodeTrouble[];
  /** What to type to run it again, where no flags can say it; else it is made from the plan. */
  readonly command?: string;
}

export function summarize(facts: RunFacts): RunSummary {
  const { plan, history, verdicts } = facts;
  const faults = faultCoverage(history);
  const asked = [...plan.nemeses, ...plan.script.map((entry) => entry.nemesis)];
  const messages =
    facts.stats === null ? null : messageSummary(facts.stats, history.operationCount);
  const gates = gateResults(parseGates(plan.gates.join(',')), {
    history,
    verdicts,
    faults,
    messages,
    timeLimitMs: plan.timeLimitMs,
  });
  const names = [...new Set(asked.map((spec) => spec.name))];
  return {
    dsxVersion: facts.dsxVersion,
    plan,
    command: facts.command ?? commandOf(plan, facts.defaults ?? null),
    startedAt: facts.startedAt,
    durationMs: facts.durationMs,
    checkMs: facts.checkMs,
    valid: worst(verdicts.map((verdict) => verdict.valid)),
    verdicts,
    ...(gates.length === 0 ? {} : { gates }),
    functions: functionCounts(history),
    errors: errorCounts(history),
    faults,
    messages,
    warnings: [
      ...coverageWarnings(history, faults, names),
      ...latenessWarnings(facts.stats),
      ...facts.troubles.map(troubleText),
    ],
    eventCount: history.eventCount,
    operationCount: history.operationCount,
  };
}

/** Of the usual size in a process that has the processor to itself. */
const usualLateness = { p50Ms: 10, p99Ms: 50 };

/** Figures of latency are the machine's, and not the system's, where dsx itself is late. */
function latenessWarnings(stats: NetworkStats | null): readonly string[] {
  const { lateness } = stats ?? {};
  if (lateness === undefined) return [];
  const { p50Ms, p99Ms } = lateness;
  if (p50Ms < usualLateness.p50Ms && p99Ms < usualLateness.p99Ms) return [];
  return [
    `the simulated network was late: half of its messages came ${p50Ms} ms or more after their time, one in a hundred ${p99Ms} ms; the machine was too busy for figures of latency, so run it again with less beside it`,
  ];
}

/** Messages divided by client invocations, as Maelstrom has it. */
function messageSummary(stats: NetworkStats, invocations: number): MessageSummary {
  const per = (count: number): number => (invocations === 0 ? 0 : count / invocations);
  return {
    allPerOperation: per(stats.all.messageCount),
    serversPerOperation: per(stats.servers.messageCount),
    sent: stats.all.sendCount,
    received: stats.all.receiveCount,
    dropped: stats.dropped,
  };
}

function troubleText(trouble: NodeTrouble): string {
  const times = trouble.count > 1 ? ` (${plural(trouble.count, 'time')})` : '';
  return `node ${trouble.node}: ${trouble.text}${times}`;
}
