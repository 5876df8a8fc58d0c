/**
 * Transactional histories recorded by others, with verdicts known from elsewhere, judged the
 * way `dsx check` does. They are not part of the repository; where they are absent these tests
 * are skipped.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkersOfModel } from '../../src/checker/catalog.ts';
import { anomaliesOf, type Verdict } from '../../src/checker/verdict.ts';
import { readHistoryFile } from '../../src/store/read-file.ts';

const data = join(import.meta.dirname, '../../../shared/data');
const isHere = existsSync(data);
const where = isHere ? '' : ` (skipped: no histories at ${data})`;

const limits = { timeoutMs: 60_000, memoryMb: 1_000, nowMs: () => performance.now() };

function verdictOf(path: string, model: string): Verdict {
  const { history, realTime } = readHistoryFile(join(data, path), 'auto');
  const [checker, ...others] = checkersOfModel(model, { history, realTime });
  expect(others).toEqual([]);
  if (checker === undefined) throw new Error(`no checker of ${model}`);
  const verdict = checker.check(history, limits);
  for (const anomaly of anomaliesOf(verdict)) {
    expect(anomaly.explanation).not.toBe('');
    for (const index of anomaly.operations) expect(history.event(index).type).toBe('invoke');
  }
  return verdict;
}

interface Labelled {
  readonly path: string;
  readonly verdict: string;
}

/** Rows of the list of labels whose path begins so; a folder stands for the history in it. */
function labelled(prefix: string): readonly Labelled[] {
  if (!isHere) return [];
  return readFileSync(join(data, 'expected.tsv'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith(prefix))
    .map((line) => {
      const [path = '', , , , verdict = ''] = line.split('\t');
      const isFile = /\.\w+$/.test(path);
      return { path: isFile ? path : join(path, 'history.bincode'), verdict };
    });
}

describe.skipIf(!isHere)(`lists${where}`, () => {
  test.each(['elle/paper-example.edn', 'elle-cli/elle/paper-example.json'])(
    '%s: G-single, so no consistent view',
    (path) => {
      const verdict = verdictOf(path, 'strict-serializable');
      expect(verdict.valid).toBe(false);
      expect(verdict.models?.violated).toEqual(['consistent-view', 'repeatable-read']);
      expect(anomaliesOf(verdict)[0]?.type).toBe('G-single-item');
      for (const model of ['snapshot-isolation', 'serializable', 'PL-3'])
        expect(verdictOf(path, model).valid).toBe(false);
      expect(verdictOf(path, 'read-committed').valid).toBe(true);
    },
  );

  test('snapshot isolation without G-single: exactly G2-item', () => {
    const path = 'elle/si-without-g-single.edn';
    const verdict = verdictOf(path, 'repeatable-read');
    expect(verdict.valid).toBe(false);
    expect(anomaliesOf(verdict).map(({ type }) => type)).toEqual(['G2-item']);
    expect(verdictOf(path, 'snapshot-isolation').valid).toBe(true);
  });
});

describe.skipIf(!isHere)(`registers${where}`, () => {
  // Elle takes a value that nobody wrote for the initial one, and asks for no more by default.
  // Here a process that had written 2 read 3 and then 2 again: 3 would have had to be initial
  // and to come after 2.
  test('a value that nobody wrote is out of thin air', () => {
    const verdict = verdictOf('elle-cli/elle/rw-register.json', 'strict-serializable');
    expect(anomaliesOf(verdict).map(({ type }) => type)).toContain('thin-air');
  });

  const levels = ['read-committed-monotonic', 'session-read-atomic', 'causal-consistency'];
  const names = ['RC', 'RA', 'CC'];
  test.each(labelled('awdit/').map(({ path, verdict }) => [path, verdict] as const))(
    '%s: %s',
    (path, label) => {
      const holding = /^([A-Z+]+) holds?/.exec(label)?.[1]?.split('+') ?? [];
      const verdicts = levels.map((level) => verdictOf(path, level).valid);
      expect(verdicts).toEqual(names.map((name) => holding.includes(name)));
    },
  );

  const [unlike, like] = [/SI violated/, /SI holds/];
  test.each(labelled('polysi/').map(({ path, verdict }) => [path, verdict] as const))(
    '%s: %s',
    (path, label) => {
      expect(unlike.test(label)).not.toBe(like.test(label));
      const verdict = verdictOf(path, 'strong-session-snapshot-isolation');
      expect(verdict.valid).toBe(like.test(label));
      if (!label.includes('serializability')) return;
      const serializable = verdictOf(path, 'strong-session-serializable');
      expect(serializable.valid).toBe(label.includes('serializability holds'));
    },
  );
});
