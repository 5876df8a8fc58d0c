/**
 * Recorded histories of real systems with known verdicts. They are not part of the project:
 * where `../shared/data` is absent, these tests are skipped, and say so.
 */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { CheckLimits } from '../../src/checker/checker.ts';
import { linearizable } from '../../src/checker/linearizability/linearizability.ts';
import { anomaliesOf } from '../../src/checker/verdict.ts';
import { typeCode } from '../../src/history/columns.ts';
import { readHistory } from '../../src/history/format/read-history.ts';

const folder = new URL('../../../shared/data/', import.meta.url);
const table = new URL('expected.tsv', folder);
const limits: CheckLimits = { timeoutMs: 60_000, memoryMb: 2000, nowMs: () => performance.now() };

/** The table's words for models → ours. */
const models: Readonly<Record<string, string>> = {
  'cas-register init nil': 'cas-register',
  'cas-register init 0 (examples-test)': 'cas-register:0',
  'mutex (ownerless)': 'ownerless-mutex',
  '"kv get/put/append per key, init """""': 'kv',
  queue: 'fifo-queue',
  stack: 'stack',
};

interface Known {
  readonly path: string;
  readonly model: string;
  readonly isValid: boolean;
}

function known(): readonly Known[] {
  if (!existsSync(table)) return [];
  return readFileSync(table, 'utf8')
    .split('\n')
    .map((line) => line.split('\t'))
    .flatMap(([path = '', , theirs = '', , verdict = '']) => {
      const model = models[theirs];
      if (model === undefined || !/^(not-)?linearizable$/.test(verdict)) return [];
      return [{ path, model, isValid: verdict === 'linearizable' }];
    });
}

const histories = known();
if (histories.length === 0) test.skip('shared histories: there is no ../shared/data', () => {});

const folders = [...new Set(histories.map(({ path }) => path.slice(0, path.lastIndexOf('/'))))];

describe.each(folders)('%s', (name) => {
  const here = histories.filter(({ path }) => path.startsWith(`${name}/`));

  test.each(here.map(({ path, model, isValid }) => [path, isValid, model] as const))(
    '%s: %s',
    (path, isValid, model) => {
      const bytes = readFileSync(new URL(path, folder));
      const { history } = readHistory(bytes, 'auto', path);
      const verdict = linearizable(model).check(history, limits);
      // Two of the files hold nothing that is known to have happened; dsx then says so.
      const hasOk = history.operations.outcome.includes(typeCode.ok);
      expect(verdict.valid).toBe(hasOk ? isValid : 'unknown');
      for (const anomaly of anomaliesOf(verdict)) {
        expect(anomaly.operations.length).toBeGreaterThan(0);
        expect(anomaly.explanation.split('\n').length).toBeGreaterThan(2);
      }
    },
  );
});
