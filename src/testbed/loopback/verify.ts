/** Sees for itself that links do to bytes what the rules say. A rule that does nothing is an error. */
import { TargetError } from '../../base/errors.ts';
import { durationText, plural } from '../../base/text.ts';
import type { LinkEffect, NodeId } from '../../fault/fault.ts';
import type { LinkVerifier, RuledLink } from '../network/link-rules.ts';
import { retransmissionMs } from './link.ts';
import type { Probes } from './probes.ts';

const healLimitMs = 5_000;
/** How long a cut link is listened to. */
const silenceMs = 40;
/** What happens by chance is looked for until its absence is a chance of one in a million. */
const missChance = 1e-6;
const probesMax = 2_000;
/** Timers of a millisecond may be early by one. */
const timerMs = 1;

export class ProxyVerifier implements LinkVerifier {
  readonly #probes: Probes;
  readonly #nodes: readonly NodeId[];

  constructor(probes: Probes, nodes: readonly NodeId[]) {
    this.#probes = probes;
    this.#nodes = nodes;
  }

  async rules(links: readonly RuledLink[]): Promise<string> {
    const cut = links.filter(({ effects }) => effects.some(({ kind }) => kind === 'drop'));
    await Promise.all(cut.map((link) => this.#seeSilence(link)));
    const harmed = links.filter((link) => !cut.includes(link));
    // The way back of a cut link has no connection on which it could be tried.
    const tried = harmed.filter(
      ({ from, to }) => !cut.some((link) => link.from === to && link.to === from),
    );
    const texts = await Promise.all(tried.map((link) => this.#seeEffects(link)));
    return [
      ...(cut.length === 0 ? [] : [`${plural(cut.length, 'link')} seen to let nothing through`]),
      // Links with the same rule differ only by chance; one of them tells it all.
      ...(texts[0] === undefined
        ? []
        : [`${plural(texts.length, 'link')} seen to do as asked (${texts[0]})`]),
    ].join('; ');
  }

  async healed(links: readonly Omit<RuledLink, 'effects'>[]): Promise<string> {
    await Promise.all(
      links.map(async ({ from, to }) => {
        const seen = await this.#probes.send([from, to], healLimitMs);
        if (typeof seen === 'object') return;
        // What was broken before it was healed is opened anew.
        const again = seen === 'broken' && (await this.#probes.send([from, to], healLimitMs));
        if (typeof again === 'object') return;
        throw new TargetError(
          `${this.#name({ from, to })} was healed, but no probe got through for ${durationText(healLimitMs)}`,
        );
      }),
    );
    return links.length === 0
      ? 'no link had a rule'
      : `${plural(links.length, 'link')} seen to deliver again`;
  }

  async #seeSilence(link: RuledLink): Promise<void> {
    const seen = await this.#probes.send([link.from, link.to], silenceMs);
    if (typeof seen === 'object')
      throw new TargetError(`${this.#name(link)} is cut, but a probe got through`);
  }

  async #seeEffects(link: RuledLink): Promise<string> {
    const texts: string[] = [];
    for (const effect of link.effects) {
      const seen = await this.#see(effect, link);
      if (seen === undefined)
        throw new TargetError(`${effect.kind} on ${this.#name(link)} did not take hold`);
      texts.push(`${effect.kind}: ${seen}`);
    }
    return `on ${this.#name(link)}, ${texts.join(', ')}`;
  }

  /** What was seen of the effect; undefined if nothing was. Other effects may add to it. */
  async #see(effect: LinkEffect, link: RuledLink): Promise<string | undefined> {
    switch (effect.kind) {
      case 'delay':
        return this.#seeDelay(effect, link);
      case 'bandwidth':
        return this.#seeBandwidth(effect.kilobitsPerSecond, link);
      case 'slice':
        return this.#seeSlices(effect.bytes, link);
      case 'loss':
        return this.#untilSeen(effect.probability, async () => {
          const lateMs = await this.#lateness(link);
          return lateMs >= retransmissionMs - timerMs
            ? `sent again after ${durationText(lateMs)}`
            : undefined;
        });
      case 'reset':
        return this.#untilSeen(effect.probability, async () => {
          const seen = await this.#probes.send([link.from, link.to], healLimitMs);
          return seen === 'broken' ? 'a connection broke' : undefined;
        });
      case 'drop':
      case 'duplicate':
      case 'reorder':
      case 'corrupt':
        return undefined;
    }
  }

  async #seeDelay(
    { meanMs, jitterMs }: { readonly meanMs: number; readonly jitterMs: number },
    link: RuledLink,
  ): Promise<string | undefined> {
    const lateMs = await this.#lateness(link);
    const floorMs = Math.max(0, meanMs - jitterMs) - timerMs;
    return lateMs >= floorMs ? `${durationText(lateMs)} late` : undefined;
  }

  async #seeBandwidth(kilobitsPerSecond: number, link: RuledLink): Promise<string | undefined> {
    // What the line carries in a tenth of a second.
    const byteCount = Math.max(8, Math.ceil(kilobitsPerSecond * 12.5));
    const lateMs = await this.#lateness(link, byteCount);
    const neededMs = (8 * byteCount) / kilobitsPerSecond - timerMs;
    return lateMs >= neededMs ? `${byteCount} bytes took ${durationText(lateMs)}` : undefined;
  }

  async #seeSlices(byteCount: number, link: RuledLink): Promise<string | undefined> {
    const seen = await this.#probes.send([link.from, link.to], healLimitMs, 4 * byteCount);
    if (seen === 'broken') return 'the connection broke first';
    return typeof seen === 'object' && seen.pieces > 1
      ? `${4 * byteCount} bytes came in ${seen.pieces} pieces`
      : undefined;
  }

  /** How late a probe comes; a broken connection counts as endless. */
  async #lateness({ from, to }: RuledLink, byteCount?: number): Promise<number> {
    const sentMs = performance.now();
    const seen = await this.#probes.send([from, to], 60_000, byteCount);
    return typeof seen === 'object' ? seen.atMs - sentMs : Number.POSITIVE_INFINITY;
  }

  async #untilSeen(
    probability: number,
    look: () => Promise<string | undefined>,
  ): Promise<string | undefined> {
    if (probability === 0) return 'never, as asked';
    const needed = probability >= 1 ? 1 : Math.log(missChance) / Math.log(1 - probability);
    for (let i = 0; i < Math.min(probesMax, Math.ceil(needed)); i += 1) {
      const seen = await look();
      if (seen !== undefined) return seen;
    }
    return needed > probesMax ? `not seen in ${probesMax} probes, too rare to tell` : undefined;
  }

  #name({ from, to }: { readonly from: number; readonly to: number }): string {
    return `the link from ${this.#nodes[from] ?? from} to ${this.#nodes[to] ?? to}`;
  }
}
