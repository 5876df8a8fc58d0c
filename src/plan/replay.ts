/** A plan as the command line that makes it again, in as few words as will do. */
import { shellWord } from '../base/text.ts';
import { nemesisText } from './parse.ts';
import type { RunPlan } from './plan.ts';

/** True if a fault of its script is for whoever leads when it begins. */
export function aimsAtLeaders({ script }: RunPlan): boolean {
  return script.some(({ fault }) => fault?.includes('"primaries":true') === true);
}

/**
 * The command that comes to the same plan.
 * @param defaults what `dsx test` with this workload, this system and nothing else comes to: what
 *   is the same is left out. Null if that is not known: all is said.
 */
export function commandOf(plan: RunPlan, defaults: RunPlan | null = null): string {
  const words = ['dsx test', '--workload', plan.workload, ...systemWords(plan, defaults)];
  for (const [name, value] of Object.entries(plan.options))
    if (value !== defaults?.options[name]) words.push('--option', shellWord(`${name}=${value}`));
  if (plan.nemeses.length > 0)
    words.push('--nemesis', shellWord(plan.nemeses.map(nemesisText).join(',')));
  words.push(...loadWords(plan, defaults), ...judgingWords(plan, defaults));
  words.push('--seed', String(plan.seed));
  const { system } = plan;
  if (system.kind === 'bin' && system.args.length > 0)
    words.push('--', ...system.args.map(shellWord));
  return words.join(' ');
}

function systemWords(plan: RunPlan, defaults: RunPlan | null): readonly string[] {
  const { system, testbed } = plan;
  // What is not a program's own pipes may be had in more than one testbed.
  const usual = defaults?.testbed ?? 'stdio';
  const where = testbed === usual ? [] : ['--testbed', testbed];
  if (system.kind === 'bin') return ['--bin', shellWord(system.path), ...where];
  const file = system.file === undefined ? [] : ['--config', shellWord(system.file)];
  const known = defaults?.system.kind === 'target' ? defaults.system.variant : null;
  const variant = system.variant === known ? [] : ['--variant', system.variant];
  return [...file, '--target', system.name, ...variant, ...where];
}

function loadWords(plan: RunPlan, defaults: RunPlan | null): readonly string[] {
  const isNamed = plan.nodes.join(',') !== defaults?.nodes.join(',');
  const isSlow = plan.latencyMs !== (defaults?.latencyMs ?? 0);
  const differs = (name: keyof RunPlan): boolean => plan[name] !== defaults?.[name];
  return [
    ...flag(differs('nemesisIntervalMs'), 'nemesis-interval', plan.nemesisIntervalMs / 1000),
    ...flag(isNamed, 'nodes', plan.nodes.join(',')),
    // A default may be so many for each node.
    ...flag(isNamed || differs('concurrency'), 'concurrency', plan.concurrency),
    ...flag(differs('rateHz'), 'rate', plan.rateHz),
    ...flag(differs('timeLimitMs'), 'time-limit', plan.timeLimitMs / 1000),
    ...flag(isSlow, 'latency', plan.latencyMs),
    ...flag(
      plan.latencyDistribution !== (defaults?.latencyDistribution ?? 'constant'),
      'latency-dist',
      plan.latencyDistribution,
    ),
    ...flag(differs('recoveryMs'), 'recovery-time', plan.recoveryMs / 1000),
    // Unless said otherwise it grows with the latency.
    ...flag(
      isSlow || differs('operationTimeoutMs'),
      'operation-timeout',
      plan.operationTimeoutMs / 1000,
    ),
  ];
}

/** What is judged, and what is kept. */
function judgingWords(plan: RunPlan, defaults: RunPlan | null): readonly string[] {
  const differs = (name: keyof RunPlan): boolean => plan[name] !== defaults?.[name];
  return [
    ...flag(differs('model'), 'model', plan.model),
    ...flag(plan.availability !== null, 'availability', plan.availability ?? 0),
    ...plan.gates.flatMap((gate) => ['--gate', shellWord(gate)]),
    ...flag(plan.expect !== 'valid', 'expect', plan.expect),
    ...flag(plan.networkLog !== 'sample', 'network-log', plan.networkLog),
    ...flag(differs('checkTimeoutMs'), 'check-timeout', plan.checkTimeoutMs / 1000),
    ...flag(differs('checkMemoryMb'), 'check-memory', plan.checkMemoryMb),
    ...(plan.logNetSend ? ['--log-net-send'] : []),
    ...(plan.logNetReceive ? ['--log-net-recv'] : []),
    ...(plan.logStderr ? ['--log-stderr'] : []),
  ];
}

function flag(isSaid: boolean, name: string, value: string | number): readonly string[] {
  return isSaid ? [`--${name}`, shellWord(String(value))] : [];
}
