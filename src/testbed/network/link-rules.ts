/**
 * Rules of links, whoever asked for them. Both networks keep them here, and change them one
 * after another; what a rule does to a link, and how that is seen, is theirs.
 */
import { UsageError } from '../../base/errors.ts';
import { listed, plural } from '../../base/text.ts';
import type { EffectObstacles } from '../../contract/testbed.ts';
import type { LinkEffect, LinkRule, NodeId } from '../../fault/fault.ts';

/** A link from one node to another, by index, and what all rules together do on it. */
export interface RuledLink {
  readonly from: number;
  readonly to: number;
  readonly effects: readonly LinkEffect[];
}

/** Looks for itself whether links do what their rules say. */
export interface LinkVerifier {
  /** A sentence saying what was seen. @throws TargetError if a rule did not take hold. */
  rules(links: readonly RuledLink[]): Promise<string>;
  /** A sentence saying that links without rules deliver. @throws TargetError if one does not. */
  healed(links: readonly Omit<RuledLink, 'effects'>[]): Promise<string>;
}

/** What a change of one owner's rules does to the links. */
export interface LinkChange {
  /** Every link that has a rule now. */
  readonly links: readonly RuledLink[];
  /** Those of them that the owner's rules name. */
  readonly own: readonly RuledLink[];
  /** Those that had a rule before and have none now. */
  readonly freed: readonly RuledLink[];
  /** How many the owner had rules on before, and has none on now, but others have. */
  readonly othersCount: number;
}

export class LinkRules {
  readonly #nodes: readonly NodeId[];
  readonly #rules = new Map<string, readonly LinkRule[]>();
  #lastChange: Promise<unknown> = Promise.resolve();

  constructor(nodes: readonly NodeId[]) {
    this.#nodes = nodes;
  }

  /**
   * Puts the owner's rules in place of those it had, and has `apply` bring them about; its
   * sentence is the result.
   * @throws UsageError if a rule is none, or there is an obstacle to its effect.
   */
  async change(
    { owner, rules, obstacles, signal }: LinkOrder,
    apply: (change: LinkChange) => Promise<string>,
  ): Promise<string> {
    for (const rule of rules) this.#check(rule, obstacles);
    // One change after another: probes of two at once would mix.
    const turn = this.#lastChange.then(async () => {
      signal.throwIfAborted();
      return apply(this.#replaced(owner, rules));
    });
    this.#lastChange = turn.catch(() => undefined);
    return turn;
  }

  #replaced(owner: string, rules: readonly LinkRule[]): LinkChange {
    const before = this.#links();
    const ruledBefore = this.#rules.get(owner) ?? [];
    if (rules.length === 0) this.#rules.delete(owner);
    else this.#rules.set(owner, rules);
    const links = this.#links();
    const isIn = (list: readonly LinkRule[], { from, to }: RuledLink): boolean =>
      list.some((rule) => this.#index(rule.from) === from && this.#index(rule.to) === to);
    return {
      links,
      own: links.filter((link) => isIn(rules, link)),
      othersCount: links.filter((link) => isIn(ruledBefore, link) && !isIn(rules, link)).length,
      freed: before.filter(
        (link) => !links.some(({ from, to }) => from === link.from && to === link.to),
      ),
    };
  }

  #links(): readonly RuledLink[] {
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

  #check({ from, to, effect }: LinkRule, obstacles: EffectObstacles): void {
    const obstacle = obstacles[effect.kind];
    if (obstacle !== undefined) throw new UsageError(obstacle);
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

interface LinkOrder {
  readonly owner: string;
  readonly rules: readonly LinkRule[];
  readonly obstacles: EffectObstacles;
  readonly signal: AbortSignal;
}

/** A sentence saying what was seen of a change. @throws TargetError if it did not take hold. */
export async function seenOf(
  { own, freed, othersCount }: Pick<LinkChange, 'own' | 'freed' | 'othersCount'>,
  verifier: LinkVerifier,
): Promise<string> {
  const parts = own.length === 0 ? [] : [await verifier.rules(own)];
  if (freed.length > 0 || (own.length === 0 && othersCount === 0))
    parts.push(await verifier.healed(freed));
  if (othersCount > 0) parts.push(stillRuled(othersCount));
  return parts.join('; ');
}

/** Says that links were given back which rules of other owners still harm. */
export function stillRuled(count: number): string {
  return `${plural(count, 'link')} given back, still harmed by another fault`;
}
