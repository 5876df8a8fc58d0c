/** `Network` of the testbed `netns`: the kernel's own, shaped by nftables, each change seen to hold. */
import { UsageError } from '../../base/errors.ts';
import { listed } from '../../base/text.ts';
import type { EffectObstacles, Network } from '../../contract/testbed.ts';
import type { LinkEffect, LinkRule, NodeId } from '../../fault/fault.ts';
import { Detour, detourObstacle } from './detour.ts';
import { type LinkPlan, ruleset } from './ruleset.ts';
import { runCommand } from './system-command.ts';
import type { LinkVerifier } from './verify.ts';

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
  readonly #nodes: readonly NodeId[];
  readonly #rules = new Map<string, readonly LinkRule[]>();
  readonly #verifier: () => LinkVerifier;
  readonly #detour: Detour;
  #lastChange: Promise<unknown> = Promise.resolve();

  /** `verifier` is asked for once the hosts are there. */
  constructor(nodes: readonly NodeId[], seed: number, verifier: () => LinkVerifier) {
    this.#nodes = nodes;
    this.#detour = new Detour(seed);
    this.#verifier = verifier;
  }

  async shape(owner: string, rules: readonly LinkRule[], signal: AbortSignal): Promise<string> {
    const obstacles = kernelEffectObstacles();
    for (const rule of rules) {
      const obstacle = obstacles[rule.effect.kind];
      if (obstacle !== undefined) throw new UsageError(obstacle);
      this.#check(rule);
    }
    // One change after another: probes of two at once would mix.
    const turn = this.#lastChange.then(async () => {
      signal.throwIfAborted();
      return this.#shape(owner, rules);
    });
    this.#lastChange = turn.catch(() => undefined);
    return turn;
  }

  async unsupported(): Promise<EffectObstacles> {
    return Promise.resolve(kernelEffectObstacles());
  }

  async stop(): Promise<void> {
    await this.#detour.stop();
  }

  async #shape(owner: string, rules: readonly LinkRule[]): Promise<string> {
    const before = this.#plans();
    if (rules.length === 0) this.#rules.delete(owner);
    else this.#rules.set(owner, rules);
    const after = this.#plans();
    // It must be there before packets are sent to it, and know the link.
    await this.#detour.order(after);
    await runCommand('nft', ['-f', '-'], ruleset(after));
    const own = after.filter(({ from, to }) =>
      rules.some((rule) => this.#index(rule.from) === from && this.#index(rule.to) === to),
    );
    const freed = before.filter(
      (link) => !after.some(({ from, to }) => from === link.from && to === link.to),
    );
    const parts = own.length === 0 ? [] : [await this.#verifier().rules(own)];
    if (own.length === 0 || freed.length > 0) parts.push(await this.#verifier().healed(freed));
    return parts.join('; ');
  }

  /** Every link that has a rule, with the effects of all owners. */
  #plans(): readonly LinkPlan[] {
    const plans = new Map<string, { from: number; to: number; effects: LinkEffect[] }>();
    for (const { from, to, effect } of [...this.#rules.values()].flat()) {
      const key = `${from}>${to}`;
      const plan = plans.get(key) ?? {
        from: this.#index(from),
        to: this.#index(to),
        effects: [],
      };
      plan.effects.push(effect);
      plans.set(key, plan);
    }
    return [...plans.values()];
  }

  #index(node: NodeId): number {
    return this.#nodes.indexOf(node);
  }

  #check({ from, to, effect }: LinkRule): void {
    for (const end of [from, to])
      if (!this.#nodes.includes(end))
        throw new UsageError(
          `a rule of the network names "${end}", which is not a node; the nodes are ${listed(this.#nodes)}`,
        );
    if ('probability' in effect && !(effect.probability >= 0 && effect.probability <= 1))
      throw new UsageError(
        `a probability is from 0 to 1, but ${effect.kind} has ${effect.probability}`,
      );
    if (effect.kind === 'delay' && !(effect.meanMs >= 0 && effect.jitterMs >= 0))
      throw new UsageError(
        `a delay cannot be negative, but it is ${effect.meanMs} ms ± ${effect.jitterMs} ms`,
      );
  }
}
