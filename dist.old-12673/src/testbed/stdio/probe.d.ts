import type { Random } from '../../base/prng.ts';
import type { LinkRule } from '../../fault/fault.ts';
import type { Fate } from './link.ts';
/** The network's own decision for one message from node to node. */
export type Route = (from: string, to: string, random: Random) => Fate;
/** A sentence saying what was seen. @throws TargetError if a rule did not take hold. */
export declare function verifyRules(
  rules: readonly LinkRule[],
  route: Route,
  random: Random,
): string;
/** A sentence saying that links without rules deliver. @throws TargetError if one does not. */
export declare function verifyHealed(
  links: readonly (readonly [from: string, to: string])[],
  route: Route,
  random: Random,
): string;
