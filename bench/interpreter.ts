/**
 * How many operations a second the interpreter does by itself: a client that answers at once,
 * a generator as workloads have them, and a journal that writes every event to disk.
 *
 *     node --import tsx bench/interpreter.ts [operations] [concurrency]
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fork, type Prng, pick, prng } from '../src/base/prng.ts';
import type { Client } from '../src/contract/client.ts';
import {
  clients,
  concurrentKeys,
  limit,
  mix,
  naturals,
  rate,
  repeatedly,
} from '../src/generator/combinators.ts';
import type { Generator, OpRequest } from '../src/generator/generator.ts';
import type { History } from '../src/history/history.ts';
import { RunClock } from '../src/runner/clock.ts';
import { interpret, type Journal } from '../src/runner/interpreter.ts';
import { openJournal } from '../src/store/journal.ts';

const opCount = Number(process.argv[2] ?? 300_000);
const concurrency = Number(process.argv[3] ?? 20);
const opsPerKey = 300;

function draw(source: Prng, f: string): readonly [OpRequest, Prng] {
  const [value, next] = pick(source, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  return [f === 'read' ? { f } : { f, value: f === 'cas' ? [value, value + 1] : value }, next];
}

function realistic(): Generator {
  const source = prng(42);
  const perKey = (key: unknown): Generator => {
    const own = fork(source, String(key));
    const part = (f: string): Generator => repeatedly(fork(own, f), (from) => draw(from, f));
    return limit(opsPerKey, mix(own, [part('read'), part('write'), part('cas')]));
  };
  const keys = concurrentKeys(Math.min(10, concurrency), naturals(), perKey);
  return clients(limit(opCount, keys));
}

const instant: Client = {
  invoke: ({ f, value }) => Promise.resolve({ type: 'ok', value: f === 'read' ? 1 : value }),
  close: () => Promise.resolve(),
};

async function run(
  name: string,
  generator: Generator,
  journal: Journal,
  threads: number,
): Promise<History> {
  const begun = process.hrtime.bigint();
  const before = process.cpuUsage();
  const history = await interpret({
    generator,
    concurrency: threads,
    nodes: ['n1', 'n2', 'n3', 'n4', 'n5'],
    open: async () => instant,
    nemesis: async () => ({}),
    clock: new RunClock(),
    journal,
    operationTimeoutMs: 5000,
    signal: new AbortController().signal,
    rng: prng(7),
  });
  const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
  const used = process.cpuUsage(before);
  const cpuSeconds = (used.user + used.system) / 1e6;
  const perSecond = Math.round(history.operationCount / seconds).toLocaleString('en-US');
  console.log(
    `${name.padEnd(44)} ${String(history.operationCount).padStart(9)} ops  ${seconds.toFixed(2).padStart(6)} s  ${perSecond.padStart(9)} ops/s  (${cpuSeconds.toFixed(2)} s of processor time)`,
  );
  return history;
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'dsx-bench-'));
  try {
    const nowhere: Journal = { append: () => undefined };
    await run('warm-up, not recorded to disk', realistic(), nowhere, concurrency);
    await run('not recorded to disk', realistic(), nowhere, concurrency);
    for (let round = 1; round <= 3; round += 1) {
      const path = join(folder, `${round}.jsonl`);
      await run(`recorded to disk, round ${round}`, realistic(), openJournal(path), concurrency);
      if (round === 1) console.log(`  history.jsonl: ${statSync(path).size} bytes`);
    }
    for (const threads of [1, 10, 100]) {
      const reads = limit(
        opCount,
        repeatedly(prng(1), (source) => draw(source, 'read')),
      );
      await run(
        `reads only, ${threads} threads, to disk`,
        clients(reads),
        openJournal(join(folder, `reads-${threads}.jsonl`)),
        threads,
      );
    }
    for (const hz of [1000, 5000]) {
      const reads = repeatedly(prng(1), (source) => draw(source, 'read'));
      const load = clients(limit(2 * hz, rate(prng(2), hz, reads)));
      await run(`asked for ${hz} ops/s for 2 s`, load, nowhere, concurrency);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

await main();
