import type { Target } from '../contract/target.ts';
import type { EffectObstacles, Testbed } from '../contract/testbed.ts';
import type { RunPlan } from '../plan/plan.ts';
import type { RunWriter } from '../store/run-store.ts';
import type { RunClock } from './clock.ts';
import type { Watcher } from './watcher.ts';
export interface TestbedJob {
  readonly plan: RunPlan;
  readonly target: Target | null;
  readonly watcher: Watcher;
}
export declare function testbedFor(job: TestbedJob, writer: RunWriter, clock: RunClock): Testbed;
/** Effects on links that a testbed cannot have, by their kind, each with the reason. */
export declare function effectObstacles(testbed: string): EffectObstacles;
