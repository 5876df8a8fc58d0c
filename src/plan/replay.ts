/** A plan as the command line that makes it again. */
import { nemesisText } from './parse.ts';
import type { RunPlan } from './plan.ts';

/** True if a fault of its script is for whoever leads when it begins. */
export function aimsAtLeaders({ script }: RunPlan): boolean {
  return script.some(({ fault }) => fault?.includes('"primaries":true') === true);
}

export function commandOf(plan: RunPlan): string {
  const words = ['dsx test', '--workload', plan.workload];
  const { system } = plan;
  if (system.kind === 'bin') words.push('--bin', quoted(system.path));
  else {
    if (system.file !== undefined) words.push('--config', quoted(system.file));
    words.push('--target', system.name, '--variant', system.variant);
  }
  // What is not a program's own pipes may be had in more than one testbed.
  if (plan.testbed !== 'stdio') words.push('--testbed', plan.testbed);
  for (const [name, value] of Object.entries(plan.options))
    words.push('--option', quoted(`${name}=${value}`));
  if (plan.nemeses.length > 0) {
    words.push('--nemesis', quoted(plan.nemeses.map(nemesisText).join(',')));
    words.push('--nemesis-interval', String(plan.nemesisIntervalMs / 1000));
  }
  words.push('--nodes', plan.nodes.join(','));
  words.push('--concurrency', String(plan.concurrency), '--rate', String(plan.rateHz));
  words.push('--time-limit', String(plan.timeLimitMs / 1000));
  if (plan.latencyMs > 0)
    words.push('--latency', String(plan.latencyMs), '--latency-dist', plan.latencyDistribution);
  words.push('--model', plan.model);
  if (plan.availability !== null) words.push('--availability', String(plan.availability));
  for (const gate of plan.gates) words.push('--gate', quoted(gate));
  words.push('--seed', String(plan.seed));
  if (system.kind === 'bin' && system.args.length > 0) words.push('--', ...system.args.map(quoted));
  return words.join(' ');
}

function quoted(word: string): string {
  return /^[\w./:=,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
