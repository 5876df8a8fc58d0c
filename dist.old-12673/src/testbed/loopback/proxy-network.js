/** `Network` of the testbed `loopback`: a proxy before each node, each change seen to hold. */
import { UsageError } from '../../base/errors.js';
import { listed } from '../../base/text.js';
import { DirectedLink } from './link.js';

const hidden = (what) =>
  `the testbed loopback stands between connections, where TCP hides ${what}. In the testbed netns it can be had`;
/** Why links cannot have an effect, by its kind. */
export const proxyEffectObstacles = {
  duplicate: hidden('duplicates'),
  reorder: hidden('the order in which packets come'),
  corrupt: hidden('corrupted packets'),
};
export class ProxyNetwork {
  #nodes;
  #links;
  #rules = new Map();
  #verifier;
  #lastChange = Promise.resolve();
  /** `verifier` is asked for once the hosts are there. */
  constructor(nodes, verifier) {
    this.#nodes = nodes;
    this.#verifier = verifier;
    this.#links = new Map(
      nodes.flatMap((_, from) => nodes.map((__, to) => [`${from}>${to}`, new DirectedLink()])),
    );
  }
  /** Both directions between two nodes by index; without rules for all that is no node. */
  linksBetween(from, to) {
    const there = from === to ? undefined : this.#links.get(`${from ?? ''}>${to}`);
    const back = from === to ? undefined : this.#links.get(`${to}>${from ?? ''}`);
    return [there ?? new DirectedLink(), back ?? new DirectedLink()];
  }
  async shape(owner, rules, signal) {
    for (const rule of rules) this.#check(rule);
    // One change after another: probes of two at once would mix.
    const turn = this.#lastChange.then(async () => {
      signal.throwIfAborted();
      return this.#shape(owner, rules);
    });
    this.#lastChange = turn.catch(() => undefined);
    return turn;
  }
  async unsupported() {
    return Promise.resolve(proxyEffectObstacles);
  }
  async #shape(owner, rules) {
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
  #linksCut(from, to) {
    return this.linksBetween(from, to).some((link) => link.isCut);
  }
  /** Every link that has a rule, with the effects of all owners. */
  #ruled() {
    const links = new Map();
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
  #index(node) {
    return this.#nodes.indexOf(node);
  }
  #check({ from, to, effect }) {
    for (const end of [from, to])
      if (!this.#nodes.includes(end))
        throw new UsageError(
          `a rule of the network names "${end}", which is not a node; the nodes are ${listed(this.#nodes)}`,
        );
    const obstacle = proxyEffectObstacles[effect.kind];
    if (obstacle !== undefined) throw new UsageError(obstacle);
  }
}
