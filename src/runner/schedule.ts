/** From a plan and a workload's generators to the one generator of the whole run. */
import { UsageError } from '../base/errors.ts';
import { fork, type Prng } from '../base/prng.ts';
import { secondsToNs } from '../base/units.ts';
import type { Nemesis, ProposeContext } from '../contract/nemesis.ts';
import type { WorkloadSchedule } from '../contract/workload.ts';
import type { Fault } from '../fault/fault.ts';
import { faultFrom } from '../fault/schedule.ts';
import {
  clients,
  log,
  of,
  nemesis as onNemesis,
  phases,
  rate,
  sequence,
  sleep,
  timeLimit,
} from '../generator/combinators.ts';
import {
  type FaultSource,
  randomFaults,
  scriptedFaults,
  type TimedFault,
} from '../generator/faults.ts';
import type { Generator } from '../generator/generator.ts';
import { remember } from '../generator/remember.ts';
import type { NemesisSpec, RunPlan, ScriptedFault } from '../plan/plan.ts';
import { findNemesis } from '../registry.ts';
import { healF, recoverF } from './nemesis.ts';

/** The nemeses that a plan names, random or scripted. */
export async function faultsOf(plan: RunPlan): Promise<ReadonlyMap<string, Nemesis>> {
  const names = [...plan.nemeses, ...plan.script.map((entry) => entry.nemesis)].map(
    (spec) => spec.name,
  );
  const found = new Map<string, Nemesis>();
  for (const name of names) found.set(name, await findNemesis(name));
  return found;
}

/** What bears on which faults make sense, and on how long the last reads wait. */
export interface SystemKnowledge
  extends Pick<ProposeContext, 'knowsPrimaries' | 'impossibleEffects'> {
  /** Whether the target says when it answers again after all was healed. */
  readonly tellsRecovery?: boolean;
  /** Whether a random fault that strikes the leader goes on until another one leads. */
  readonly awaitsLeader?: boolean;
}

/**
 * Load with faults beside it; then all is healed; then, if the workload has last reads, the
 * recovery time and those.
 */
export async function planSchedule(
  plan: RunPlan,
  schedule: WorkloadSchedule,
  rng: Prng,
  known: SystemKnowledge,
): Promise<Generator> {
  const limitNs = secondsToNs(plan.timeLimitMs / 1000);
  const paced =
    plan.rateHz === 0 ? schedule.main : rate(fork(rng, 'rate'), plan.rateHz, schedule.main);
  const load = timeLimit(limitNs, paced, 'asked');
  const faults = await faultGenerator(plan, fork(rng, 'faults'), known);
  const { final, remembers = () => false } = schedule;
  if (faults === null) {
    if (final === undefined) return clients(load);
    return remember(clients(load), remembers, ({ keys, completions }) =>
      clients(final(keys, completions)),
    );
  }
  const both = clients(load, timeLimit(limitNs, faults, 'asked'));
  const heal = onNemesis(of({ f: healF, value: null }));
  if (final === undefined) return phases(both, heal);
  const wait =
    known.tellsRecovery === true
      ? of({ f: recoverF, value: null })
      : sleep(secondsToNs(plan.recoveryMs / 1000));
  const recovery = onNemesis(sequence(log('healed; waiting for recovery'), wait));
  return remember(both, remembers, ({ keys, completions }) =>
    phases(heal, recovery, clients(final(keys, completions))),
  );
}

async function faultGenerator(
  plan: RunPlan,
  rng: Prng,
  known: SystemKnowledge,
): Promise<Generator | null> {
  const nemeses = await faultsOf(plan);
  if (plan.script.length > 0) {
    const timed = plan.script.map((entry, i) =>
      timedFault(
        entry,
        sourceOf(plan, entry.nemesis, nemesisIn(nemeses, entry.nemesis), known),
        fork(rng, `script ${i}`),
      ),
    );
    return scriptedFaults(timed);
  }
  if (plan.nemeses.length === 0) return null;
  const sources = plan.nemeses.map((spec) => sourceOf(plan, spec, nemesisIn(nemeses, spec), known));
  // Proposed once here, so that a fault that makes no sense is refused before anything starts.
  for (const source of sources) source.propose(rng, 0);
  const intervalNs = secondsToNs(plan.nemesisIntervalMs / 1000);
  return randomFaults({ sources, intervalNs, rng, awaitsLeader: known.awaitsLeader === true });
}

function nemesisIn(nemeses: ReadonlyMap<string, Nemesis>, spec: NemesisSpec): Nemesis {
  const found = nemeses.get(spec.name);
  if (found === undefined) throw new UsageError(`there is no nemesis ${spec.name}`);
  return found;
}

function sourceOf(
  plan: RunPlan,
  spec: NemesisSpec,
  nemesis: Nemesis,
  known: SystemKnowledge,
): FaultSource {
  return {
    name: nemesis.name,
    stopF: nemesis.stopF,
    propose: (source, ordinal) =>
      nemesis.propose(
        {
          ordinal,
          nodes: plan.nodes,
          shape: spec.shape ?? undefined,
          parameters: spec.parameters,
          ...known,
        },
        source,
      ),
  };
}

function timedFault(entry: ScriptedFault, source: FaultSource, rng: Prng): TimedFault {
  const startNs = secondsToNs(entry.atMs / 1000);
  return {
    startNs,
    endNs: startNs + secondsToNs(entry.forMs / 1000),
    name: source.name,
    stopF: source.stopF,
    fault: literalFault(entry) ?? source.propose(rng, 0)[0],
  };
}

function literalFault(entry: ScriptedFault): Fault | undefined {
  return entry.fault === null ? undefined : faultFrom(JSON.parse(entry.fault) as never);
}
