/**
 * Sees for itself that links do to packets what the rules say: sends probes from node to node
 * and counts. A rule that does nothing is an error, not a test.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { TargetError } from '../../base/errors.ts';
import { durationText, plural } from '../../base/text.ts';
import type { LinkEffect, NodeId } from '../../fault/fault.ts';
import type { LinkVerifier, RuledLink } from '../network/link-rules.ts';
import type { Probe, ProbeSockets } from './probe-sockets.ts';

/** Probes for a link with chances on it; a cut needs few. */
const probeCount = 200;
const cutProbeCount = 3;
/** So many at once: a receiver's buffer holds about 270. */
const batchSize = 20;
/** Head of Ethernet, IPv4 and UDP, and what the probe carries. */
const probeFrameBytes = 14 + 20 + 8 + 40;
const healLimitMs = 5_000;
const quietMs = 25;
const quietLimitMs = 2_000;

export class PacketVerifier implements LinkVerifier {
  readonly #sockets: ProbeSockets;
  readonly #nodes: readonly NodeId[];

  constructor(sockets: ProbeSockets, nodes: readonly NodeId[]) {
    this.#sockets = sockets;
    this.#nodes = nodes;
  }

  /** A sentence saying what was seen. @throws TargetError if a rule did not take hold. */
  async rules(links: readonly RuledLink[]): Promise<string> {
    const cut = links.filter(({ effects }) => effects.some(({ kind }) => kind === 'drop'));
    const harmed = links.filter((link) => !cut.includes(link));
    const seenCut = cut.map((link) => this.#burst(link, cutProbeCount));
    const seen = harmed.map((link): Probe[] => this.#burst(link, batchSize));
    await this.#sockets.settle(receiversOf(links));
    for (let sent = batchSize; sent < probeCount; sent += batchSize) {
      for (const [i, link] of harmed.entries()) seen[i]?.push(...this.#burst(link, batchSize));
      await this.#sockets.settle(receiversOf(harmed));
    }
    await sleep(slowestMs(harmed) + 5);
    // A busy machine holds packets back for longer than was asked: where none may be lost, all
    // are waited for.
    const lossless = harmed.flatMap((link, i) =>
      link.effects.some(({ kind }) => kind === 'loss') ? [] : (seen[i] ?? []),
    );
    await untilArrived(lossless);
    await untilQuiet(seen.flat());
    for (const [i, link] of cut.entries())
      if (seenCut[i]?.some((probe) => probe.arrivedMs.length > 0) === true)
        throw new TargetError(`${this.#name(link)} is cut, but a probe got through`);
    const texts = harmed.map((link, i) => this.#judge(link, seen[i] ?? []));
    this.#sockets.clear();
    return [
      ...(cut.length === 0 ? [] : [`${plural(cut.length, 'link')} seen to drop`]),
      // Links with the same rule differ only by chance; one of them tells it all.
      ...(texts[0] === undefined
        ? []
        : [
            `${plural(harmed.length, 'link')} seen to harm ${probeCount} probes each (${texts[0]})`,
          ]),
    ].join('; ');
  }

  /** A sentence saying that links without rules deliver. @throws TargetError if one does not. */
  async healed(links: readonly RuledLink[]): Promise<string> {
    const giveUpAtMs = performance.now() + healLimitMs;
    let waiting = [...links];
    while (waiting.length > 0) {
      const probes = waiting.map((link) => this.#sockets.send(link.from, link.to));
      await this.#sockets.settle(receiversOf(waiting));
      await sleep(1);
      waiting = waiting.filter((_, i) => probes[i]?.arrivedMs.length === 0);
      const [left] = waiting;
      if (left !== undefined && performance.now() > giveUpAtMs)
        throw new TargetError(
          `${this.#name(left)} was healed, but no probe got through for ${durationText(healLimitMs)}`,
        );
    }
    this.#sockets.clear();
    return links.length === 0
      ? 'no link had a rule'
      : `${plural(links.length, 'link')} seen to deliver again`;
  }

  #burst({ from, to }: RuledLink, count: number): Probe[] {
    return Array.from({ length: count }, () => this.#sockets.send(from, to));
  }

  #judge(link: RuledLink, probes: readonly Probe[]): string {
    const texts = link.effects.map((effect) => {
      const { holds, text } = judge(effect, probes, link.effects);
      if (holds) return `${effect.kind}: ${text}`;
      throw new TargetError(`${effect.kind} on ${this.#name(link)} did not take hold: ${text}`);
    });
    return `on ${this.#name(link)}, ${texts.join(', ')}`;
  }

  #name({ from, to }: RuledLink): string {
    return `the link from ${this.#nodes[from] ?? from} to ${this.#nodes[to] ?? to}`;
  }
}

/** Resolves when all are there, or must be given up. */
async function untilArrived(probes: readonly Probe[]): Promise<void> {
  const giveUpAtMs = performance.now() + quietLimitMs;
  while (probes.some((probe) => probe.arrivedMs.length === 0)) {
    if (performance.now() > giveUpAtMs) return;
    await sleep(5);
  }
}

/** Resolves when for a while nothing more has arrived: a busy machine delivers late. */
async function untilQuiet(probes: readonly Probe[]): Promise<void> {
  const giveUpAtMs = performance.now() + quietLimitMs;
  const countArrived = (): number => probes.reduce((sum, probe) => sum + probe.arrivedMs.length, 0);
  for (let before = -1, count = countArrived(); count !== before; count = countArrived()) {
    if (probes.length === 0 || performance.now() > giveUpAtMs) return;
    before = count;
    await sleep(quietMs);
  }
}

function receiversOf(links: readonly RuledLink[]): readonly number[] {
  return [...new Set(links.map((link) => link.to))];
}

/** How much later than usual a probe may come. */
function slowestMs(links: readonly RuledLink[]): number {
  const delays = links.map(({ effects }) =>
    effects.reduce((sum, effect) => {
      if (effect.kind === 'delay') return sum + effect.meanMs + effect.jitterMs;
      return effect.kind === 'reorder' ? sum + effect.delayMs : sum;
    }, 0),
  );
  return Math.max(0, ...delays);
}

interface Judgement {
  readonly holds: boolean;
  readonly text: string;
}

function judge(
  effect: LinkEffect,
  probes: readonly Probe[],
  all: readonly LinkEffect[],
): Judgement {
  const arrived = probes.filter((probe) => probe.arrivedMs.length > 0);
  const copies = arrived.reduce((sum, probe) => sum + probe.arrivedMs.length, 0);
  switch (effect.kind) {
    case 'drop':
      return { holds: arrived.length === 0, text: `${arrived.length} arrived` };
    case 'loss':
      return share(probes.length - arrived.length, probes.length, effect.probability, 'lost');
    case 'duplicate': {
      const twice = arrived.filter((probe) => probe.arrivedMs.length > 1).length;
      return share(twice, arrived.length, effect.probability, 'duplicated');
    }
    case 'corrupt': {
      const changed = arrived.reduce((sum, probe) => sum + probe.corruptedCount, 0);
      return share(changed, copies, effect.probability, 'corrupted');
    }
    case 'delay': {
      const least = Math.min(...arrived.map(latencyMs));
      const floorMs = Math.max(0, effect.meanMs - effect.jitterMs);
      // Timers of a millisecond may be early by one.
      return {
        holds: arrived.length === 0 || least >= floorMs - 1,
        text: `at least ${durationText(least)} late`,
      };
    }
    case 'bandwidth':
      return judgeBandwidth(effect.kilobitsPerSecond, arrived);
    case 'slice':
    case 'reset':
      return { holds: false, text: 'packets have no connection' };
    case 'reorder': {
      const usualMs = all.reduce(
        (sum, other) => sum + (other.kind === 'delay' ? other.meanMs - other.jitterMs : 0),
        0,
      );
      const late = arrived.filter(
        (probe) => latencyMs(probe) >= Math.max(0, usualMs) + effect.delayMs - 1,
      ).length;
      return share(late, arrived.length, effect.probability, 'held back');
    }
  }
}

/** A burst needs its time on the line: the last of it comes so much after the first was sent. */
function judgeBandwidth(kilobitsPerSecond: number, arrived: readonly Probe[]): Judgement {
  const firstMs = Math.min(...arrived.map((probe) => probe.sentMs));
  const tookMs = Math.max(...arrived.flatMap((probe) => probe.arrivedMs)) - firstMs;
  const leastMs = (8 * probeFrameBytes * arrived.length) / kilobitsPerSecond;
  return {
    holds: arrived.length < 2 || tookMs >= leastMs - 1,
    text: `${arrived.length} probes took ${durationText(tookMs)}`,
  };
}

function latencyMs(probe: Probe): number {
  return Math.max(...probe.arrivedMs) - probe.sentMs;
}

/**
 * Another nemesis may do the same to the link, so a share may be larger than asked, never
 * smaller. Five standard deviations: a false alarm once in millions of probes.
 */
function share(count: number, total: number, probability: number, what: string): Judgement {
  const slack = 5 * Math.sqrt(probability * (1 - probability) * total);
  return {
    holds: count >= probability * total - slack - 1e-9,
    text: `${count} of ${total} ${what}, asked for ${Math.round(probability * 1000) / 10} %`,
  };
}
