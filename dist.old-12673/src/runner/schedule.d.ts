import { type Prng } from '../base/prng.ts';
import type { Nemesis, ProposeContext } from '../contract/nemesis.ts';
import type { WorkloadSchedule } from '../contract/workload.ts';
import type { Generator } from '../generator/generator.ts';
import type { RunPlan } from '../plan/plan.ts';
/** The nemeses that a plan names, random or scripted. */
export declare function faultsOf(plan: RunPlan): Promise<ReadonlyMap<string, Nemesis>>;
/** What bears on which faults make sense. */
export type SystemKnowledge = Pick<ProposeContext, 'knowsPrimaries' | 'impossibleEffects'>;
/**
 * Load with faults beside it; then all is healed; then, if the workload has last reads, the
 * recovery time and those.
 */
export declare function planSchedule(
  plan: RunPlan,
  schedule: WorkloadSchedule,
  rng: Prng,
  known: SystemKnowledge,
): Promise<Generator>;
