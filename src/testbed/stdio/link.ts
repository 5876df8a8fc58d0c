/**
 * What the rules of all nemeses together do to the messages of one link, and the decision
 * for one message. Real messages and the probes that verify a fault take the same way.
 */
import type { Random } from '../../base/prng.ts';
import type { LinkEffect } from '../../fault/fault.ts';

/** The effects on one link, combined. */
export interface LinkRules {
  readonly isCut: boolean;
  readonly effects: readonly LinkEffect[];
}

/** One copy of a message that goes on. */
interface Copy {
  /** Beyond the network's ordinary latency. */
  readonly extraMs: number;
  readonly isHeldBack: boolean;
  readonly isCorrupted: boolean;
}

export type Fate =
  | { readonly kind: 'dropped'; readonly reason: 'cut' | 'loss' }
  | { readonly kind: 'sent'; readonly copies: readonly Copy[] };

export function combined(effects: readonly LinkEffect[]): LinkRules {
  return { isCut: effects.some((effect) => effect.kind === 'drop'), effects };
}

/** What becomes of one message on this link. Each copy of a duplicated one has its own delays. */
export function decideFate({ isCut, effects }: LinkRules, random: Random): Fate {
  if (isCut) return { kind: 'dropped', reason: 'cut' };
  let copyCount = 1;
  for (const effect of effects) {
    if (effect.kind === 'loss' && random.chance(effect.probability)) {
      return { kind: 'dropped', reason: 'loss' };
    }
    if (effect.kind === 'duplicate' && random.chance(effect.probability)) copyCount += 1;
  }
  const copies = Array.from({ length: copyCount }, () => drawCopy(effects, random));
  return { kind: 'sent', copies };
}

function drawCopy(effects: readonly LinkEffect[], random: Random): Copy {
  let copy: Copy = { extraMs: 0, isHeldBack: false, isCorrupted: false };
  for (const effect of effects) copy = { ...copy, ...drawn(copy, effect, random) };
  return copy;
}

/** What an effect changes on a copy. */
function drawn(copy: Copy, effect: LinkEffect, random: Random): Partial<Copy> {
  if (effect.kind === 'delay') {
    const extraMs = Math.max(0, effect.meanMs + (2 * random.unit() - 1) * effect.jitterMs);
    return { extraMs: copy.extraMs + extraMs };
  }
  if (effect.kind === 'corrupt')
    return { isCorrupted: random.chance(effect.probability) || copy.isCorrupted };
  if (effect.kind === 'reorder' && random.chance(effect.probability))
    return { isHeldBack: true, extraMs: copy.extraMs + effect.delayMs };
  return {};
}

/**
 * The text with one bit flipped in one to three of its characters. A flipped character stays
 * printable ASCII where it was ASCII, so that the line stays one line, and the receiver gets
 * either broken JSON or, worse, JSON that says something else.
 */
export function corruptText(text: string, random: Random): string {
  let corrupted = text;
  const flipCount = 1 + random.int(3);
  for (let i = 0; i < flipCount; i += 1) {
    const at = random.int(text.length);
    const flipped = text.charCodeAt(at) ^ (1 << random.int(6));
    const character = flipped >= 0x20 && flipped < 0x7f ? String.fromCharCode(flipped) : '?';
    corrupted = `${corrupted.slice(0, at)}${character}${corrupted.slice(at + 1)}`;
  }
  // A "?" may stand where one stood.
  return corrupted === text ? `${text.slice(0, -1)}${text.endsWith('!') ? '?' : '!'}` : corrupted;
}
