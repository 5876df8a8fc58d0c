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
  | {
      readonly kind: 'dropped';
      readonly reason: 'cut' | 'loss';
    }
  | {
      readonly kind: 'sent';
      readonly copies: readonly Copy[];
    };
export declare function combined(effects: readonly LinkEffect[]): LinkRules;
/** What becomes of one message on this link. Each copy of a duplicated one has its own delays. */
export declare function decideFate({ isCut, effects }: LinkRules, random: Random): Fate;
/**
 * The text with one bit flipped in one to three of its characters. A flipped character stays
 * printable ASCII where it was ASCII, so that the line stays one line, and the receiver gets
 * either broken JSON or, worse, JSON that says something else.
 */
export declare function corruptText(text: string, random: Random): string;
export {};
