/** Every file of nemesis/, on a battlefield in memory. */
import { describe, expect, test, vi } from 'vitest';
import clock from '../../nemesis/clock.ts';
import cpu from '../../nemesis/cpu.ts';
import disk from '../../nemesis/disk.ts';
import kill from '../../nemesis/kill.ts';
import memory from '../../nemesis/memory.ts';
import packet from '../../nemesis/packet.ts';
import partition from '../../nemesis/partition.ts';
import pause from '../../nemesis/pause.ts';
import { prng } from '../../src/base/prng.ts';
import type { Nemesis, ProposeContext } from '../../src/contract/nemesis.ts';
import type { Fault } from '../../src/fault/fault.ts';
import { faultFrom } from '../../src/fault/schedule.ts';
import { type FakeBattlefield, fakeBattlefield } from '../support/fake-battlefield.ts';

const signal = new AbortController().signal;
const nemeses: readonly Nemesis[] = [...[clock, cpu, disk, kill, memory, packet, partition, pause]];

function contextOf(field: FakeBattlefield, over: Partial<ProposeContext> = {}): ProposeContext {
  return { nodes: field.cluster.nodes, shape: undefined, parameters: {}, ...over };
}

function proposed(nemesis: Nemesis, context: ProposeContext, seed = 1): Fault {
  return nemesis.propose(context, prng(seed))[0];
}

function expectHealed(field: FakeBattlefield): void {
  expect(new Set(field.states.values())).toEqual(new Set(['running']));
  for (const rules of field.rules.values()) expect(rules).toEqual([]);
  for (const skew of field.skews.values()) expect(skew).toEqual({ offsetMs: 0, rate: 0 });
  expect(field.effects.size).toBe(0);
  expect(field.limited.size).toBe(0);
}

describe.each(nemeses)('$name', (nemesis) => {
  // Strobes and drifts wait in real time to be seen; one seed shows each.
  const seeds = nemesis === clock ? [1, 2, 3, 4] : Array.from({ length: 40 }, (_, i) => i);

  test('whatever it draws takes hold, and stopping it, even twice, leaves nothing', async () => {
    for (const seed of seeds) {
      const field = fakeBattlefield(5);
      const fault = proposed(nemesis, contextOf(field), seed);
      const report = await nemesis.start(fault, field, signal);
      expect(report.result, JSON.stringify(report)).toBe('verified');
      expect(report.fault.nodes.length).toBeGreaterThan(0);
      await nemesis.stop(field, signal);
      expectHealed(field);
      await nemesis.stop(field, signal);
      expectHealed(field);
    }
  });

  test('stopping what was never started does no harm', async () => {
    const field = fakeBattlefield(3);
    await nemesis.stop(field, signal);
    expectHealed(field);
  });

  test('a fault survives JSON, and does the same again', async () => {
    const [first, again] = [fakeBattlefield(5), fakeBattlefield(5)];
    const shape = nemesis === clock ? 'bump' : undefined;
    const report = await nemesis.start(
      proposed(nemesis, contextOf(first, { shape }), 5),
      first,
      signal,
    );
    const copy = faultFrom(JSON.parse(JSON.stringify(report.fault)) as never);
    expect(copy).toEqual(report.fault);
    if (copy !== undefined) await nemesis.start(copy, again, signal);
    expect(again.states).toEqual(first.states);
    expect(again.rules).toEqual(first.rules);
    expect(again.skews).toEqual(first.skews);
    expect(again.effects).toEqual(first.effects);
    expect(again.limited).toEqual(first.limited);
    expect(again.log).toEqual(first.log);
    await nemesis.stop(first, signal);
    await nemesis.stop(again, signal);
  });

  test('the same seed draws the same fault, and some other seed another', () => {
    const field = fakeBattlefield(5);
    const texts = seeds.map((seed) => JSON.stringify(proposed(nemesis, contextOf(field), seed)));
    expect(texts).toEqual(
      seeds.map((seed) => JSON.stringify(proposed(nemesis, contextOf(field), seed))),
    );
    expect(new Set(texts).size).toBeGreaterThan(1);
  });

  test('every shape that it lists can be asked for', () => {
    const field = fakeBattlefield(5);
    for (const { name } of nemesis.shapes) {
      const parameters: Record<string, string> = name === 'literal' ? { parts: 'n1|n2' } : {};
      const context = contextOf(field, { shape: name, parameters });
      expect(proposed(nemesis, context).kind).toBe(nemesis.name);
    }
  });

  test('a shape that there is not is refused', () => {
    const context = contextOf(fakeBattlefield(5), { shape: 'sideways' });
    expect(() => proposed(nemesis, context)).toThrow(/sideways/);
  });
});

test.each([kill, partition, pause])(
  'of random faults every second one strikes whoever leads, if that is known: $name',
  (nemesis) => {
    const field = fakeBattlefield(5);
    for (const ordinal of [0, 1, 2, 3]) {
      const shapes = Array.from(
        { length: 10 },
        (_, seed) =>
          proposed(nemesis, contextOf(field, { ordinal, knowsPrimaries: true }), seed).shape,
      );
      expect(new Set(shapes).has('primaries')).toBe(ordinal % 2 === 0);
      if (ordinal % 2 === 0) expect(new Set(shapes).size).toBe(1);
    }
  },
);

describe('partition', () => {
  test('primaries are found out when it strikes, each of them alone', async () => {
    const field = fakeBattlefield(5);
    field.primaries = ['n4', 'n2'];
    const fault = proposed(partition, contextOf(field, { shape: 'primaries' }));
    expect(fault.nodes).toEqual([]);
    const report = await partition.start(fault, field, signal);
    expect(report.fault.description).toBe('n1, n3, n5 | n2 | n4');
    expect(report.result === 'verified' && report.evidence).toContain('n2 and n4 said it leads');
    expect(field.rules.get('partition')).toHaveLength(14);
  });

  test('when nobody leads, a node is cut off all the same, and the evidence says so', async () => {
    const field = fakeBattlefield(5);
    field.primaries = [];
    const fault = proposed(partition, contextOf(field, { shape: 'primaries' }));
    const report = await partition.start(fault, field, signal);
    expect(report.result === 'verified' && report.evidence).toMatch(
      /no node said it leads; took n/,
    );
    expect(field.rules.get('partition')).toHaveLength(8);
  });

  test('each leader is cut off in turn, and whoever was before has its links again', async () => {
    const field = fakeBattlefield(3);
    field.primaries = ['n2'];
    const parameters = { reign: '0ms' };
    const fault = proposed(partition, contextOf(field, { shape: 'each-leader', parameters }));
    const report = await partition.start(fault, field, signal);
    expect(report.result === 'verified' && report.evidence).toContain('n2 said it leads');
    const loners = (): Set<string> =>
      new Set(field.rules.get('partition')?.flatMap(({ from, to }) => [`${from} ${to}`]));
    expect(loners()).toEqual(new Set(['n1 n2', 'n2 n1', 'n2 n3', 'n3 n2']));
    // The one that is cut off does not know that another leads by now.
    field.primaries = ['n2', 'n3'];
    await vi.waitFor(() => {
      expect(loners()).toEqual(new Set(['n1 n3', 'n3 n1', 'n2 n3', 'n3 n2']));
    });
    expect(await partition.stop(field, signal)).toContain('cut off in turn: n2, n3');
    expectHealed(field);
  });

  test('primaries of a target that cannot tell are refused, early if that is known', async () => {
    const field = fakeBattlefield(5);
    const context = contextOf(field, { shape: 'primaries' });
    expect(() => proposed(partition, { ...context, knowsPrimaries: false })).toThrow(
      /nodes that tell who leads/,
    );
    await expect(partition.start(proposed(partition, context), field, signal)).rejects.toThrow(
      /nodes that tell who leads/,
    );
  });

  test('a cluster of one node is refused, whatever the shape', () => {
    const field = fakeBattlefield(1);
    for (const shape of [undefined, ...partition.shapes.map(({ name }) => name)])
      expect(() => proposed(partition, contextOf(field, { shape }))).toThrow(
        /a partition needs at least 2 nodes/,
      );
  });

  test('literal sides are a parameter', () => {
    const parameters = { parts: 'n1+n2|n3+n4+n5' };
    const context = contextOf(fakeBattlefield(5), { shape: 'literal', parameters });
    expect(proposed(partition, context).description).toBe('n1, n2 | n3, n4, n5');
  });

  test('a network on which the cut does not hold fails the start', async () => {
    const field = fakeBattlefield(5);
    field.broken = 'network';
    const fault = proposed(partition, contextOf(field));
    await expect(partition.start(fault, field, signal)).rejects.toThrow('the rules did not hold');
  });
});

describe('kill', () => {
  test('a node that survives fails the fault', async () => {
    const field = fakeBattlefield(3);
    field.broken = 'kill';
    const report = await kill.start(
      proposed(kill, contextOf(field, { shape: 'n2' })),
      field,
      signal,
    );
    expect(report).toMatchObject({ result: 'failed', reason: 'n2 still runs' });
  });

  test('without restart, dead nodes stay dead, and a shape counts them all', async () => {
    const field = fakeBattlefield(5);
    const context = contextOf(field, { shape: 'minority', parameters: { restart: 'no' } });
    for (let seed = 0; seed < 10; seed += 1) {
      const report = await kill.start(proposed(kill, context, seed), field, signal);
      expect(report.result).toBe('verified');
      expect(report.fault.detail['permanent']).toBe(true);
      expect(report.fault.nodes).toHaveLength(2);
    }
    expect([...field.states.values()].filter((state) => state === 'down')).toHaveLength(2);
    expect(await kill.stop(field, signal)).toMatch(/left dead \(restart=no\)/);
    expect([...field.states.values()].filter((state) => state === 'down')).toHaveLength(2);
  });

  test('without restart, draws leave a majority alive', async () => {
    const field = fakeBattlefield(5);
    for (let seed = 0; seed < 50; seed += 1)
      await kill.start(
        proposed(kill, contextOf(field, { parameters: { restart: 'no' } }), seed),
        field,
        signal,
      );
    expect([...field.states.values()].filter((state) => state === 'running').length).toBe(3);
  });

  test('restart takes yes or no', () => {
    const context = contextOf(fakeBattlefield(3), { parameters: { restart: 'later' } });
    expect(() => proposed(kill, context)).toThrow('expected yes or no');
  });
});

describe('pause', () => {
  test('a node that is down is not paused, and the evidence says so', async () => {
    const field = fakeBattlefield(3);
    field.states.set('n1', 'down');
    const report = await pause.start(
      proposed(pause, contextOf(field, { shape: 'n1+n2' })),
      field,
      signal,
    );
    expect(report).toMatchObject({
      result: 'verified',
      fault: { nodes: ['n2'], description: 'n2 paused' },
      evidence: 'n2 seen stopped; n1 down already',
    });
    await pause.stop(field, signal);
    expect(field.states.get('n1')).toBe('down');
  });

  test('a node that goes on running fails the fault', async () => {
    const field = fakeBattlefield(3);
    field.cluster.pause = async () => undefined;
    const report = await pause.start(proposed(pause, contextOf(field)), field, signal);
    expect(report.result).toBe('failed');
  });
});

describe('packet', () => {
  test('has effects without being told any', () => {
    for (let seed = 0; seed < 40; seed += 1) {
      const { detail } = proposed(packet, contextOf(fakeBattlefield(3)), seed);
      expect(detail['effects']).not.toEqual([]);
      expect(JSON.stringify(detail)).not.toContain('corrupt');
    }
  });

  test('parameters say how much, and whose links', async () => {
    const field = fakeBattlefield(3);
    const parameters = { probability: '0.5', mean: '1s', jitter: '0', nodes: 'n1' };
    const fault = proposed(packet, contextOf(field, { shape: 'loss+delay', parameters }));
    expect(fault.description).toBe('links of n1: loss 50 % and delay 1000 ± 0 ms');
    await packet.start(fault, field, signal);
    const rules = field.rules.get('packet') ?? [];
    expect(rules).toHaveLength(8);
    expect(rules.every(({ from, to }) => from === 'n1' || to === 'n1')).toBe(true);
  });

  test('mix is two or three different effects', () => {
    for (let seed = 0; seed < 40; seed += 1) {
      const { shape } = proposed(packet, contextOf(fakeBattlefield(3), { shape: 'mix' }), seed);
      const names = shape.split('+');
      expect([2, 3]).toContain(new Set(names).size);
    }
  });
});

describe('clock', () => {
  test('offsets of a bump are from 11 ms to 288 s, both ways', () => {
    const offsets: number[] = [];
    for (let seed = 0; seed < 300; seed += 1) {
      const context = contextOf(fakeBattlefield(5), {
        shape: 'bump',
        parameters: { nodes: 'one' },
      });
      const { skews } = proposed(clock, context, seed).detail as {
        skews: Record<string, { offsetMs: number }>;
      };
      for (const { offsetMs } of Object.values(skews)) offsets.push(offsetMs);
    }
    expect(Math.min(...offsets.map(Math.abs))).toBeGreaterThanOrEqual(11);
    expect(Math.max(...offsets.map(Math.abs))).toBeLessThanOrEqual(1.5 ** 31 + 1);
    expect(offsets.some((ms) => ms < 0) && offsets.some((ms) => ms > 100_000)).toBe(true);
  });

  test('a clock that does not follow fails the fault', async () => {
    for (const shape of ['bump', 'strobe', 'drift']) {
      const field = fakeBattlefield(3);
      field.broken = 'clock';
      const report = await clock.start(proposed(clock, contextOf(field, { shape })), field, signal);
      expect(report.result, shape).toBe('failed');
      await clock.stop(field, signal);
    }
  });

  test('a testbed that has no clocks to skew refuses, in its own words', async () => {
    const field = fakeBattlefield(3);
    field.clockObstacle = 'clocks can be skewed on Linux only';
    await expect(clock.start(proposed(clock, contextOf(field)), field, signal)).rejects.toThrow(
      'clocks can be skewed on Linux only',
    );
  });

  test('a strobe jumps to and fro until it is stopped', async () => {
    const field = fakeBattlefield(2);
    const parameters = { nodes: 'n1', period: '5ms', offset: '1s' };
    const fault = proposed(clock, contextOf(field, { shape: 'strobe', parameters }));
    await clock.start(fault, field, signal);
    const seen = new Set<number>();
    await expect
      .poll(
        () => {
          seen.add(field.skews.get('n1')?.offsetMs ?? -1);
          return seen.size;
        },
        { interval: 1 },
      )
      .toBe(2);
    expect(await clock.stop(field, signal)).toMatch(/jumped \d+ times; n1 read back on time/);
    expectHealed(field);
  });
});

describe('cpu and memory', () => {
  test('limits are what was asked for, in shares of a core and in bytes', async () => {
    const field = fakeBattlefield(3);
    const limit = async (nemesis: Nemesis, parameters: Record<string, string>) => {
      const fault = proposed(nemesis, contextOf(field, { shape: 'n2', parameters }));
      return nemesis.start(fault, field, signal);
    };
    await limit(cpu, { share: '0.25' });
    const { fault } = await limit(memory, { headroom: '2M' });
    expect(field.limited).toEqual(
      new Map([
        ['cpu n2', 0.25],
        ['memory n2', 2 ** 21],
      ]),
    );
    expect(fault.description).toBe('n2 with 2 MiB of memory to spare');
    await cpu.stop(field, signal);
    await memory.stop(field, signal);
    expectHealed(field);
  });

  test('a node that the kernel has killed is started again when it has memory', async () => {
    const field = fakeBattlefield(3);
    await memory.start(proposed(memory, contextOf(field, { shape: 'n2' })), field, signal);
    field.states.set('n2', 'down');
    expect(await memory.stop(field, signal)).toBe('n2 seen, n2 started again');
    expect(field.log).toEqual(['memory n2 16777216', 'memory n2 free', 'start n2']);
  });

  test('wrong amounts are refused with what is right', () => {
    const refused = (nemesis: Nemesis, parameters: Record<string, string>): unknown => {
      try {
        return proposed(nemesis, contextOf(fakeBattlefield(3), { parameters }));
      } catch (thrown) {
        return thrown instanceof Error ? thrown.message : thrown;
      }
    };
    expect(refused(cpu, { share: '5' })).toContain('expected a number from 0.01 to 1');
    expect(refused(memory, { headroom: 'much' })).toContain('such as 16M');
    expect(refused(memory, { headroom: '1K' })).toContain('from 65536 to');
  });
});

describe('disk', () => {
  async function struck(field: FakeBattlefield, shape: string, over: object = {}, seed = 1) {
    const context = contextOf(field, { shape, parameters: { nodes: 'n2', ...over } });
    return disk.start(proposed(disk, context, seed), field, signal);
  }

  test('the power goes when the node is dead, and before it starts again', async () => {
    const field = fakeBattlefield(3);
    await struck(field, 'lose-unsynced');
    await disk.stop(field, signal);
    expect(field.log).toEqual(['kill n2', 'lose-power n2', 'start n2']);
  });

  test('a node that was dead already loses its power all the same', async () => {
    const field = fakeBattlefield(3);
    field.states.set('n2', 'down');
    await struck(field, 'torn');
    expect(field.log).toEqual(['lose-power n2']);
  });

  test('a node that does not come up after a loss of power fails the run', async () => {
    const field = fakeBattlefield(3);
    await struck(field, 'lose-unsynced');
    field.broken = 'start';
    await expect(disk.stop(field, signal)).rejects.toThrow('it ended at once');
  });

  test('one that does not come up on damaged files stays down, and that is said', async () => {
    const field = fakeBattlefield(3);
    await struck(field, 'corrupt');
    field.broken = 'start';
    expect(await disk.stop(field, signal)).toContain(
      'n2 does not start on its disk and stays down',
    );
    expect(field.states.get('n2')).toBe('down');
  });

  test('a node that ended because its disk failed is started when the disk works again', async () => {
    const field = fakeBattlefield(3);
    await struck(field, 'eio');
    field.states.set('n2', 'down');
    await disk.stop(field, signal);
    expect(field.log).toEqual(['disk n2 eio', 'disk n2 works', 'start n2']);
  });

  test('what may be spoiled for good is drawn from one minority over the whole run', async () => {
    for (const shape of ['corrupt', 'truncate', 'bitflip', 'eio', 'enospc']) {
      const field = fakeBattlefield(5);
      const all = new Set<string>();
      for (let seed = 0; seed < 30; seed += 1) {
        const report = await disk.start(
          proposed(disk, contextOf(field, { shape }), seed),
          field,
          signal,
        );
        expect(report.fault.nodes.length).toBeGreaterThan(0);
        for (const node of report.fault.nodes) all.add(node);
        await disk.stop(field, signal);
      }
      expect(all.size).toBeLessThanOrEqual(2);
    }
  });

  test('a machine on which disks cannot fail is told so, but for files at rest', async () => {
    const field = fakeBattlefield(3);
    field.diskObstacle = 'there is no /dev/fuse';
    await expect(struck(field, 'slow')).rejects.toThrow('there is no /dev/fuse');
    expect((await struck(field, 'truncate')).result).toBe('verified');
  });

  test('parameters are read, and wrong ones refused with what is right', () => {
    const effect = (shape: string, parameters: Record<string, string>) =>
      proposed(disk, contextOf(fakeBattlefield(3), { shape, parameters })).detail;
    expect(effect('eio', { on: 'sync+write', probability: '1' })['effect']).toEqual({
      kind: 'eio',
      operations: ['write', 'sync'],
      probability: 1,
    });
    expect(effect('slow', { delay: '1s' })['effect']).toEqual({ kind: 'slow', delayMs: 1000 });
    expect(effect('torn', { keep: '0.9', names: 'strict' })['loss']).toMatchObject({
      names: 'strict',
      keep: 0.9,
    });
    expect(() => effect('eio', { on: 'fsync' })).toThrow('"fsync" is none of read, write and sync');
    expect(() => effect('torn', { names: 'posix' })).toThrow('expected journal or strict');
    expect(() => effect('slow', { delay: '1min' })).toThrow('from 1 ms to 2000 ms');
    expect(() => effect('n2', {})).toThrow('disk:lose-unsynced:nodes=n1');
  });
});
