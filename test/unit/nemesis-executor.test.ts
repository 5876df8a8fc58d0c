import { describe, expect, test } from 'vitest';
import kill from '../../nemesis/kill.ts';
import partition from '../../nemesis/partition.ts';
import pause from '../../nemesis/pause.ts';
import { present } from '../../src/base/assert.ts';
import { prng } from '../../src/base/prng.ts';
import type { Nemesis } from '../../src/contract/nemesis.ts';
import type { Fault } from '../../src/fault/fault.ts';
import { awaitLeaderF } from '../../src/generator/faults.ts';
import type { OpRequest } from '../../src/generator/generator.ts';
import { createNemesis, healF, refuseUnsupported } from '../../src/runner/nemesis.ts';
import { type FakeBattlefield, fakeBattlefield } from '../support/fake-battlefield.ts';

const signal = new AbortController().signal;
const nemeses = new Map<string, Nemesis>([kill, partition, pause].map((n) => [n.name, n]));

function setup(field: FakeBattlefield = fakeBattlefield(5), timeoutMs = 1000) {
  let timeNs = 0;
  const nowNs = () => (timeNs += 10);
  return { field, nemesis: createNemesis({ nemeses, field, nowNs, timeoutMs }) };
}

function startOp(name: string, shape: string, parameters: Record<string, string> = {}): OpRequest {
  const nodes = fakeBattlefield(5).cluster.nodes;
  const found = present(nemeses.get(name), name);
  const [fault] = found.propose({ nodes, shape, parameters }, prng(3));
  return { f: fault.f, value: { fault: fault as unknown as { [K in keyof Fault]: never } } };
}

describe('what is recorded', () => {
  test('a start completes with its fault and evidence, an end with the kind and evidence', async () => {
    const { nemesis } = setup();
    expect(await nemesis.perform(startOp('kill', 'n2'), signal)).toMatchObject({
      fault: { kind: 'kill', nodes: ['n2'], description: 'n2 killed' },
      evidence: 'n2 seen gone',
    });
    expect(await nemesis.perform({ f: 'start', value: { stop: 'kill' } }, signal)).toEqual({
      stopped: 'kill',
      evidence: 'n2 started again',
    });
  });

  test('the schedule holds each fault as injected, from its start to its end', async () => {
    const { nemesis } = setup();
    await nemesis.perform(startOp('kill', 'n2'), signal);
    await nemesis.perform({ f: 'start', value: { stop: 'kill' } }, signal);
    await nemesis.perform(startOp('pause', 'n1'), signal);
    await nemesis.perform({ f: healF, value: null }, signal);
    expect(nemesis.schedule.map(({ startNs, endNs, fault }) => [startNs, endNs, fault.f])).toEqual([
      [10, 20, 'kill'],
      [30, 40, 'pause'],
    ]);
  });

  test('a fault that replaces one of its kind ends it', async () => {
    const { nemesis } = setup();
    await nemesis.perform(startOp('partition', 'one'), signal);
    await nemesis.perform(startOp('partition', 'halves'), signal);
    expect(nemesis.schedule.map(({ startNs, endNs }) => [startNs, endNs])).toEqual([
      [10, 20],
      [20, null],
    ]);
  });

  test('a crash without restart never ends', async () => {
    const { nemesis, field } = setup();
    await nemesis.perform(startOp('kill', 'n2', { restart: 'no' }), signal);
    await nemesis.healAll(signal);
    expect(nemesis.schedule[0]?.endNs).toBeNull();
    expect(field.states.get('n2')).toBe('down');
  });
});

describe('the wait for a leader', () => {
  const awaitLeader = { f: awaitLeaderF, value: null };

  test('ends when a node leads that the fault did not strike', async () => {
    const field = fakeBattlefield(5);
    field.primaries = ['n2'];
    const { nemesis } = setup(field);
    await nemesis.perform(startOp('partition', 'primaries'), signal);
    // The one that was cut off goes on saying that it leads.
    const waited = nemesis.perform(awaitLeader, signal);
    setTimeout(() => {
      field.primaries = ['n2', 'n4'];
    }, 1);
    expect(await waited).toMatchObject({ leads: ['n4'] });
  });

  test('is in vain where too few are left, and then ends all the same', async () => {
    const field = fakeBattlefield(5);
    field.primaries = ['n2'];
    let timeNs = 0;
    const nowNs = () => (timeNs += 3e8);
    const nemesis = createNemesis({ nemeses, field, nowNs, successionMs: 500 });
    await nemesis.perform(startOp('kill', 'n2'), signal);
    expect(await nemesis.perform(awaitLeader, signal)).toEqual({
      leads: [],
      evidence: 'nobody leads after 600 ms',
    });
  });

  test('goes on no longer than the load', async () => {
    const field = fakeBattlefield(5);
    field.primaries = [];
    let timeNs = 0;
    const nowNs = () => (timeNs += 10);
    const nemesis = createNemesis({ nemeses, field, nowNs, loadEndsNs: 20 });
    expect(await nemesis.perform(awaitLeader, signal)).toMatchObject({ leads: [] });
  });
});

describe('healing', () => {
  test('ends everything that is in force, and names it', async () => {
    const { nemesis, field } = setup();
    await nemesis.perform(startOp('kill', 'n2'), signal);
    await nemesis.perform(startOp('pause', 'n3'), signal);
    await nemesis.perform(startOp('partition', 'halves'), signal);
    expect(await nemesis.perform({ f: healF, value: null }, signal)).toMatchObject({
      stopped: ['kill', 'pause', 'partition'],
    });
    expect(new Set(field.states.values())).toEqual(new Set(['running']));
    expect(field.rules.get('partition')).toEqual([]);
  });

  test('touches nothing when nothing is in force, and nothing twice', async () => {
    const { nemesis, field } = setup();
    expect(await nemesis.healAll(signal)).toEqual({ stopped: [], evidence: '' });
    await nemesis.perform(startOp('pause', 'n3'), signal);
    await nemesis.healAll(signal);
    const { length } = field.log;
    await nemesis.healAll(signal);
    expect(field.log).toHaveLength(length);
  });

  test('also undoes a fault whose start failed', async () => {
    const { nemesis, field } = setup();
    field.states.set('n2', 'paused');
    field.cluster.pause = async () => {
      throw new Error('no');
    };
    await expect(nemesis.perform(startOp('pause', 'all'), signal)).rejects.toThrow('no');
    await nemesis.healAll(signal);
    expect(field.states.get('n2')).toBe('running');
  });

  test('goes on after one failed, and names the one that did', async () => {
    const { nemesis, field } = setup();
    await nemesis.perform(startOp('partition', 'halves'), signal);
    await nemesis.perform(startOp('pause', 'n3'), signal);
    field.broken = 'network';
    await expect(nemesis.healAll(signal)).rejects.toThrow(
      'healing failed: stop-partition failed: the rules did not hold',
    );
    expect(field.states.get('n3')).toBe('running');
    field.broken = 'nothing';
    await nemesis.healAll(signal);
    expect(field.rules.get('partition')).toEqual([]);
  });
});

describe('failures', () => {
  test('a fault that did not take hold throws', async () => {
    const { nemesis, field } = setup();
    field.broken = 'kill';
    await expect(nemesis.perform(startOp('kill', 'n2'), signal)).rejects.toThrow(
      'kill (n2 killed) did not take hold: n2 still runs.',
    );
    expect(nemesis.schedule).toEqual([]);
  });

  test('an action that hangs ends at its deadline', async () => {
    const { nemesis, field } = setup(fakeBattlefield(5), 30);
    field.broken = 'hang';
    await expect(nemesis.perform(startOp('kill', 'n2'), signal)).rejects.toThrow(
      'kill (n2 killed) did not finish within 30 ms',
    );
  });

  test('an action ends when the run does', async () => {
    const { nemesis, field } = setup();
    field.broken = 'hang';
    const run = new AbortController();
    const performed = nemesis.perform(startOp('kill', 'n2'), run.signal);
    run.abort(new Error('the user ended the run'));
    await expect(performed).rejects.toThrow('the user ended the run');
  });

  test('a nemesis that the run does not have is named', async () => {
    const { nemesis } = setup();
    await expect(nemesis.perform({ f: 'x', value: { stop: 'pasue' } }, signal)).rejects.toThrow(
      'there is no nemesis "pasue" in this run. Did you mean "pause"?',
    );
  });

  test('a testbed without clocks refuses nemeses that need them, before the run', async () => {
    const field = fakeBattlefield(1);
    field.clockObstacle = 'clocks can be skewed on Linux only';
    await expect(refuseUnsupported([kill], field)).resolves.toBeUndefined();
    const clocky: Nemesis = { ...kill, name: 'clocky', needs: ['clock'] };
    await expect(refuseUnsupported([clocky], field)).rejects.toThrow('Linux only');
  });
});
