/**
 * How fast transactional histories are judged, from a file to a verdict.
 *
 *     node --import tsx bench/txn.ts [transactions]
 *
 * Each line is one process of its own kind of history; the figures are seconds of processor
 * time, so that what else runs on the machine counts less.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkersOfModel } from '../src/checker/catalog.ts';
import { readHistoryFile } from '../src/store/read-file.ts';
import { type HistoryShape, writeHistoryFile } from './make-history.ts';

const operations = Number(process.argv[2] ?? 1_000_000);
const limits = { timeoutMs: 600_000, memoryMb: 2_000, nowMs: () => performance.now() };
const base = { operations, clients: 20, seed: 1, keys: 1, nodes: false, stale: false };

interface Run {
  readonly name: string;
  readonly shape: HistoryShape;
  readonly models: readonly string[];
}

const weak = ['read-committed-monotonic', 'session-read-atomic', 'causal-consistency'];
const runs: readonly Run[] = [
  {
    name: 'lists, 1 % crashed',
    shape: { ...base, kind: 'list-append', crashed: 0.01 },
    models: ['strict-serializable', 'snapshot-isolation'],
  },
  {
    name: 'lists, a stale read at the end',
    shape: { ...base, kind: 'list-append', crashed: 0.01, stale: true },
    models: ['strict-serializable'],
  },
  {
    name: 'registers, read before each write',
    shape: { ...base, kind: 'rw-register', crashed: 0.01, updates: true },
    models: ['serializable', 'strict-serializable'],
  },
  {
    name: 'registers, blind writes',
    shape: { ...base, kind: 'rw-register', crashed: 0 },
    models: ['strict-serializable', ...weak],
  },
  {
    name: 'registers, 10,000 transactions',
    shape: { ...base, kind: 'rw-register', crashed: 0.01, operations: 10_000 },
    models: ['serializable', 'snapshot-isolation'],
  },
];

const folder = mkdtempSync(join(tmpdir(), 'dsx-bench-'));
try {
  for (const { name, shape, models } of runs) {
    const path = join(folder, 'history.jsonl');
    writeHistoryFile(shape, path);
    for (const model of models) measure(name, path, model);
  }
} finally {
  rmSync(folder, { recursive: true });
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function measure(name: string, path: string, model: string): void {
  const start = cpuSeconds();
  const wall = performance.now();
  const { history, realTime } = readHistoryFile(path);
  const read = cpuSeconds();
  const valid = checkersOfModel(model, { history, realTime }).map(
    (checker) => checker.check(history, limits).valid,
  );
  const end = cpuSeconds();
  const seconds = ((performance.now() - wall) / 1000).toFixed(1);
  const megabytes = Math.round(process.memoryUsage().rss / 1e6);
  console.log(
    `${name.padEnd(34)} ${model.padEnd(26)} ${valid.join(', ').padEnd(8)} read ${(read - start).toFixed(2)} s, check ${(end - read).toFixed(2)} s of processor time; ${seconds} s by the clock; ${megabytes} MB`,
  );
}
