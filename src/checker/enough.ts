/**
 * Was there anything to judge? A run in which a function never succeeded, or in which hardly
 * anything did, proves nothing: `unknown`, never `valid`.
 */
import { listed, plural } from '../base/text.ts';
import { typeCode } from '../history/columns.ts';
import type { History } from '../history/history.ts';
import type { Checker } from './checker.ts';
import type { Verdict } from './verdict.ts';

/** @param functions those that must have succeeded at least once each. */
export function enough(functions: readonly string[]): Checker {
  const summary = 'each function succeeded at least once';
  return {
    name: 'enough',
    summary,
    perKey: false,
    check(history): Verdict {
      const oks = okByFunction(history);
      const base = {
        checker: 'enough',
        operationCount: history.operationCount,
        method: summary,
        details: { ok: Object.fromEntries(oks) },
      };
      const never = functions.filter((f) => (oks.get(f) ?? 0) === 0);
      if (never.length === 0) return { ...base, valid: true };
      const message = `no ${listed(never, 'or')} succeeded among ${plural(history.operationCount, 'operation')}: too little happened to judge`;
      return { ...base, valid: 'unknown', reason: { kind: 'too-few-ok', message } };
    },
  };
}

function okByFunction(history: History): Map<string, number> {
  const { count, f, outcome } = history.operations;
  const oks = new Map<string, number>();
  for (let row = 0; row < count; row += 1) {
    if (outcome[row] !== typeCode.ok) continue;
    const name = history.functions[f[row] ?? 0] ?? '';
    oks.set(name, (oks.get(name) ?? 0) + 1);
  }
  return oks;
}
