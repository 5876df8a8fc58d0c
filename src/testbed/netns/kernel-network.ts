/** `Network` of the testbed `netns`: the kernel's own, shaped by nftables, each change seen to hold. */
import type { EffectObstacles, Network } from '../../contract/testbed.ts';
import type { LinkRule, NodeId } from '../../fault/fault.ts';
import { LinkRules, type LinkVerifier, seenOf } from '../network/link-rules.ts';
import { Detour, detourObstacle } from './detour.ts';
import { ruleset } from './ruleset.ts';
import { runCommand } from './system-command.ts';

/** What only somebody who stands between connections can do. */
const connectionEffects = {
  slice: 'the kernel cuts streams into packets as it likes. Use the testbed loopback, or bandwidth',
  reset: 'the testbed netns does not know connections. Use the testbed loopback, or partition',
};

/** Why links cannot have an effect, by its kind. */
export function kernelEffectObstacles(): EffectObstacles {
  const obstacle = detourObstacle();
  if (obstacle === undefined) return connectionEffects;
  return { ...connectionEffects, delay: obstacle, reorder: obstacle, bandwidth: obstacle };
}

export class KernelNetwork implements Network {
  readonly #rules: LinkRules;
  readonly #verifier: () => LinkVerifier;
  readonly #detour: Detour;

  /** `verifier` is asked for once the hosts are there. */
  constructor(nodes: readonly NodeId[], seed: number, verifier: () => LinkVerifier) {
    this.#rules = new LinkRules(nodes);
    this.#detour = new Detour(seed);
    this.#verifier = verifier;
  }

  async shape(owner: string, rules: readonly LinkRule[], signal: AbortSignal): Promise<string> {
    const obstacles = kernelEffectObstacles();
    return this.#rules.change({ owner, rules, obstacles, signal }, async (change) => {
      // It must be there before packets are sent to it, and know the link.
      await this.#detour.order(change.links);
      await runCommand('nft', ['-f', '-'], ruleset(change.links));
      return seenOf(change, this.#verifier());
    });
  }

  async unsupported(): Promise<EffectObstacles> {
    return Promise.resolve(kernelEffectObstacles());
  }

  async stop(): Promise<void> {
    await this.#detour.stop();
  }
}
