/** The table of workloads: their names, Maelstrom's among them, and what options come to. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Measured } from '../../scripts/atlas/measured.ts';
import { allRows, keyOf, onePerVariant } from '../../scripts/atlas/rows.ts';
import { planOf, type Settings } from '../../src/cli/settings.ts';
import { completeOptions, parseConcurrency } from '../../src/plan/parse.ts';
import { findWorkload, loadTargets, loadWorkloads } from '../../src/registry.ts';

const all = [...(await loadWorkloads()).values()];
const targets = [...(await loadTargets()).values()];
const rows = allRows(targets, all);
const measured = JSON.parse(
  readFileSync(new URL('../../docs/generated/atlas.json', import.meta.url), 'utf8'),
) as Measured;

const settings = (text: Readonly<Record<string, string>>): Settings => ({
  text,
  flags: new Set(),
  options: {},
  script: [],
  nodeArgs: [],
});

describe('Maelstrom’s ten', () => {
  test.each([
    ['echo', 'echo', {}],
    ['unique-ids', 'unique-ids', {}],
    ['broadcast', 'broadcast', { topology: 'grid' }],
    ['g-set', 'set', {}],
    ['g-counter', 'counter', { deltas: 'up' }],
    ['pn-counter', 'counter', { deltas: 'both' }],
    ['lin-kv', 'register', { cas: 'yes' }],
    ['txn-list-append', 'list-append', { 'key-count': '10', 'max-txn-length': '4' }],
    ['txn-rw-register', 'rw-register', { 'key-count': '10', 'max-writes-per-key': '16' }],
    ['kafka', 'kafka', { 'sub-via': 'assign' }],
  ])('%s is %s', async (alias, name, options) => {
    const { plan } = await planOf(settings({ workload: alias }), 1);
    expect(plan.workload).toBe(name);
    expect(plan.options).toMatchObject(options);
  });

  test('what is said on the command line beats what the alias stands for', async () => {
    const asked = { ...settings({ workload: 'g-counter' }), options: { deltas: 'both' } };
    expect((await planOf(asked, 1)).plan.options).toMatchObject({ deltas: 'both' });
  });

  test('its flags are options of the workloads that have them, and nothing to the others', async () => {
    const text = { 'key-count': '3', 'max-txn-length': '2', topology: 'line' };
    const optionsOf = async (workload: string) =>
      (await planOf(settings({ workload, ...text }), 1)).plan.options;
    expect(await optionsOf('txn-list-append')).toMatchObject({
      'key-count': '3',
      'max-txn-length': '2',
    });
    expect(await optionsOf('broadcast')).toMatchObject({ topology: 'line' });
    expect(Object.keys(await optionsOf('echo'))).toEqual([]);
  });

  test('real systems with leaders get five seconds more for each further nemesis', async () => {
    const secondsOf = async (target: string, nemesis: string): Promise<number> =>
      (await planOf(settings({ target, nemesis }), 1)).plan.timeLimitMs / 1000;
    expect(await secondsOf('etcd', '')).toBe(10);
    expect(await secondsOf('etcd', 'partition')).toBe(10);
    expect(await secondsOf('etcd', 'partition,kill,pause,clock')).toBe(25);
    expect(await secondsOf('raft', 'partition,kill,pause,clock')).toBe(10);
    const asked = settings({ target: 'etcd', nemesis: 'partition,kill', 'time-limit': '10' });
    const { plan, defaults } = await planOf(asked, 1);
    expect([plan.timeLimitMs, defaults?.timeLimitMs]).toEqual([10_000, 15_000]);
  });

  test('a name that there is not is answered with the nearest', async () => {
    await expect(findWorkload('g-conter')).rejects.toThrow(/Did you mean "g-counter"/);
  });
});

test('no two workloads share a name', () => {
  const names = all.flatMap(({ name, aliases }) => [name, ...aliases]);
  expect(names.length).toBe(new Set(names).size);
});

test('a summary is a sentence', () => {
  expect(all.length).toBeGreaterThan(15);
  for (const { summary } of all) expect(summary).toMatch(/^[A-Z].*\.$/);
});

describe.each(all.map((workload) => [workload.name, workload] as const))('%s', (name, workload) => {
  test('its options are words that it takes itself', () => {
    expect(() => completeOptions(name, workload.options, {})).not.toThrow();
    for (const { choices, default: usual } of Object.values(workload.options))
      if (choices !== undefined) expect(choices).toContain(usual);
    expect(() => completeOptions(name, workload.options, { speling: '1' })).toThrow(
      /no option "speling"/,
    );
    for (const [alias, options] of Object.entries(workload.aliasOptions ?? {})) {
      expect(workload.aliases).toContain(alias);
      expect(() => completeOptions(name, workload.options, options)).not.toThrow();
    }
  });

  test('its defaults mean something', () => {
    expect(workload.defaults.rate).toBeGreaterThan(0);
    expect(parseConcurrency(workload.defaults.concurrency, 5)).toBeGreaterThan(0);
  });

  test('each of its models has a checker with something to say of it, and one of amounts', () => {
    expect(workload.models.length).toBe(new Set(workload.models).size);
    const options = completeOptions(name, workload.options, {});
    for (const model of workload.models) {
      const checkers = ((): readonly { readonly name: string; readonly summary: string }[] => {
        try {
          return workload.checkers(model, options);
        } catch (thrown) {
          // Some models ask for other options, and say which.
          expect(String(thrown)).toMatch(/use it with --option/);
          return [];
        }
      })();
      if (checkers.length > 0) expect(checkers.map((checker) => checker.name)).toContain('enough');
    }
  });

  test('the atlas has a system that passes it, and one that it catches', () => {
    const own = rows.filter((row) => row.workload === name);
    expect(own.some(({ mistake }) => mistake === null)).toBe(true);
    expect(own.some(({ mistake }) => mistake !== null)).toBe(true);
  });
});

test('rows of the atlas have names of their own, and models that their workloads know', () => {
  expect(rows.length).toBe(new Set(rows.map(keyOf)).size);
  for (const { workload, further } of rows) {
    const asked = further[further.indexOf('--model') + 1];
    const models = all.find(({ name }) => name === workload)?.models;
    if (further.includes('--model')) expect(models).toContain(asked);
  }
});

describe.each(targets.map((target) => [target.name, target] as const))(
  'the atlas has of %s',
  (name, target) => {
    const own = rows.filter((row) => row.target === name);

    test.each(target.variants.map((variant) => [variant.name, variant] as const))(
      '%s, correct or caught as it says of itself',
      (variant, { broken }) => {
        const ofVariant = own.filter((row) => row.variant === variant);
        const shown = ofVariant.filter(({ mistake }) => mistake === broken?.mistake);
        if (broken !== undefined) expect(shown.map(keyOf)).not.toEqual([]);
        // What a broken one promises may be a model that only other objects have.
        if (broken === undefined)
          expect(ofVariant.some(({ mistake }) => mistake === null)).toBe(true);
        expect(onePerVariant([target], all).filter((row) => row.variant === variant)).toHaveLength(
          1,
        );
      },
    );

    if (target.testbed === 'stdio')
      test.each(own.map((row) => [keyOf(row), row] as const))(
        '%s, as measured',
        (key, { mistake }) => {
          const { seeds, anomaly } = measured[key] ?? { seeds: [], anomaly: 0 };
          expect(seeds.length).toBeGreaterThanOrEqual(3);
          if (mistake === null) expect(anomaly).toBe(0);
          else expect(anomaly).toBeGreaterThan(0);
        },
      );
  },
);
