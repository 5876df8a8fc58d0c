/** A testbed `stdio` on small node programs, in a temporary folder, for tests. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { JsonObject } from '../../src/base/json.ts';
import { prng } from '../../src/base/prng.ts';
import type { Testbed } from '../../src/contract/testbed.ts';
import type { StdioTestbedOptions } from '../../src/testbed/stdio/options.ts';
import { createStdioTestbed } from '../../src/testbed/stdio/stdio-testbed.ts';

export function fixture(name: string): string {
  return fileURLToPath(new URL(`../fixtures/nodes/${name}`, import.meta.url));
}

const noClocks = (): ReturnType<StdioTestbedOptions['createClocks']> => ({
  unsupported: async () => 'not in this test',
  set: async () => undefined,
  readOffsetMs: async () => 0,
});

export const forever = new AbortController().signal;

export interface Bed {
  readonly testbed: Testbed;
  readonly folder: string;
  readonly mark: string;
  /** Asks a node once. Without a time, as one that is sure to answer, however busy the machine. */
  readonly ask: (node: string, body: JsonObject, timeoutMs?: number) => Promise<JsonObject>;
  dispose(): Promise<void>;
}

let bedCount = 0;

export function bed(
  program: string | readonly string[],
  options: Partial<StdioTestbedOptions> = {},
): Bed {
  const folder = mkdtempSync(join(tmpdir(), 'dsx-test-'));
  const start = process.hrtime.bigint();
  bedCount += 1;
  const mark = `${process.pid}-test-${bedCount}`;
  const [command = '', ...args] = typeof program === 'string' ? [fixture(program)] : program;
  const testbed = createStdioTestbed({
    nodes: ['n1', 'n2', 'n3'],
    program: () => ({ command, args, env: {} }),
    nodeFolder: (node) => join(folder, 'nodes', node),
    rng: prng(1),
    clock: {
      nowNs: () => Number(process.hrtime.bigint() - start),
      sleepUntil: async () => undefined,
    },
    latencyMs: 0,
    latencyDistribution: 'constant',
    networkLog: 'off',
    networkLogPath: join(folder, 'network.jsonl'),
    createClocks: noClocks,
    reportsPrimary: false,
    runMark: mark,
    ...options,
  });
  return {
    testbed,
    folder,
    mark,
    ask: async (node, body, timeoutMs = 60_000) => {
      const rpc = testbed.openRpc?.(0, node, timeoutMs);
      if (rpc === undefined) throw new Error('no rpc');
      try {
        return await rpc.request(body, forever);
      } finally {
        rpc.close();
      }
    },
    dispose: async () => {
      await testbed.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Processes that bear the mark of a run, zombies not counted. Linux only. */
export function marked(mark: string): number[] {
  return readdirSync('/proc').flatMap((name) => {
    try {
      const environment = readFileSync(`/proc/${name}/environ`, 'latin1').split('\0');
      return environment.includes(`DSX_RUN=${mark}`) ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

/** Resolves as soon as `holds`; fails after `limitMs`. */
export async function eventually(holds: () => boolean, limitMs = 60_000): Promise<void> {
  const giveUpAtMs = performance.now() + limitMs;
  while (!holds()) {
    if (performance.now() > giveUpAtMs) throw new Error(`did not come true: ${holds.toString()}`);
    await sleep(5);
  }
}
