/** How long a message is on its way. */
import type { Random } from '../../base/prng.ts';
import type { LatencyDistribution } from '../../plan/plan.ts';
export interface Latency {
  readonly meanMs: number;
  readonly distribution: LatencyDistribution;
}
/** A latency, at least 0. With a mean of 0 nothing is drawn, whatever the distribution. */
export declare function drawLatencyMs({ meanMs, distribution }: Latency, random: Random): number;
