/**
 * No line of a node's log matches a pattern (Jepsen's `checker/log-file-pattern`): `panic:`,
 * `Assertion failed`. The lines are handed in: reading files is not a checker's work.
 */
import type { Checker } from '../checker.ts';
import type { Anomaly, NonEmpty, Verdict } from '../verdict.ts';
import { anomaliesMax } from './invariant.ts';

export interface NodeLog {
  readonly node: string;
  readonly lines: readonly string[];
}

const lineLengthMax = 500;

/** @param pattern a `g` or `y` flag makes no difference */
export function logPattern(pattern: RegExp, logs: readonly NodeLog[]): Checker {
  const tested = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''));
  const summary = `no line of a node's log matches ${String(tested)}`;
  return {
    name: 'log-pattern',
    summary,
    perKey: false,
    check(): Verdict {
      const anomalies: Anomaly[] = [];
      let [count, lineCount] = [0, 0];
      for (const { node, lines } of logs)
        for (const [i, line] of lines.entries()) {
          lineCount += 1;
          if (!tested.test(line)) continue;
          count += 1;
          if (anomalies.length < anomaliesMax) anomalies.push(matchOf(node, i + 1, line, tested));
        }
      const base = {
        checker: 'log-pattern',
        operationCount: 0,
        method: `${summary}: every line of the logs of ${logs.length} nodes`,
        details: { count, lineCount, nodes: logs.map(({ node }) => node) },
      };
      if (count > 0)
        return { ...base, valid: false, anomalies: anomalies as unknown as NonEmpty<Anomaly> };
      if (lineCount > 0) return { ...base, valid: true };
      const message = 'no node logged a single line: there was nothing to search';
      return { ...base, valid: 'unknown', reason: { kind: 'too-few-ok', message } };
    },
  };
}

function matchOf(node: string, lineNumber: number, line: string, pattern: RegExp): Anomaly {
  const shown = line.length > lineLengthMax ? `${line.slice(0, lineLengthMax)}…` : line;
  return {
    type: 'log-match',
    model: 'log-pattern',
    operations: [],
    explanation: `Line ${lineNumber} of the log of ${node} matches ${String(pattern)}: ${shown}`,
    evidence: { node, lineNumber, line: shown },
  };
}
