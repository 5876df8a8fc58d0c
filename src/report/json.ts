/**
 * `verdict.json` and `dsx test --json`: the verdict of a run for machines. A stable shape:
 * fields are added, never renamed; `format` changes if one ever must be.
 */
import { type Anomaly, anomaliesOf, reasonText, type Verdict } from '../checker/verdict.ts';
import { latencies } from './latency.ts';
import type { FaultCoverage, GateResult, RunReport, RunSummary } from './report.ts';
import { againCommands, checkCommand, headline, verdictLine } from './words.ts';

export const verdictFormat = 'dsx-verdict/1';

interface VerdictEntry {
  readonly checker: string;
  readonly model: string | null;
  readonly valid: Verdict['valid'];
  /** One line in words. */
  readonly text: string;
  readonly operations: number;
  readonly method: string;
  readonly models: Verdict['models'] | null;
  readonly details: Verdict['details'] | null;
  /** Only of an unknown one. */
  readonly reason?: { readonly kind: string; readonly text: string };
  /** Empty unless `valid` is false. */
  readonly anomalies: readonly Anomaly[];
}

interface FaultEntry {
  readonly kind: string;
  readonly shape: string;
  readonly nodes: readonly string[];
  readonly description: string;
  readonly evidence: string;
  readonly startNs: number;
  /** Null if it was in force to the end. */
  readonly endNs: number | null;
  readonly overlapping: FaultCoverage['overlapping'];
  readonly recoveryMs: number | null;
}

/** The shape of the file. */
export interface VerdictJson {
  readonly format: typeof verdictFormat;
  readonly valid: Verdict['valid'];
  readonly expect: 'valid' | 'anomaly';
  readonly headline: string;
  readonly command: string;
  readonly checkCommand: string | null;
  /** By what they do: `repeat`, and of a stored run `replay`, `check`, `shrink`, `promote`. */
  readonly commands: Readonly<Record<string, string>>;
  readonly folder: string | null;
  readonly dsxVersion: string;
  readonly seed: number;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly checkMs: number;
  readonly events: number;
  readonly operations: number;
  readonly verdicts: readonly VerdictEntry[];
  readonly gates: readonly GateResult[];
  readonly functions: RunSummary['functions'];
  readonly errors: RunSummary['errors'];
  readonly latencies: ReturnType<typeof latencies>;
  readonly faults: readonly FaultEntry[];
  readonly messages: RunSummary['messages'];
  readonly warnings: readonly string[];
  readonly plan: RunSummary['plan'];
}

export function verdictJson(report: RunReport): VerdictJson {
  const { summary, history, folder } = report;
  return {
    format: verdictFormat,
    valid: summary.valid,
    expect: summary.plan.expect,
    headline: headline(summary).text,
    command: summary.command,
    checkCommand: checkCommand(report),
    commands: Object.fromEntries(againCommands(report).map(({ name, command }) => [name, command])),
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
export function renderJson(report: RunReport): string {
  return `${JSON.stringify(verdictJson(report), null, 2)}\n`;
}

function verdictEntry(verdict: Verdict): VerdictEntry {
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

function faultEntry({ window, overlapping, recoveryMs }: FaultCoverage): FaultEntry {
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
