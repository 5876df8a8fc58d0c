/** Faults on real nodes: each is seen to take hold, and nothing else suffers. */
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import type { LinkEffect } from '../../src/fault/fault.ts';
import { type Bed, bed, eventually, forever, marked } from './stdio-bed.ts';

let current: Bed | undefined;
const open: typeof bed = (...args) => {
  current = bed(...args);
  return current;
};
afterEach(async () => {
  await current?.dispose();
  expect(marked(current?.mark ?? '')).toEqual([]);
});

/** The state of the process as the system sees it: R, S, T, …; X if it has ended meanwhile. */
const stateOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /, '')
      .slice(0, 1);
  } catch {
    return 'X';
  }
};
const pidOf = async ({ ask }: Bed, node: string): Promise<number> => {
  const env = (await ask(node, { type: 'env' }))['value'] as JsonObject;
  return Number(env['pid']);
};

describe('kill and start', () => {
  test('a killed node is gone, and comes back on the same data with a new init', async () => {
    const { testbed, ask } = open('counter.py');
    await testbed.start(forever);
    expect(await ask('n1', { type: 'read' })).toMatchObject({ value: 1 });
    await testbed.cluster.kill('n1', forever);
    expect(testbed.cluster.state('n1')).toBe('down');
    await expect(ask('n1', { type: 'read' }, 100)).rejects.toMatchObject({
      code: 'net-timeout',
      definite: false,
    });
    expect(await ask('n2', { type: 'read' })).toMatchObject({ value: 1 });
    await testbed.cluster.start('n1', forever);
    expect(testbed.cluster.state('n1')).toBe('running');
    expect(await ask('n1', { type: 'read' })).toMatchObject({ value: 2 });
    expect(testbed.troubles()).toEqual([]);
  });

  test('the whole tree is gone when kill resolves, children in other groups included', async () => {
    const { testbed, mark } = open('stubborn.sh', { nodes: ['n1'] });
    await testbed.start(forever);
    await eventually(() => marked(mark).length >= 3);
    await testbed.cluster.kill('n1', forever);
    expect(marked(mark)).toEqual([]);
  });

  test('both may be called twice, and in any order', async () => {
    const { testbed, ask } = open('echo.js');
    await testbed.start(forever);
    const { cluster } = testbed;
    await Promise.all([
      cluster.kill('n1', forever),
      cluster.kill('n1', forever),
      cluster.start('n1', forever),
      cluster.start('n1', forever),
    ]);
    expect(cluster.state('n1')).toBe('running');
    expect(await ask('n1', { type: 'echo', echo: 1 })).toMatchObject({ echo: 1 });
  });

  test('a node that does not come back is explained', async () => {
    let isBroken = false;
    const { testbed } = open('echo.js', {
      nodes: ['n1'],
      program: () => ({
        command: '/bin/sh',
        args: [
          '-c',
          'test -e failing && { echo "the data is damaged" >&2; exit 9; }; touch failing; read l; printf \'{"src":"n1","dest":"c0","body":{"type":"init_ok","in_reply_to":1}}\\n\'; cat > /dev/null',
        ],
        env: {},
      }),
    });
    testbed.crashed.catch(() => {
      isBroken = true;
    });
    await testbed.start(forever);
    await testbed.cluster.kill('n1', forever);
    expect(isBroken).toBe(false);
    await expect(testbed.cluster.start('n1', forever)).rejects.toThrow(
      /exited with status 9[^]*the data is damaged/,
    );
    await eventually(() => isBroken);
  });

  test('messages that were under way to it are lost, others arrive', async () => {
    // So long that the kill is quicker, on a busy machine too.
    const { testbed, ask } = open('echo.js', { latencyMs: 2_000 });
    await testbed.start(forever);
    await ask('n1', { type: 'tell', dest: 'n3', count: 10, body: { type: 'note' } });
    await ask('n1', { type: 'tell', dest: 'n2', count: 10, body: { type: 'note' } });
    await testbed.cluster.kill('n2', forever);
    await eventually(() => testbed.stats?.().dropped === 10);
    await testbed.cluster.start('n2', forever);
    expect(await ask('n2', { type: 'heard' })).toMatchObject({ notes: [] });
    expect((await ask('n3', { type: 'heard' }))['notes']).toHaveLength(10);
  });
});

describe('pause and resume', () => {
  test('a paused node is stopped for the system too, answers later, and loses nothing', async () => {
    const opened = open('echo.js');
    const { testbed, ask } = opened;
    await testbed.start(forever);
    const pid = await pidOf(opened, 'n1');
    await testbed.cluster.pause('n1', forever);
    expect([testbed.cluster.state('n1'), stateOf(pid)]).toEqual(['paused', 'T']);
    const answer = ask('n1', { type: 'echo', echo: 'patience' });
    await expect(ask('n1', { type: 'echo', echo: 'now' }, 100)).rejects.toMatchObject({
      code: 'net-timeout',
    });
    await testbed.cluster.pause('n1', forever);
    await testbed.cluster.resume('n1', forever);
    expect(testbed.cluster.state('n1')).toBe('running');
    expect(stateOf(pid)).not.toBe('T');
    expect(await answer).toMatchObject({ echo: 'patience' });
    await testbed.cluster.resume('n1', forever);
    expect(testbed.troubles()).toEqual([]);
  });

  test('every process of the node is stopped, children in other groups included', async () => {
    const { testbed, mark } = open('stubborn.sh', { nodes: ['n1'] });
    await testbed.start(forever);
    await eventually(() => marked(mark).length >= 3);
    await testbed.cluster.pause('n1', forever);
    // D: a shell whose child was stopped before its exec waits for it in vfork, and cannot stop.
    expect(marked(mark).every((pid) => /[TD]/.test(stateOf(pid)))).toBe(true);
    await testbed.cluster.resume('n1', forever);
    expect(marked(mark).map(stateOf)).not.toContain('T');
  });

  test('a node that starts programs all the time is paused and resumed in whatever moment', async () => {
    const { testbed, mark } = open('forks.sh', { nodes: ['n1'] });
    await testbed.start(forever);
    for (let i = 0; i < 100; i += 1) {
      await testbed.cluster.pause('n1', forever);
      const pids = marked(mark);
      expect(pids.length).toBeGreaterThan(0);
      expect(marked(mark)).toEqual(pids);
      await testbed.cluster.resume('n1', forever);
    }
    await testbed.cluster.pause('n1', forever);
    await testbed.cluster.kill('n1', forever);
    expect(marked(mark)).toEqual([]);
  });

  test('a paused node can be killed and started', async () => {
    const { testbed, ask } = open('echo.js');
    await testbed.start(forever);
    await testbed.cluster.pause('n1', forever);
    await testbed.cluster.kill('n1', forever);
    await testbed.cluster.start('n1', forever);
    expect(await ask('n1', { type: 'echo', echo: 1 })).toMatchObject({ echo: 1 });
  });

  test('a node that is down cannot be paused, and resuming it does nothing', async () => {
    const { testbed } = open('echo.js');
    await testbed.start(forever);
    await testbed.cluster.kill('n1', forever);
    await expect(testbed.cluster.pause('n1', forever)).rejects.toThrow(
      'cannot pause node n1: it is down',
    );
    await testbed.cluster.resume('n1', forever);
    expect(testbed.cluster.state('n1')).toBe('down');
  });

  test('a flood for a paused node blocks nobody and fills no memory: the oldest are dropped', async () => {
    const { testbed, ask } = open('echo.js', { limits: { inboxCharactersMax: 500_000 } });
    await testbed.start(forever);
    await testbed.cluster.pause('n2', forever);
    const count = 20_000;
    await ask('n1', { type: 'tell', dest: 'n2', count, body: { type: 'note' } });
    const others = 1_000;
    await ask('n1', { type: 'tell', dest: 'n3', count: others, body: { type: 'note' } });
    expect((await ask('n3', { type: 'heard' }))['notes']).toHaveLength(others);
    await testbed.cluster.resume('n2', forever);
    const notes = (await ask('n2', { type: 'heard' }))['notes'] as number[];
    const dropped = testbed.stats?.().dropped ?? 0;
    expect(dropped).toBeGreaterThan(count / 2);
    expect(notes).toHaveLength(count - dropped);
    // What had filled the pipe before the queue did is the oldest, what is newest survives.
    expect(notes[0]).toBe(0);
    expect(notes.at(-1)).toBe(count - 1);
    expect(testbed.stats?.().servers.receiveCount).toBe(count + others - dropped);
  });
});

describe('the network between nodes', () => {
  const relay = async (
    { ask }: Bed,
    from: string,
    dest: string,
    timeoutMs?: number,
  ): Promise<unknown> => {
    const body = { type: 'echo', echo: 'x' };
    return (await ask(from, { type: 'ask', dest, body }, timeoutMs))['answer'];
  };
  const everyLink = (effect: LinkEffect) =>
    ['n1', 'n2', 'n3'].flatMap((from) =>
      ['n1', 'n2', 'n3'].filter((to) => to !== from).map((to) => ({ from, to, effect })),
    );

  test('a cut is seen to cut, spares clients, and heals', async () => {
    const opened = open('echo.js');
    const { testbed, ask } = opened;
    await testbed.start(forever);
    expect(await relay(opened, 'n1', 'n2')).toMatchObject({ echo: 'x' });
    expect(await testbed.network.shape('p', everyLink({ kind: 'drop' }), forever)).toBe(
      '6 of 6 links seen to drop',
    );
    await expect(relay(opened, 'n1', 'n2', 250)).rejects.toMatchObject({ code: 'net-timeout' });
    expect(await ask('n1', { type: 'echo', echo: 1 })).toMatchObject({ echo: 1 });
    expect(await testbed.network.shape('p', [], forever)).toBe(
      '6 of 6 links seen to deliver again',
    );
    expect(await relay(opened, 'n1', 'n2')).toMatchObject({ echo: 'x' });
  });

  test('latency is there between nodes and not for clients', async () => {
    const opened = open('echo.js', { latencyMs: 60 });
    await opened.testbed.start(forever);
    // Of many answers the quickest: a busy machine may hold up any, a latency would hold up all.
    let quickestMs = Infinity;
    for (let i = 0; i < 20; i += 1) {
      const startMs = performance.now();
      await opened.ask('n1', { type: 'echo', echo: 1 });
      quickestMs = Math.min(quickestMs, performance.now() - startMs);
    }
    expect(quickestMs).toBeLessThan(60);
    const relayedAtMs = performance.now();
    await relay(opened, 'n1', 'n2');
    expect(performance.now() - relayedAtMs).toBeGreaterThanOrEqual(119);
  });

  test('duplicates arrive twice, lost ones never, held back ones late, corrupted ones broken', async () => {
    const { testbed, ask } = open('echo.js');
    await testbed.start(forever);
    const heardBy = async (node: string, effect: LinkEffect): Promise<unknown[]> => {
      await testbed.network.shape('packet', [{ from: 'n1', to: node, effect }], forever);
      await ask('n1', { type: 'tell', dest: node, count: 100, body: { type: 'note' } });
      return (await ask(node, { type: 'heard' }))['notes'] as unknown[];
    };
    expect(await heardBy('n2', { kind: 'duplicate', probability: 1 })).toHaveLength(200);
    const lossy = await heardBy('n3', { kind: 'loss', probability: 0.5 });
    expect(lossy.length).toBeGreaterThan(20);
    expect(lossy.length).toBeLessThan(80);
    await testbed.cluster.kill('n3', forever);
    await testbed.cluster.start('n3', forever);
    await heardBy('n3', { kind: 'reorder', probability: 0.3, delayMs: 50 });
    await eventually(() => testbed.stats?.().servers.receiveCount === 200 + lossy.length + 100);
    const reordered = (await ask('n3', { type: 'heard' }))['notes'] as number[];
    expect(reordered).toHaveLength(100);
    expect(reordered).not.toEqual(reordered.toSorted((a, b) => a - b));
    await testbed.cluster.kill('n3', forever);
    await testbed.cluster.start('n3', forever);
    const corrupted = await heardBy('n3', { kind: 'corrupt', probability: 1 });
    expect(corrupted).toContain('broken');
    expect(testbed.stats?.().corrupted).toBe(100);
  });
});
