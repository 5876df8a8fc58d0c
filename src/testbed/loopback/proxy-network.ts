/** `Network` of the testbed `loopback`: a proxy before each node, each change seen to hold. */
import type { EffectObstacles, Network } from '../../contract/testbed.ts';
import type { LinkRule, NodeId } from '../../fault/fault.ts';
import { LinkRules, type LinkVerifier, seenOf } from '../network/link-rules.ts';
import { DirectedLink } from './link.ts';

const hidden = (what: string): string =>
  `the testbed loopback stands between connections, where TCP hides ${what}. In the testbed netns it can be had`;

/** Why links cannot have an effect, by its kind. */
export const proxyEffectObstacles = {
  duplicate: hidden('duplicates'),
  reorder: hidden('the order in which packets come'),
  corrupt: hidden('corrupted packets'),
} satisfies EffectObstacles;

export class ProxyNetwork implements Network {
  readonly #links: ReadonlyMap<string, DirectedLink>;
  readonly #rules: LinkRules;
  readonly #verifier: () => LinkVerifier;

  /** `verifier` is asked for once the hosts are there. */
  constructor(nodes: readonly NodeId[], verifier: () => LinkVerifier) {
    this.#rules = new LinkRules(nodes);
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
    const order = { owner, rules, obstacles: proxyEffectObstacles, signal };
    return this.#rules.change(order, async ({ links, own, freed, othersCount }) => {
      for (const [key, link] of this.#links) {
        const effects = links.find(({ from, to }) => `${from}>${to}` === key)?.effects ?? [];
        // A change wakes what waits; nothing waits for rules that stay the same.
        if (effects.length > 0 || link.effects.length > 0) link.effects = effects;
      }
      // A probe needs both directions, and so cannot show one that another fault leaves cut.
      const testable = freed.filter(({ from, to }) => !this.#isCut(from, to));
      const cutCount = freed.length - testable.length;
      const change = { own, freed: testable, othersCount: othersCount + cutCount };
      return seenOf(change, this.#verifier());
    });
  }

  async unsupported(): Promise<EffectObstacles> {
    return Promise.resolve(proxyEffectObstacles);
  }

  #isCut(from: number, to: number): boolean {
    return this.linksBetween(from, to).some((link) => link.isCut);
  }
}
