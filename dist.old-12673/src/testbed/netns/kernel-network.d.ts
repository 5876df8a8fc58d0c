import type { EffectObstacles, Network } from '../../contract/testbed.ts';
import type { LinkRule, NodeId } from '../../fault/fault.ts';
import type { LinkVerifier } from './verify.ts';
/** Why links cannot have an effect, by its kind. */
export declare function kernelEffectObstacles(): EffectObstacles;
export declare class KernelNetwork implements Network {
  #private;
  /** `verifier` is asked for once the hosts are there. */
  constructor(nodes: readonly NodeId[], seed: number, verifier: () => LinkVerifier);
  shape(owner: string, rules: readonly LinkRule[], signal: AbortSignal): Promise<string>;
  unsupported(): Promise<EffectObstacles>;
  stop(): Promise<void>;
}
