import type { EffectObstacles, Network } from '../../contract/testbed.ts';
import type { LinkRule, NodeId } from '../../fault/fault.ts';
import { DirectedLink } from './link.ts';
import type { LinkVerifier } from './verify.ts';
/** Why links cannot have an effect, by its kind. */
export declare const proxyEffectObstacles: {
  duplicate: string;
  reorder: string;
  corrupt: string;
};
export declare class ProxyNetwork implements Network {
  #private;
  /** `verifier` is asked for once the hosts are there. */
  constructor(nodes: readonly NodeId[], verifier: () => LinkVerifier);
  /** Both directions between two nodes by index; without rules for all that is no node. */
  linksBetween(
    from: number | undefined,
    to: number,
  ): readonly [there: DirectedLink, back: DirectedLink];
  shape(owner: string, rules: readonly LinkRule[], signal: AbortSignal): Promise<string>;
  unsupported(): Promise<EffectObstacles>;
}
