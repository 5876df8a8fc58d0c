/**
 * The atlas in short: a choice of bundled targets, of which correct variants are never accused and
 * broken ones are caught. Others are in `targets.test.ts`; `npm run atlas` measures all, at length.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allRows, argumentsOf, keyOf, type Row } from '../../scripts/atlas/rows.ts';
import { loadTargets, loadWorkloads } from '../../src/registry.ts';
import { CliFolder, type CliResult } from '../support/cli.ts';

/** Rows that show their mistake within seconds, whatever the seed. */
const quick: readonly string[] = [
  'available-transactions.eager rw-register none --model read-committed',
  'causal.any-replica causal partition',
  'gossip.bounded broadcast none',
  'kafka-log.offset-reuse kafka none',
  'lock.unfenced lock pause',
  'queue.memory queue kill:all',
  'transactions.snapshot-isolation list-append none --model serializable',
  'two-phase-commit.unlocked-reads bank none',
  'watch.short-memory watch partition',
];
/** Correct variants, each under faults that its target claims to survive. */
const correct: readonly string[] = [
  'causal.vector-clock causal partition',
  'crdt-counter.pn-counter counter kill,pause',
  'kafka-log.write-once kafka partition',
  'lock.fenced lock kill,pause',
  'transactions.strict-serializable list-append partition',
  'two-phase-commit.correct bank kill,pause',
  'watch.history watch partition',
];
/** Most of a run is waiting. */
const runsAtOnce = 4;
/** Runs of a broken variant, of which one must be caught; of a correct one, of which one must be valid. */
const seedsMax = 3;
const time = ['--time-limit', '4', '--nemesis-interval', '1', '--recovery-time', '1'];

const rows = new Map(
  allRows([...(await loadTargets()).values()], [...(await loadWorkloads()).values()]).map((row) => [
    keyOf(row),
    row,
  ]),
);
const cli = new CliFolder();
const results = new Map<string, readonly CliResult[]>();

beforeAll(async () => {
  const waiting = [...quick, ...correct];
  const worker = async (): Promise<void> => {
    for (let key = waiting.shift(); key !== undefined; key = waiting.shift()) {
      const row = rows.get(key);
      if (row !== undefined) results.set(key, await runsOf(row));
    }
  };
  await Promise.all(Array.from({ length: runsAtOnce }, worker));
}, 400_000);

afterAll(() => {
  cli.remove();
});

/** Until one run ends as expected. */
async function runsOf(row: Row): Promise<readonly CliResult[]> {
  const expected = row.mistake === null ? 0 : 1;
  const ran: CliResult[] = [];
  for (let seed = 1; seed <= seedsMax && ran.at(-1)?.exitCode !== expected; seed += 1)
    ran.push(await cli.run('test', ...argumentsOf(row), ...time, '--seed', String(seed)));
  return ran;
}

function saidIn(ran: readonly CliResult[]): string {
  return ran.map(({ stdout, stderr }) => `${stdout}\n${stderr}`).join('\n');
}

test('the rows chosen here are rows of the atlas', () => {
  expect([...quick, ...correct].filter((key) => !rows.has(key))).toEqual([]);
});

describe('caught', () => {
  test.each(quick)('%s', (key) => {
    const ran = results.get(key) ?? [];
    expect(ran.at(-1)?.exitCode, saidIn(ran)).toBe(1);
  });
});

describe('never accused', () => {
  test.each(correct)('%s', (key) => {
    const ran = results.get(key) ?? [];
    expect(
      ran.map(({ exitCode }) => exitCode),
      saidIn(ran),
    ).not.toContain(1);
    expect(ran.at(-1)?.exitCode, saidIn(ran)).toBe(0);
  });
});
