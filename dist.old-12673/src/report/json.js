/**
 * `verdict.json` and `dsx test --json`: the verdict of a run for machines. A stable shape:
 * fields are added, never renamed; `format` changes if one ever must be.
 */
import { anomaliesOf, reasonText } from '../checker/verdict.js';
import { latencies } from './latency.js';
import { checkCommand, headline, verdictLine } from './words.js';
export const verdictFormat = 'dsx-verdict/1';
export function verdictJson(report) {
  const { summary, history, folder } = report;
  return {
    format: verdictFormat,
    valid: summary.valid,
    expect: summary.plan.expect,
    headline: headline(summary).text,
    command: summary.command,
    checkCommand: checkCommand(report),
    folder,
    dsxVersion: summary.dsxVersion,
    seed: summary.plan.seed,
    startedAt: summary.startedAt,
    durationMs: summary.durationMs,
    checkMs: summary.checkMs,
    events: summary.eventCount,
    operations: summary.operationCount,
    verdicts: summary.verdicts.map(verdictEntry),
    gates: summary.gates ?? [],
    functions: summary.functions,
    errors: summary.errors,
    latencies: latencies(history),
    faults: summary.faults.map(faultEntry),
    messages: summary.messages,
    warnings: summary.warnings,
    plan: summary.plan,
  };
}
/** Two spaces of indentation and a line break at the end. */
export function renderJson(report) {
  return `${JSON.stringify(verdictJson(report), null, 2)}\n`;
}
function verdictEntry(verdict) {
  const { checker, model, valid, operationCount, method, models, details } = verdict;
  return {
    checker,
    model: model ?? null,
    valid,
    text: verdictLine(verdict),
    operations: operationCount,
    method,
    models: models ?? null,
    details: details ?? null,
    ...(verdict.valid === 'unknown'
      ? { reason: { kind: verdict.reason.kind, text: reasonText(verdict.reason) } }
      : {}),
    anomalies: anomaliesOf(verdict),
  };
}
function faultEntry({ window, overlapping, recoveryMs }) {
  const { fault, evidence, startNs, endNs, endIndex } = window;
  return {
    kind: fault.kind,
    shape: fault.shape,
    nodes: fault.nodes,
    description: fault.description,
    evidence,
    startNs,
    endNs: endIndex === null ? null : endNs,
    overlapping,
    recoveryMs,
  };
}
