/**
 * How fast histories are read, from a file to columns.
 *
 *     node --expose-gc --import tsx bench/read-history.ts [operations]
 */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readHistory } from '../src/history/format/read-history.ts';
import { ednOf } from '../src/history/format/write-history.ts';
import { type HistoryShape, writeHistoryFile } from './make-history.ts';

const operations = Number(process.argv[2] ?? 1_000_000);
const base = { operations, clients: 20, crashed: 0.01, stale: true, seed: 1, keys: 1 };
const shapes: readonly (HistoryShape & { readonly name: string })[] = [
  { ...base, name: 'register', kind: 'register', nodes: false },
  { ...base, name: 'register, nodes, 100 keys', kind: 'register', nodes: true, keys: 100 },
  { ...base, name: 'rw-register', kind: 'rw-register', nodes: false },
  { ...base, name: 'list-append', kind: 'list-append', nodes: false },
];

const folder = mkdtempSync(join(tmpdir(), 'dsx-bench-'));
try {
  for (const shape of shapes) {
    const path = join(folder, 'history.jsonl');
    writeHistoryFile(shape, path);
    measure(`${shape.name}, jsonl`, path);
    if (shape.kind !== 'register' || shape.nodes) continue;
    const edn = join(folder, 'history.edn');
    writeFileSync(edn, [...ednOf(readHistory(readFileSync(path)).history)].join(''));
    measure(`${shape.name}, edn`, edn);
  }
} finally {
  rmSync(folder, { recursive: true });
}

/** Three times, since the first one also compiles; each from the file on. */
function measure(name: string, path: string): void {
  const times: string[] = [];
  let memory = '';
  for (let round = 0; round < 3; round += 1) {
    globalThis.gc?.();
    const before = process.memoryUsage();
    const start = performance.now();
    const { history } = readHistory(readFileSync(path), 'auto', path);
    times.push(`${((performance.now() - start) / 1000).toFixed(2)} s`);
    globalThis.gc?.();
    const after = process.memoryUsage();
    const bytes = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
    memory = `${Math.round(bytes / history.eventCount)} bytes an event`;
  }
  const megabytes = Math.round(statSync(path).size / 1e6);
  console.log(
    `${name.padEnd(34)} ${operations} operations, ${megabytes} MB: ${times.join(', ')}; ${memory}`,
  );
}
