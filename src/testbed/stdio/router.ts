/**
 * The simulated network: takes messages from nodes, services and clients, and has each arrive
 * where and when it should, or not at all.
 *
 * Between nodes, and between nodes and services, a message takes the time that is drawn for it;
 * with a client at one end none, for that would hide anomalies. Rules apply to links from node
 * to node only. A cut is tested when a message is sent and again when it is due, so that no
 * message crosses a cut, whenever it was sent. Every draw comes from the network's own stream.
 */
import { UsageError } from '../../base/errors.ts';
import { fork, type Prng, Random } from '../../base/prng.ts';
import { listed } from '../../base/text.ts';
import type { Clock } from '../../contract/clock.ts';
import type { EffectObstacles, Network } from '../../contract/testbed.ts';
import type { LinkRule, NodeId } from '../../fault/fault.ts';
import { stillRuled } from '../network/link-rules.ts';
import { DeliveryQueue } from './delivery-queue.ts';
import type { Endpoint, Message } from './endpoint.ts';
import { drawLatencyMs, type Latency } from './latency.ts';
import type { Ledger } from './ledger.ts';
import { combined, corruptText, decideFate, type Fate, type LinkRules } from './link.ts';
import { verifyHealed, verifyRules } from './probe.ts';

export interface RouterOptions {
  readonly nodes: readonly NodeId[];
  readonly latency: Latency;
  readonly rng: Prng;
  readonly clock: Clock;
  readonly ledger: Ledger;
}

/** More than this on its way at once, and new messages are dropped: memory has an end. */
const inFlightMax = 1_000_000;

const untouched: Fate = {
  kind: 'sent',
  copies: [{ extraMs: 0, isHeldBack: false, isCorrupted: false }],
};

/** Why links cannot have an effect, by its kind. */
export const messageEffectObstacles = {
  bandwidth: 'the network of the testbed stdio carries messages and not bytes. Use packet:delay',
  slice: 'the network of the testbed stdio carries whole messages',
  reset: 'the network of the testbed stdio has no connections. Use packet:loss or partition',
} satisfies EffectObstacles;

export class Router implements Network {
  readonly #nodes: readonly NodeId[];
  readonly #latency: Latency;
  readonly #ledger: Ledger;
  readonly #random: Random;
  readonly #probeRandom: Random;
  readonly #endpoints = new Map<string, Endpoint>();
  readonly #rules = new Map<string, readonly LinkRule[]>();
  readonly #inFlight: DeliveryQueue<Message>;
  /** From node i to node j at i * nodes + j; undefined where there is no rule. */
  #links: readonly (LinkRules | undefined)[];
  #nextId = 0;
  #isOpen = true;

  constructor({ nodes, latency, rng, clock, ledger }: RouterOptions) {
    this.#nodes = nodes;
    this.#latency = latency;
    this.#ledger = ledger;
    this.#random = new Random(fork(rng, 'network'));
    // Probes have a stream of their own: a fault must not shift the draws for real messages.
    this.#probeRandom = new Random(fork(rng, 'probes'));
    this.#links = this.#compileLinks();
    this.#inFlight = new DeliveryQueue(
      () => clock.nowNs() / 1e6,
      (message) => {
        this.#arrive(message);
      },
      (lateMs) => {
        ledger.late(lateMs);
      },
    );
  }

  attach(endpoint: Endpoint): void {
    this.#endpoints.set(endpoint.name, endpoint);
  }

  detach(name: string): void {
    this.#endpoints.delete(name);
  }

  find(name: string): Endpoint | undefined {
    return this.#endpoints.get(name);
  }

  /** `source` is what the sender calls itself, as JSON text; the link is that of `from`. */
  send(from: Endpoint, to: Endpoint, source: string, body: string): void {
    if (!this.#isOpen) return;
    const isLogged = this.#ledger.shallLog(from, to);
    const message = { id: this.#nextId, from, to, source, body, isCorrupted: false, isLogged };
    this.#nextId += 1;
    this.#ledger.sent(message);
    if (from.kind === 'client' || to.kind === 'client') {
      this.#arrive(message);
      return;
    }
    const rules = this.#rulesOf(from, to);
    if (rules === undefined) this.#forward(message, 0);
    else this.#obey(message, decideFate(rules, this.#random));
  }

  async unsupported(): Promise<EffectObstacles> {
    return Promise.resolve(messageEffectObstacles);
  }

  async shape(owner: string, rules: readonly LinkRule[], signal: AbortSignal): Promise<string> {
    signal.throwIfAborted();
    for (const rule of rules) this.#check(rule);
    const before = this.#rules.get(owner) ?? [];
    if (rules.length === 0) this.#rules.delete(owner);
    else this.#rules.set(owner, rules);
    this.#links = this.#compileLinks();
    const route = (from: string, to: string, random: Random): Fate => {
      const link = this.#links[this.#linkIndex(from, to)];
      return link === undefined ? untouched : decideFate(link, random);
    };
    const left = uniqueLinks(before).filter(
      ([from, to]) => !rules.some((rule) => rule.from === from && rule.to === to),
    );
    const freed = left.filter(([from, to]) => this.#links[this.#linkIndex(from, to)] === undefined);
    const parts = rules.length === 0 ? [] : [verifyRules(rules, route, this.#probeRandom)];
    if (freed.length > 0 || (rules.length === 0 && left.length === 0)) {
      parts.push(verifyHealed(freed, route, this.#probeRandom));
    }
    if (left.length > freed.length) parts.push(stillRuled(left.length - freed.length));
    return parts.join('; ');
  }

  /** Nothing arrives any more. */
  close(): void {
    this.#isOpen = false;
    this.#inFlight.clear();
  }

  #obey(message: Message, fate: Fate): void {
    if (fate.kind === 'dropped') {
      this.#ledger.dropped(message, fate.reason);
      return;
    }
    for (const [i, { extraMs, isCorrupted }] of fate.copies.entries()) {
      if (i > 0) this.#ledger.duplicated();
      if (isCorrupted) this.#ledger.corrupted();
      const copy = isCorrupted
        ? { ...message, body: corruptText(message.body, this.#random), isCorrupted: true }
        : message;
      this.#forward(copy, extraMs);
    }
  }

  #forward(message: Message, extraMs: number): void {
    const delayMs = extraMs + drawLatencyMs(this.#latency, this.#random);
    if (delayMs <= 0) this.#arrive(message);
    else if (this.#inFlight.length >= inFlightMax) this.#ledger.dropped(message, 'overflow');
    else this.#inFlight.push(message, delayMs);
  }

  #arrive(message: Message): void {
    if (this.#rulesOf(message.from, message.to)?.isCut === true) {
      this.#ledger.dropped(message, 'cut');
    } else if (!message.to.deliver(message)) {
      this.#ledger.dropped(message, message.to.kind === 'client' ? 'closed' : 'down');
    }
  }

  #rulesOf(from: Endpoint, to: Endpoint): LinkRules | undefined {
    if (from.index < 0 || to.index < 0) return undefined;
    return this.#links[from.index * this.#nodes.length + to.index];
  }

  #linkIndex(from: NodeId, to: NodeId): number {
    return this.#nodes.indexOf(from) * this.#nodes.length + this.#nodes.indexOf(to);
  }

  #compileLinks(): readonly (LinkRules | undefined)[] {
    const rules = [...this.#rules.values()].flat();
    return this.#nodes.flatMap((from) =>
      this.#nodes.map((to) => {
        const effects = rules.filter((rule) => rule.from === from && rule.to === to);
        return effects.length === 0 ? undefined : combined(effects.map((rule) => rule.effect));
      }),
    );
  }

  #check({ from, to, effect }: LinkRule): void {
    for (const end of [from, to]) {
      if (this.#nodes.includes(end)) continue;
      throw new UsageError(
        `a rule of the network names "${end}", which is not a node; the nodes are ${listed(this.#nodes)}. ` +
          'Links of clients and services cannot be harmed',
      );
    }
    const obstacle = (messageEffectObstacles as EffectObstacles)[effect.kind];
    if (obstacle !== undefined) throw new UsageError(obstacle);
    if ('probability' in effect && !(effect.probability >= 0 && effect.probability <= 1)) {
      throw new UsageError(
        `a probability is from 0 to 1, but ${effect.kind} has ${effect.probability}`,
      );
    }
    if (effect.kind === 'delay' && !(effect.meanMs >= 0 && effect.jitterMs >= 0)) {
      throw new UsageError(
        `a delay cannot be negative, but it is ${effect.meanMs} ms ± ${effect.jitterMs} ms`,
      );
    }
  }
}

function uniqueLinks(rules: readonly LinkRule[]): (readonly [from: NodeId, to: NodeId])[] {
  const links = new Map<string, readonly [NodeId, NodeId]>();
  for (const { from, to } of rules) links.set(JSON.stringify([from, to]), [from, to]);
  return [...links.values()];
}
