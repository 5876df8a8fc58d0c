/**
 * Transactional histories recorded by others, with verdicts known from elsewhere. They are not
 * part of the repository; where they are absent these tests are skipped.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isolationCatalog, type TransactionKind } from '../../src/checker/txn/catalog.ts';
import { anomaliesOf, type Verdict } from '../../src/checker/verdict.ts';
import { readHistory } from '../../src/history/format/read-history.ts';

const data = join(import.meta.dirname, '../../../shared/data');
const isHere = existsSync(data);

const limits = { timeoutMs: 60_000, memoryMb: 1_000, nowMs: () => performance.now() };

function verdictOf(path: string, model: string, kind: TransactionKind = 'rw-register'): Verdict {
  const { history, realTime } = readHistory(readFileSync(join(data, path)), 'auto', path);
  const entry = isolationCatalog.find(({ name }) => name === model);
  if (entry === undefined) throw new Error(`no model ${model}`);
  return entry.checker(kind, { realTime }).check(history, limits);
}

const where = isHere ? '' : ` (skipped: no histories at ${data})`;

describe.skipIf(!isHere)(`lists${where}`, () => {
  test.each(['elle/paper-example.edn', 'elle-cli/elle/paper-example.json'])(
    '%s: G-single, so no consistent view',
    (path) => {
      const verdict = verdictOf(path, 'strict-serializable', 'list-append');
      expect(verdict.valid).toBe(false);
      expect(verdict.models?.violated).toEqual(['consistent-view', 'repeatable-read']);
      expect(anomaliesOf(verdict)[0]?.type).toBe('G-single-item');
    },
  );

  test('snapshot isolation without G-single: exactly G2-item', () => {
    const path = 'elle/si-without-g-single.edn';
    const verdict = verdictOf(path, 'repeatable-read', 'list-append');
    expect(verdict.valid).toBe(false);
    expect(anomaliesOf(verdict).map(({ type }) => type)).toEqual(['G2-item']);
    expect(verdictOf(path, 'snapshot-isolation', 'list-append').valid).toBe(true);
  });
});

describe.skipIf(!isHere)(`registers${where}`, () => {
  test('a value that nobody wrote is out of thin air (Elle takes it for the initial one)', () => {
    const verdict = verdictOf('elle-cli/elle/rw-register.json', 'strict-serializable');
    expect(anomaliesOf(verdict)[0]?.type).toBe('thin-air');
  });

  const levels = ['read-committed-monotonic', 'session-read-atomic', 'causal-consistency'];
  const strongest = ['read-committed', 'read-atomic', 'causal'];
  const awdit = strongest.flatMap((folder, rank) =>
    filesUnder(join('awdit', folder)).map((path) => [path, rank] as const),
  );
  test.each(awdit)('%s', (path, rank) => {
    const verdicts = levels.map((level) => verdictOf(path, level).valid);
    expect(verdicts).toEqual(levels.map((_, i) => i <= rank));
  });

  /** The three of which serializability does not hold. */
  const notSerializable = ['20_20_15', '20_30_15', '20_50_15'].map(
    (shape) => `fig7/${shape}_10000_0.5_uniform/hist-00002`,
  );
  test.each(filesUnder('polysi/fig7'))('%s is snapshot-isolated', (path) => {
    expect(verdictOf(path, 'strong-session-snapshot-isolation').valid).toBe(true);
    const serializable = !notSerializable.some((name) => path.includes(name));
    expect(verdictOf(path, 'strong-session-serializable').valid).toBe(serializable);
  });

  test.each(filesUnder('polysi/violations'))('%s is not snapshot-isolated', (path) => {
    const verdict = verdictOf(path, 'strong-session-snapshot-isolation');
    expect(verdict.valid).toBe(false);
    for (const { explanation } of anomaliesOf(verdict)) expect(explanation).not.toBe('');
  });
});

function filesUnder(folder: string): readonly string[] {
  if (!isHere) return [];
  return readdirSync(join(data, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(txt|bincode)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(data.length + 1))
    .sort();
}
