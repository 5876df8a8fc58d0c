/**
 * What is printed to run a test again says no more than it must, and comes to the same plan: over
 * every workload and system, and over settings drawn at random.
 */
import { Parser } from '@oclif/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { splitArguments } from '../../src/cli/arguments.ts';
import { planOf, type Settings } from '../../src/cli/settings.ts';
import { settingsOf } from '../../src/cli/test-command.ts';
import { testFlags, whatToTest } from '../../src/cli/test-flags.ts';
import type { RunPlan } from '../../src/plan/plan.ts';
import { commandOf } from '../../src/plan/replay.ts';
import { loadTargets, loadWorkloads } from '../../src/registry.ts';

const numRuns = Number(process.env['DSX_RUNS'] ?? 100);
const workloads = await loadWorkloads();
const pairs = [...(await loadTargets()).values()].flatMap((target) =>
  [...workloads.values()]
    .filter(({ object }) => target.objects.includes(object))
    .map((workload) => ({ workload, target })),
);

/** Words as a shell makes them: what stands in quotes is one. */
function shellWords(command: string): readonly string[] {
  const quoted = [...command.matchAll(/(?:'([^']*)'|[^\s'])+/g)];
  return quoted.map(([word]) => word.replaceAll(/'([^']*)'/g, '$1'));
}

async function planFrom(command: string): Promise<RunPlan> {
  const [program, verb, ...argv] = shellWords(command);
  expect([program, verb]).toEqual(['dsx', 'test']);
  const { own, rest } = splitArguments(argv);
  const { flags } = await Parser.parse([...own], { flags: testFlags });
  const what = whatToTest(flags, rest);
  const none = { text: {}, on: new Set<string>(), options: {}, script: [], args: [] };
  const settings = settingsOf(what, { ...none, described: null });
  return (await planOf(settings, Number(what.seed))).plan;
}

const nothing = { flags: new Set<string>(), options: {}, script: [], nodeArgs: [] };

const texts = fc.record(
  {
    concurrency: fc.constantFrom('1', '7', '4n'),
    'node-count': fc.constantFrom('1', '3', '7'),
    rate: fc.constantFrom('0', '10', '200'),
    'time-limit': fc.constantFrom('0.5', '10', '60'),
    nemesis: fc.constantFrom('pause', 'partition:majority,kill', 'packet:loss:probability=0.4'),
    'nemesis-interval': fc.constantFrom('1', '2', '3.5'),
    'recovery-time': fc.constantFrom('0', '1', '2', '7'),
    latency: fc.constantFrom('0', '10', '500'),
    'latency-dist': fc.constantFrom('constant', 'exponential'),
    'operation-timeout': fc.constantFrom('1', '5', '0.25'),
    availability: fc.constantFrom('0.5', 'total'),
    gate: fc.constantFrom('latency.p99<200ms', 'msgs-per-op<30,latency.p50<1s'),
    expect: fc.constantFrom('valid', 'anomaly'),
    'network-log': fc.constantFrom('off', 'sample', 'all'),
    'check-timeout': fc.constantFrom('5', '60'),
    'check-memory': fc.constantFrom('512', '2048'),
  },
  { requiredKeys: [] },
);

/** Of every option its default, or a number or choice that it may be. */
const drawn = fc
  .tuple(fc.constantFrom(...pairs), texts, fc.nat(2 ** 31), fc.infiniteStream(fc.nat(30)))
  .map(([{ workload, target }, text, seed, picks]) => {
    const pick = (length: number): number => (picks.next().value ?? 0) % length;
    const options: Record<string, string> = {};
    for (const [name, option] of Object.entries(workload.options)) {
      const choices = option.choices ?? (/^\d+$/.test(option.default) ? ['3', '17'] : []);
      if (choices.length > 0 && pick(3) === 0) options[name] = choices[pick(choices.length)] ?? '';
    }
    const variant = target.variants[pick(target.variants.length)]?.name ?? '';
    const model = workload.models[pick(workload.models.length)] ?? '';
    const named = { workload: workload.name, target: target.name, variant, model };
    const flags = new Set(pick(4) === 0 ? ['log-stderr', 'log-net-send'] : []);
    const settings: Settings = { ...nothing, text: { ...text, ...named }, options, flags };
    return { settings, seed };
  });

describe('the command that runs a test again', () => {
  test('comes to the very plan, whether it says all or only what differs', async () => {
    await fc.assert(
      fc.asyncProperty(drawn, async ({ settings, seed }) => {
        const { plan, defaults } = await planOf(settings, seed);
        expect(defaults).toBeDefined();
        const short = commandOf(plan, defaults);
        const long = commandOf(plan);
        expect(await planFrom(short)).toEqual(plan);
        expect(await planFrom(long)).toEqual(plan);
        expect(short.length).toBeLessThan(long.length);
      }),
      { numRuns },
    );
  });

  test.each(pairs)(
    '$workload.name on $target.name: of defaults nothing is said',
    async ({ workload, target }) => {
      const text = { workload: workload.name, target: target.name };
      const { plan, defaults } = await planOf({ ...nothing, text }, 7);
      expect(commandOf(plan, defaults)).toBe(
        `dsx test --workload ${workload.name} --target ${target.name} --seed 7`,
      );
    },
  );

  test('arguments of a program are said, and reach it again', async () => {
    const bin = process.execPath;
    const args = ['--flag', 'a b', "it's"];
    const settings = { ...nothing, text: { workload: 'echo', bin }, nodeArgs: args };
    const { plan, defaults } = await planOf(settings, 3);
    const command = commandOf(plan, defaults);
    expect(command).toMatch(/^dsx test --workload echo --bin \S+ --seed 3 -- --flag 'a b' /);
    expect(plan.system).toEqual({ kind: 'bin', path: bin, args });
  });
});
