/**
 * From flags and `dsx.yaml` to a plan with no option left open. Names are checked here,
 * before any process starts.
 */
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError } from '../base/errors.ts';
import { didYouMean, listed } from '../base/text.ts';
import type { Target } from '../contract/target.ts';
import type { Workload } from '../contract/workload.ts';
import { parseGates } from '../plan/gate.ts';
import {
  completeOptions,
  latencyDistributions,
  nodeNames,
  parseAvailability,
  parseChoice,
  parseConcurrency,
  parseNemeses,
  parseNumber,
} from '../plan/parse.ts';
import type { NemesisSpec, RunPlan, ScriptedFault, SystemUnderTest } from '../plan/plan.ts';
import { findNemesis, findTarget, findWorkload, loadTargets, unknownName } from '../registry.ts';
import { nearestConfig } from './config-file.ts';

/** Flags as typed (or as `dsx.yaml` has them), before they mean anything. */
export interface Settings {
  readonly text: Readonly<Record<string, string | undefined>>;
  readonly flags: ReadonlySet<string>;
  readonly options: Readonly<Record<string, string>>;
  readonly script: readonly ScriptedFault[];
  /** The system that a configuration file describes. */
  readonly described?: { readonly target: Target; readonly file: string } | null;
  /** What stands after `--`. */
  readonly nodeArgs: readonly string[];
}

/** Maelstrom's flags that belong to some workloads, and are ignored by the others. */
const workloadFlags = [
  'key-count',
  'key-dist',
  'min-txn-length',
  'max-txn-length',
  'max-writes-per-key',
  'topology',
  'values',
] as const;

export interface Planned {
  readonly plan: RunPlan;
  readonly workload: Workload;
  readonly target: Target | null;
  readonly notes: readonly string[];
  /** What flags that are left out come to; null or absent where a file may say otherwise. */
  readonly defaults?: RunPlan | null;
}

export async function planOf(settings: Settings, seed: number): Promise<Planned> {
  const workload = await findWorkload(settings.text['workload'] ?? 'register');
  const target = settings.text['bin'] === undefined ? await targetOf(settings, workload) : null;
  const planned = await completed(settings, { workload, target }, seed);
  // A file is read whenever there is one: then flags must say all, whatever stands in it.
  if (planned.plan.system.kind === 'target' && planned.plan.system.file !== undefined)
    return planned;
  if (nearestConfig() !== null) return planned;
  return { ...planned, defaults: await defaultsOf(planned) };
}

/** The plan of the same workload and system when no other flag is given but the nemeses. */
async function defaultsOf({ workload, target, plan }: Planned): Promise<RunPlan> {
  const { system, seed, nemeses } = plan;
  const text = system.kind === 'bin' ? { bin: system.path } : {};
  const none = { flags: new Set<string>(), options: {}, script: [], nodeArgs: [] };
  const { plan: bare } = await completed({ text, ...none }, { workload, target }, seed);
  // How long the load lasts by default depends on them.
  return { ...bare, timeLimitMs: 1000 * timeLimitFor(target, nemeses) };
}

async function completed(
  settings: Settings,
  { workload, target }: Pick<Planned, 'workload' | 'target'>,
  seed: number,
): Promise<Planned> {
  const { text, flags } = settings;
  const system = systemOf(settings, target);
  checkOffers(target, workload);
  const testbed = testbedOf(settings, target);
  if (testbed === 'stdio' && workload.maelstrom === undefined)
    throw new UsageError(`workload ${workload.name} has no client for the stdio testbed`);
  const nodes = nodesOf(settings, target);
  const nemeses = parseNemeses(text['nemesis'] ?? '');
  for (const spec of [...nemeses, ...settings.script.map((entry) => entry.nemesis)])
    await checkNemesis(spec);
  const { options, notes } = optionsOf(settings, workload, target);
  const plan: RunPlan = {
    workload: workload.name,
    options,
    system,
    testbed,
    nodes,
    concurrency: parseConcurrency(
      text['concurrency'] ?? workload.defaults.concurrency,
      nodes.length,
    ),
    nemeses,
    script: settings.script,
    model: modelOf(text, workload, target),
    availability: parseAvailability(text['availability']),
    gates: parseGates(text['gate'] ?? '').map((gate) => gate.text),
    seed,
    expect: parseChoice('expect', text['expect'] ?? 'valid', ['valid', 'anomaly']),
    networkLog: parseChoice('network-log', text['network-log'] ?? 'sample', [
      'off',
      'sample',
      'all',
    ]),
    ...timesOf(text, workload, target, nemeses),
    logNetSend: flags.has('log-net-send'),
    logNetReceive: flags.has('log-net-recv'),
    logStderr: flags.has('log-stderr'),
  };
  return { plan, workload, target, notes };
}

/**
 * By default Raft where that will do, else the first that needs no installed server and promises
 * what the workload asks for.
 */
async function targetOf({ text, described }: Settings, workload: Workload): Promise<Target> {
  const name = text['target'] ?? described?.target.name;
  // The name of a system that a file describes beats that of a bundled one.
  if (name !== undefined)
    return described?.target.name === name ? described.target : findTarget(name);
  const offers = [...(await loadTargets()).values()]
    .filter((target) => target.objects.includes(workload.object))
    .toSorted((a, b) => Number(b.testbed === 'stdio') - Number(a.testbed === 'stdio'))
    .toSorted((a, b) => keepsLess(a, workload) - keepsLess(b, workload))
    .map((target) => target.name);
  return findTarget(offers.find((offered) => offered === 'raft') ?? offers[0] ?? 'raft');
}

/** 1 if the target keeps less than the workload asks for by default. */
function keepsLess({ keeps }: Target, { name }: Workload): number {
  return keeps?.[name] === undefined ? 0 : 1;
}

function timesOf(
  text: Settings['text'],
  workload: Workload,
  target: Target | null,
  nemeses: readonly NemesisSpec[],
) {
  const seconds = (name: string, fallback: number): number =>
    1000 * parseNumber(name, text[name] ?? String(fallback), { min: 0.001 });
  const latencyMs = parseNumber('latency', text['latency'] ?? '0', { min: 0, max: 60_000 });
  // Connections of the kernel's TCP that a partition stalled take their time to go on.
  const isServer = target !== null && target.testbed !== 'stdio';
  const recovery = String(isServer ? (target.recoverySeconds ?? 2) : 1);
  return {
    rateHz: parseNumber('rate', text['rate'] ?? String(workload.defaults.rate), { min: 0 }),
    timeLimitMs: seconds('time-limit', timeLimitFor(target, nemeses)),
    nemesisIntervalMs: seconds('nemesis-interval', 2),
    recoveryMs: 1000 * parseNumber('recovery-time', text['recovery-time'] ?? recovery, { min: 0 }),
    latencyMs,
    latencyDistribution: parseChoice(
      'latency-dist',
      text['latency-dist'] ?? 'constant',
      latencyDistributions,
    ),
    // Maelstrom's client timeout for lin-kv: ten latencies, at least a second.
    // Whole: timers of the platform refuse fractions.
    operationTimeoutMs: Math.max(
      1,
      Math.round(seconds('operation-timeout', Math.max(1, latencyMs / 100))),
    ),
    checkTimeoutMs: seconds('check-timeout', 60),
    checkMemoryMb: parseNumber('check-memory', text['check-memory'] ?? '2048', { min: 16 }),
  };
}

/** Leaders of real systems are struck one at a time, by each nemesis in turn: that takes longer. */
function timeLimitFor(target: Target | null, nemeses: readonly NemesisSpec[]): number {
  if (target === null || target.testbed === 'stdio' || !target.reportsPrimary) return 10;
  return 10 + 5 * Math.max(0, new Set(nemeses.map(({ name }) => name)).size - 1);
}

function testbedsOf(target: Target | null): readonly string[] {
  if (target === null || target.testbed === 'stdio') return ['stdio'];
  // Without the ports there is nothing that a proxy could stand before.
  return target.peerPorts === undefined ? ['netns'] : ['netns', 'loopback'];
}

/** Programs that speak the Maelstrom protocol run in `stdio`, servers on a network. */
function testbedOf({ text }: Settings, target: Target | null): string {
  const possible = testbedsOf(target);
  const asked = text['testbed'] ?? target?.testbed ?? 'stdio';
  if (possible.includes(asked)) return asked;
  const known = parseChoice('testbed', asked, ['stdio', 'netns', 'loopback']);
  const what = target === null ? 'a program of --bin' : `target ${target.name}`;
  throw new UsageError(
    `${what} runs in the testbed ${listed(possible, 'or')}, not in ${known}.\nsee what runs where: dsx list targets`,
  );
}

function systemOf(settings: Settings, target: Target | null): SystemUnderTest {
  const { text, nodeArgs } = settings;
  if (target === null) {
    if (text['target'] !== undefined || text['variant'] !== undefined)
      throw new UsageError('--bin names a program of yours; --target and --variant go without it');
    const path = resolve(text['bin'] ?? '');
    checkProgram(path);
    return { kind: 'bin', path, args: nodeArgs };
  }
  if (nodeArgs.length > 0)
    throw new UsageError(
      `arguments after -- go to the program of --bin; a target takes none, got: ${nodeArgs.join(' ')}`,
    );
  const names = target.variants.map((variant) => variant.name);
  const variant = text['variant'] ?? names[0] ?? '';
  if (!names.includes(variant)) throw unknownName(`variant of ${target.name}`, variant, names);
  const file = settings.described?.target === target ? { file: settings.described.file } : {};
  return { kind: 'target', name: target.name, variant, ...file };
}

/** Says what is wrong with the program before five nodes of it fail one by one. */
function checkProgram(path: string): void {
  let head: string;
  try {
    const stat = statSync(path);
    if (stat.isDirectory())
      throw new UsageError(`--bin takes a program; ${path} is a folder. Name the file in it`);
    accessSync(path, constants.X_OK);
    head = stat.size === 0 ? '' : readFileSync(path).subarray(0, 4).toString('latin1');
  } catch (thrown) {
    if (thrown instanceof UsageError) throw thrown;
    const code = (thrown as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') throw new UsageError(`--bin takes a program; there is no file ${path}`);
    if (code === 'EACCES')
      throw new UsageError(
        `--bin takes a program that may be executed; ${path} may not.\nto allow it: chmod +x ${path}`,
      );
    throw new UsageError(`--bin ${path} cannot be read: ${String(thrown)}`);
  }
  // ELF, a script, or one of the Mach-O magics: what a kernel can start by itself.
  if (
    head.startsWith('\x7fELF') ||
    head.startsWith('#!') ||
    /^(?:\xca\xfe|\xcf\xfa|\xce\xfa)/.test(head)
  )
    return;
  throw new UsageError(
    `--bin ${path} is neither a binary nor a script with a first line that names its interpreter.\nif it is a script, begin it with a line such as: #!/usr/bin/env python3`,
  );
}

function checkOffers(target: Target | null, workload: Workload): void {
  if (target === null || target.objects.includes(workload.object)) return;
  throw new UsageError(
    `target ${target.name} offers ${listed(target.objects)}; workload ${workload.name} needs ${workload.object}.\nsee what fits together: dsx list`,
  );
}

function nodesOf(settings: Settings, target: Target | null): string[] {
  const { text } = settings;
  if (text['nodes'] !== undefined) {
    const names = text['nodes'].split(',').map((name) => name.trim());
    const bad = names.find((name, i) => !/^[\w-]+$/.test(name) || names.indexOf(name) !== i);
    if (bad !== undefined)
      throw new UsageError(`--nodes takes distinct names such as n1,n2,n3; cannot use "${bad}"`);
    return names;
  }
  if (text['node-count'] === undefined) return nodeNames(target?.nodeCount ?? 5, 1);
  return nodeNames(
    parseNumber('node-count', text['node-count'], { min: 1, max: 200, integer: true }),
    0,
  );
}

async function checkNemesis(spec: NemesisSpec): Promise<void> {
  const nemesis = await findNemesis(spec.name);
  for (const name of Object.keys(spec.parameters))
    if (nemesis.parameters[name] === undefined)
      throw unknownName(`parameter of ${spec.name}`, name, Object.keys(nemesis.parameters));
}

/** One model, or several with commas between them: each is judged. */
/** As asked for; else what the target keeps of this workload; else the workload's own. */
function modelOf(text: Settings['text'], workload: Workload, target: Target | null): string {
  const asked = text['model'] ?? text['consistency-models'];
  const kept = target?.keeps?.[workload.name];
  const models = (asked ?? kept ?? workload.models[0] ?? '').split(',').map((name) => name.trim());
  const unknown = models.find((model) => !workload.models.includes(model));
  if (unknown === undefined) return models.join(',');
  const meant = didYouMean(unknown, workload.models);
  throw new UsageError(
    `workload ${workload.name} cannot be judged against "${unknown}".${meant}\nit can against: ${listed(workload.models)}`,
  );
}

function optionsOf(settings: Settings, workload: Workload, target: Target | null) {
  const notes: string[] = [];
  const alias = workload.aliasOptions?.[settings.text['workload'] ?? ''] ?? {};
  const given: Record<string, string> = { ...alias, ...settings.options };
  for (const name of workloadFlags) {
    const value = settings.text[name];
    if (value === undefined) continue;
    if (workload.options[name] === undefined)
      notes.push(`workload ${workload.name} does not use --${name}; it is ignored`);
    else given[name] = value;
  }
  for (const [name, value] of Object.entries(target?.defaults ?? {}))
    if (workload.options[name] !== undefined) given[name] ??= value;
  return { options: completeOptions(workload.name, workload.options, given), notes };
}
