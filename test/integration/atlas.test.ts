/**
 * The atlas in short: every variant of every target that needs nothing installed, once. Correct
 * ones are never accused, broken ones are caught. `npm run atlas` measures every row, at length.
 *
 * A few rows run each time, one of each workload at least. The others
 * take turns, so that a run is quick and some runs together have seen all: whose turn it is
 * comes from the number of the CI run, or from `DSX_ATLAS_TURN` (`all` for every row).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allRows, argumentsOf, keyOf, onePerVariant, type Row } from '../../scripts/atlas/rows.ts';
import { loadTargets, loadWorkloads } from '../../src/registry.ts';
import { CliFolder, type CliResult } from '../support/cli.ts';

/** Rows that run each time, by the start of their names. */
const always: readonly string[] = [
  'available-transactions.eager rw-register',
  'bully.classic election',
  'causal.any-replica causal',
  'causal.vector-clock causal',
  'crdt-counter.pn-counter counter',
  'crdt-set.in-memory set',
  'echo.shared-buffer echo',
  'gossip.bounded broadcast',
  'kafka-log.forgets-commits kafka',
  'kafka-log.write-once kafka',
  'lock.fenced lock',
  'queue.memory queue',
  'raft.stale-reads register',
  'replicas.any-replica monotonic',
  'replicas.last-write-wins sequential',
  'transactions.parallel-snapshot-isolation long-fork',
  'transactions.snapshot-isolation list-append',
  'transactions.snapshot-isolation write-skew none',
  'two-phase-commit.unlocked-reads bank',
  'unique-ids.no-node unique-ids',
  'watch.short-memory watch',
];
const turns = 4;
/** Most of a run is waiting. */
const runsAtOnce = 4;
/**
 * Runs of a broken variant, of which one must be caught: that a run shows what is wrong is a
 * matter of chance. Of a correct one, of which one must be valid: others may tell too little.
 */
const seedsMax = 5;
/** What a row asks for itself goes before these. */
const short: readonly (readonly [flag: string, value: string])[] = [
  ['--time-limit', '4'],
  ['--nemesis-interval', '1'],
  ['--recovery-time', '1'],
];
/**
 * For what these did not show twice: on a busy machine nodes may need longer than such a fault
 * lasts to see that they miss somebody, and to elect a leader.
 */
const longer: typeof short = [
  ['--time-limit', '12'],
  ['--nemesis-interval', '3'],
  ['--recovery-time', '2'],
];
const shortSeeds = 2;

const targets = [...(await loadTargets()).values()].filter(({ testbed }) => testbed === 'stdio');
const workloads = [...(await loadWorkloads()).values()];
/** The row that says most of a variant, and where `always` asks for another of it, that too. */
const perVariant = onePerVariant(targets, workloads);
const further = always.flatMap((name) => {
  const startsSo = (row: Row): boolean => keyOf(row).startsWith(name);
  return perVariant.some(startsSo) ? [] : allRows(targets, workloads).filter(startsSo).slice(-1);
});
const rows = [...perVariant, ...further];
const isAlways = (row: Row): boolean => always.some((name) => keyOf(row).startsWith(name));
const turn = process.env['DSX_ATLAS_TURN'] ?? process.env['GITHUB_RUN_NUMBER'] ?? '0';
const others = rows.filter((row) => !isAlways(row));
const chosen = [
  ...rows.filter(isAlways),
  ...others.filter((_, i) => turn === 'all' || i % turns === Number(turn) % turns),
];
const [caught, correct] = [
  chosen.filter(({ mistake }) => mistake !== null).map(keyOf),
  chosen.filter(({ mistake }) => mistake === null).map(keyOf),
];
const cli = new CliFolder();
const results = new Map<string, readonly CliResult[]>();

beforeAll(async () => {
  const waiting = [...chosen];
  const worker = async (): Promise<void> => {
    for (let row = waiting.shift(); row !== undefined; row = waiting.shift())
      results.set(keyOf(row), await runsOf(row));
  };
  await Promise.all(Array.from({ length: runsAtOnce }, worker));
}, 900_000);

afterAll(() => {
  cli.remove();
});

/** Until one run ends as expected. */
async function runsOf(row: Row): Promise<readonly CliResult[]> {
  const expected = row.mistake === null ? 0 : 1;
  const ran: CliResult[] = [];
  // A mistake that takes many faults, or much luck, gets the time that it needs.
  const asks = row.further.length > 0 && row.mistake !== null;
  for (let seed = 1; seed <= seedsMax; seed += 1) {
    const time = asks ? [] : (seed > shortSeeds ? longer : short).flat();
    ran.push(await cli.run('test', ...argumentsOf(row), ...time, '--seed', String(seed)));
    if (ran.at(-1)?.exitCode === expected) break;
  }
  return ran;
}

function saidIn(ran: readonly CliResult[]): string {
  return ran.map(({ stdout, stderr }) => `${stdout}\n${stderr}`).join('\n');
}

test('what runs each time are rows of the atlas', () => {
  const unknown = always.filter((name) => !rows.some((row) => keyOf(row).startsWith(name)));
  expect(unknown).toEqual([]);
  expect(caught.length).toBeGreaterThan(8);
  expect(correct.length).toBeGreaterThan(4);
});

test('each run has rows of every workload', () => {
  const ran = new Set(rows.filter(isAlways).map(({ workload }) => workload));
  expect(workloads.map(({ name }) => name).filter((name) => !ran.has(name))).toEqual([]);
});

describe('caught', () => {
  test.each(caught)('%s', (key) => {
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
