/** What fraction of the invocations succeeded (Maelstrom's availability checker). */
import { typeCode } from '../history/columns.ts';
import type { Checker } from './checker.ts';
import type { Verdict } from './verdict.ts';

/** @param minimum fraction of invocations that must end ok, from 0 to 1. */
export function availability(minimum: number): Checker {
  const summary = `at least ${percent(minimum)} of the operations succeed`;
  return {
    name: 'availability',
    summary,
    perKey: false,
    check(history): Verdict {
      const { count, outcome, invoke } = history.operations;
      let ok = 0;
      let firstNotOk = -1;
      for (let row = 0; row < count; row += 1) {
        if (outcome[row] === typeCode.ok) ok += 1;
        else if (firstNotOk < 0) firstNotOk = invoke[row] ?? -1;
      }
      const fraction = count === 0 ? 1 : ok / count;
      const base = {
        checker: 'availability',
        operationCount: count,
        method: summary,
        details: { ok, count, okFraction: fraction },
      };
      if (count === 0)
        return {
          ...base,
          valid: 'unknown',
          reason: { kind: 'too-few-ok', message: 'no operation was invoked' },
        };
      if (fraction >= minimum) return { ...base, valid: true };
      const explanation = `${ok} of ${count} operations succeeded: ${percent(fraction)}, where at least ${percent(minimum)} was asked for. The first that did not was invoked at event ${firstNotOk}.`;
      return {
        ...base,
        valid: false,
        anomalies: [
          {
            type: 'unavailable',
            model: summary,
            operations: firstNotOk < 0 ? [] : [firstNotOk],
            explanation,
          },
        ],
      };
    },
  };
}

function percent(fraction: number): string {
  return `${Number((fraction * 100).toFixed(3))} %`;
}
