/**
 * Verifies a change of the network: sends probes the way that messages go, and compares what
 * becomes of them with what the rules ask for. A rule that does nothing is an error, not a test.
 */
import { TargetError } from '../../base/errors.ts';
import type { Random } from '../../base/prng.ts';
import { durationText, plural } from '../../base/text.ts';
import type { LinkEffect, LinkRule } from '../../fault/fault.ts';
import type { Fate } from './link.ts';

/** The network's own decision for one message from node to node. */
export type Route = (from: string, to: string, random: Random) => Fate;

const probeCount = 200;

interface Seen {
  readonly cut: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly heldBack: number;
  readonly corrupted: number;
  readonly copies: number;
  readonly extraMsMin: number;
  readonly extraMsMean: number;
}

/** A sentence saying what was seen. @throws TargetError if a rule did not take hold. */
export function verifyRules(rules: readonly LinkRule[], route: Route, random: Random): string {
  const cuts = rules.filter((rule) => rule.effect.kind === 'drop');
  const others = rules.filter((rule) => rule.effect.kind !== 'drop');
  for (const { from, to } of cuts) {
    const fate = route(from, to, random);
    if (fate.kind !== 'dropped') {
      throw new TargetError(`the link from ${from} to ${to} is cut, but a probe got through`);
    }
  }
  const parts =
    cuts.length === 0 ? [] : [`${cuts.length} of ${plural(cuts.length, 'link')} seen to drop`];
  const observed = others.map((rule) => verifyEffect(rule, route, random));
  // Links with the same rule differ only by chance; one of them tells it all.
  if (observed[0] !== undefined) {
    parts.push(
      `${plural(others.length, 'rule')} seen to act on ${probeCount} probes each (${observed[0]})`,
    );
  }
  return parts.join('; ');
}

/** A sentence saying that links without rules deliver. @throws TargetError if one does not. */
export function verifyHealed(
  links: readonly (readonly [from: string, to: string])[],
  route: Route,
  random: Random,
): string {
  for (const [from, to] of links) {
    const fate = route(from, to, random);
    const [copy, ...more] = fate.kind === 'sent' ? fate.copies : [];
    if (copy === undefined || more.length > 0 || copy.extraMs > 0 || copy.isCorrupted) {
      throw new TargetError(`the link from ${from} to ${to} was healed, but still harms a probe`);
    }
  }
  return links.length === 0
    ? 'no link had a rule'
    : `${links.length} of ${plural(links.length, 'link')} seen to deliver again`;
}

function verifyEffect({ from, to, effect }: LinkRule, route: Route, random: Random): string {
  const seen = observe(() => route(from, to, random));
  if (seen.cut > 0) return `${effect.kind} from ${from} to ${to}: the link is cut as well`;
  const result = judge(effect, seen);
  if (!result.holds) {
    throw new TargetError(
      `${effect.kind} on the link from ${from} to ${to} did not take hold: ${result.text}`,
    );
  }
  return `${effect.kind} from ${from} to ${to}: ${result.text}`;
}

function observe(probe: () => Fate): Seen {
  const fates = Array.from({ length: probeCount }, probe);
  const copies = fates.flatMap((fate) => (fate.kind === 'sent' ? fate.copies : []));
  const extras = copies.map((copy) => copy.extraMs);
  return {
    cut: fates.filter((fate) => fate.kind === 'dropped' && fate.reason === 'cut').length,
    lost: fates.filter((fate) => fate.kind === 'dropped' && fate.reason === 'loss').length,
    duplicated: fates.filter((fate) => fate.kind === 'sent' && fate.copies.length > 1).length,
    heldBack: copies.filter((copy) => copy.isHeldBack).length,
    corrupted: copies.filter((copy) => copy.isCorrupted).length,
    copies: copies.length,
    extraMsMin: Math.min(...extras),
    extraMsMean: extras.reduce((sum, ms) => sum + ms, 0) / Math.max(1, extras.length),
  };
}

function judge(effect: LinkEffect, seen: Seen): { readonly holds: boolean; readonly text: string } {
  const arrived = probeCount - seen.lost;
  switch (effect.kind) {
    case 'drop':
      return { holds: false, text: 'it delivered' };
    case 'loss':
      return share(seen.lost, probeCount, effect.probability, 'lost');
    case 'duplicate':
      return share(seen.duplicated, arrived, effect.probability, 'duplicated');
    case 'reorder':
      return share(seen.heldBack, seen.copies, effect.probability, 'held back');
    case 'corrupt':
      return share(seen.corrupted, seen.copies, effect.probability, 'corrupted');
    case 'bandwidth':
    case 'slice':
    case 'reset':
      return { holds: false, text: 'messages have no connection' };
    case 'delay':
      return {
        holds:
          seen.copies === 0 ||
          seen.extraMsMin >= Math.max(0, effect.meanMs - effect.jitterMs) - 1e-6,
        text: `${durationText(seen.extraMsMean)} more on average`,
      };
  }
}

/**
 * Another nemesis may do the same to the link, so a share may be larger than asked, never
 * smaller. Five standard deviations: a false alarm once in millions of probes.
 */
function share(
  count: number,
  total: number,
  probability: number,
  what: string,
): { readonly holds: boolean; readonly text: string } {
  const slack = 5 * Math.sqrt(probability * (1 - probability) * total);
  return {
    holds: count >= probability * total - slack - 1e-9,
    text: `${count} of ${total} ${what}, asked for ${Math.round(probability * 1000) / 10} %`,
  };
}
