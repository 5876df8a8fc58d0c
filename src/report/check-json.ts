/**
 * `dsx check FILE --json`: one object a file. A stable shape: fields are added, never renamed.
 */
import { isArray, type Json } from '../base/json.ts';
import { anomaliesOf, reasonText, type Validity, type Verdict, worst } from '../checker/verdict.ts';
import type { History } from '../history/history.ts';
import type { GateResult } from './report.ts';

/** A history that was read and checked. */
export interface CheckedFile {
  readonly verdicts: readonly Verdict[];
  readonly history: History;
  readonly model: string;
  readonly checkMs: number;
  readonly file: string;
  readonly format: string;
  /** What the reader of the file had to say: torn lines, guessed formats. */
  readonly warnings: readonly string[];
  /** Empty if none were asked for. */
  readonly gates: readonly GateResult[];
}

interface CheckAnomaly {
  readonly type: string;
  /** Null where objects are not independent. */
  readonly key: Json;
  readonly model: string;
  /** Event indices of the invocations involved. */
  readonly operations: readonly number[];
  readonly explanation: string;
}

export interface CheckJson {
  /** False beats unknown beats true; unknown if no checker ran. */
  readonly valid: Validity;
  readonly model: string;
  readonly anomalies: readonly CheckAnomaly[];
  /** Client operations of the history. */
  readonly operations: number;
  readonly checkMs: number;
  /** Why it is unknown, one line a checker that could not tell; empty otherwise. */
  readonly reasons: readonly string[];
  /** One line a checker: how, and of what exactly, its verdict was said. */
  readonly methods: readonly string[];
  /** Strongest models that the history is consistent with, and weakest that it violates. */
  readonly models: { readonly holds: readonly string[]; readonly violated: readonly string[] };
  /** Where the history stands with each model that was looked at: empty unless all were. */
  readonly map: readonly Json[];
  readonly file: string;
  readonly format: string;
  readonly warnings: readonly string[];
  readonly gates: readonly GateResult[];
}

export function checkJson(checked: CheckedFile): CheckJson {
  const { verdicts, history, model, checkMs, file, format, warnings, gates } = checked;
  return {
    valid: validityOf(verdicts),
    model,
    anomalies: verdicts
      .flatMap(anomaliesOf)
      .map(({ type, key = null, model: violated, operations, explanation }) => ({
        type,
        key,
        model: violated,
        operations,
        explanation,
      })),
    operations: history.operationCount,
    checkMs,
    reasons: verdicts.flatMap((verdict) =>
      verdict.valid === 'unknown' ? [`${verdict.checker}: ${reasonText(verdict.reason)}`] : [],
    ),
    methods: verdicts.map(({ checker, method }) => `${checker}: ${method}`),
    models: {
      holds: distinct(verdicts.flatMap(({ models }) => models?.holds ?? [])),
      violated: distinct(verdicts.flatMap(({ models }) => models?.violated ?? [])),
    },
    map: mapOf(verdicts),
    file,
    format,
    warnings,
    gates,
  };
}

/** The standings of `details.map`, from whichever checker made one. */
export function mapOf(verdicts: readonly Verdict[]): readonly Json[] {
  return verdicts.flatMap(({ details }) => {
    const map = details?.['map'] ?? null;
    return isArray(map) ? map : [];
  });
}

function distinct(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}

/** Where nothing was checked, nothing is valid. */
export function validityOf(verdicts: readonly Verdict[]): Validity {
  return verdicts.length === 0 ? 'unknown' : worst(verdicts.map(({ valid }) => valid));
}
