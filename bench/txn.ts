/**
 * How fast transactional histories are judged, from a file to a verdict.
 *
 *     node --import tsx bench/txn.ts [transactions]
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listAppend } from '../src/checker/txn/list-append.ts';
import { rwRegister } from '../src/checker/txn/rw-register.ts';
import { readHistory } from '../src/history/format/read-history.ts';
import { writeHistoryFile } from './make-history.ts';

const operations = Number(process.argv[2] ?? 1_000_000);
const limits = { timeoutMs: 600_000, memoryMb: 2_000, nowMs: () => performance.now() };
const base = { operations, clients: 20, crashed: 0.01, seed: 1, keys: 1, nodes: false };

const folder = mkdtempSync(join(tmpdir(), 'dsx-bench-'));
try {
  for (const kind of ['list-append', 'rw-register'] as const)
    for (const stale of [false, true]) {
      const path = join(folder, 'history.jsonl');
      writeHistoryFile({ ...base, kind, stale }, path);
      for (let round = 0; round < 2; round += 1) measure(`${kind}${stale ? ', stale' : ''}`, path);
    }
} finally {
  rmSync(folder, { recursive: true });
}

/** Seconds of processor time: what else runs on the machine does not count. */
function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function measure(name: string, path: string): void {
  const start = cpuSeconds();
  const wall = performance.now();
  const { history } = readHistory(readFileSync(path), 'auto', path);
  const read = cpuSeconds();
  const checker = name.startsWith('list') ? listAppend : rwRegister;
  const verdict = checker('strict-serializable').check(history, limits);
  const end = cpuSeconds();
  const seconds = ((performance.now() - wall) / 1000).toFixed(1);
  const megabytes = Math.round(process.memoryUsage().rss / 1e6);
  console.log(
    `${name.padEnd(20)} ${operations} transactions: ${String(verdict.valid)}; read ${(read - start).toFixed(2)} s, check ${(end - read).toFixed(2)} s of processor time; ${seconds} s in all; ${megabytes} MB`,
  );
}
