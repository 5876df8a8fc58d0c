/** All figures and sentences of a finished run, from its history and verdicts. */
import { plural } from '../base/text.js';
import { worst } from '../checker/verdict.js';
import { parseGates } from '../plan/gate.js';
import { commandOf } from '../plan/replay.js';
import { coverageWarnings, faultCoverage } from './coverage.js';
import { gateResults } from './gates.js';
import { errorCounts, functionCounts } from './statistics.js';
export function summarize(facts) {
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
    command: facts.command ?? commandOf(plan),
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
    warnings: [...coverageWarnings(history, faults, names), ...facts.troubles.map(troubleText)],
    eventCount: history.eventCount,
    operationCount: history.operationCount,
  };
}
/** Messages divided by client invocations, as Maelstrom has it. */
function messageSummary(stats, invocations) {
  const per = (count) => (invocations === 0 ? 0 : count / invocations);
  return {
    allPerOperation: per(stats.all.messageCount),
    serversPerOperation: per(stats.servers.messageCount),
    sent: stats.all.sendCount,
    received: stats.all.receiveCount,
    dropped: stats.dropped,
  };
}
function troubleText(trouble) {
  const times = trouble.count > 1 ? ` (${plural(trouble.count, 'time')})` : '';
  return `node ${trouble.node}: ${trouble.text}${times}`;
}
