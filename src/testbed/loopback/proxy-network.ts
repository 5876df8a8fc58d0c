/** `Network` of the testbed `loopback`: a proxy before each node, each change seen to hold. */
import { UsageError } from '../../base/errors.ts';
import { listed } from '../../base/text.ts';
import type { EffectObstacles, Network } from '../../contract/testbed.ts';
import type { LinkEffect, LinkRule, NodeId } from '../../fault/fault.ts';
import { DirectedLink } from './link.ts';
import type { LinkVerifier, RuledLink } from './verify.ts';

const hidden = (what: string): string =>
  `the testbed loopback stands between connections, where TCP hides ${what}. In the testbed netns it can be had`;

/** Why links cannot have an effect, by its kind. */
export const proxyEffectObstacles = {
  duplicate: hidden('duplicates'),
  reorder: hidden('the order in which packets come'),
  corrupt: hidden('corrupted packets'),
} satisfies EffectObstacles;

export class ProxyNetwork implements Network {
  readonly #nodes: readonly NodeId[];
  readonly #links: ReadonlyMap<string, DirectedLink>;
  readonly #rules = new Map<string, readonly LinkRule[]>();
  readonly #verifier: () => LinkVerifier;
  #lastChange: Promise<unknown> = Promise.resolve();

  /** `verifier` is asked for once the hosts are there. */
  constructor(nodes: readonly NodeId[], verifier: () => LinkVerifier) {
    this.#nodes = nodes;
    this.#verifier = verifier;
    this.#links = new Map(
      nodes.flatMap((_, from) =>
        nodes.map((__, to) => [`${from}>${to}`, new DirectedLink()] as const),
      ),
    );
  }

  /** Both directions between two nodes by index; without rules for all that is no node. */
  linksBetween(
    from: number | undefined,
    to: number,
  ): readonly [there: DirectedLink, back: DirectedLink] {
    const there = from === to ? undefined : this.#links.get(`${from ?? ''}>${to}`);
    const back = from === to ? undefined : this.#links.get(`${to}>${from ?? ''}`);
    return [there ?? new DirectedLink(), back ?? new DirectedLink()];
  }

  async shape(owner: string, rules: readonly LinkRule[], signal: AbortSignal): Promise<string> {
    for (const rule of rules) this.#check(rule);
    // One change after another: probes of two at once would mix.
    const turn = this.#lastChange.then(async () => {
      signal.throwIfAborted();
      return this.#shape(owner, rules);
    });
    this.#lastChange = turn.catch(() => undefined);
    return turn;
  }

  async unsupported(): Promise<EffectObstacles> {
    return Promise.resolve(proxyEffectObstacles);
  }

  async #shape(owner: string, rules: readonly LinkRule[]): Promise<string> {
    const before = this.#ruled();
    if (rules.length === 0) this.#rules.delete(owner);
    else this.#rules.set(owner, rules);
    const after = this.#ruled();
    for (const [key, link] of this.#links) {
      const effects = after.find(({ from, to }) => `${from}>${to}` === key)?.effects ?? [];
      // A change wakes what waits; nothing waits for rules that stay the same.
      if (effects.length > 0 || link.effects.length > 0) link.effects = effects;
    }
    const own = after.filter(({ from, to }) =>
      rules.some((rule) => this.#index(rule.from) === from && this.#index(rule.to) === to),
    );
    const freed = before.filter(
      (link) => !after.some(({ from, to }) => from === link.from && to === link.to),
    );
    // A probe needs both directions, and so cannot show one that another fault leaves cut.
    const testable = freed.filter(({ from, to }) => !this.#linksCut(from, to));
    const parts = own.length === 0 ? [] : [await this.#verifier().rules(own)];
    if (own.length === 0 || testable.length > 0)
      parts.push(await this.#verifier().healed(testable));
    return parts.join('; ');
  }

  #linksCut(from: number, to: number): boolean {
    return this.linksBetween(from, to).some((link) => link.isCut);
  }

  /** Every link that has a rule, with the effects of all owners. */
  #ruled(): readonly RuledLink[] {
    const links = new Map<string, { from: number; to: number; effects: LinkEffect[] }>();
    for (const { from, to, effect } of [...this.#rules.values()].flat()) {
      const key = `${from}>${to}`;
      const link = links.get(key) ?? {
        from: this.#index(from),
        to: this.#index(to),
        effects: [],
      };
      link.effects.push(effect);
      links.set(key, link);
    }
    return [...links.values()];
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
    const obstacle = (proxyEffectObstacles as EffectObstacles)[effect.kind];
    if (obstacle !== undefined) throw new UsageError(obstacle);
  }
}
