import type { LinkEffect, NodeId } from '../../fault/fault.ts';
import type { Probes } from './probes.ts';
export interface RuledLink {
  readonly from: number;
  readonly to: number;
  readonly effects: readonly LinkEffect[];
}
export declare class LinkVerifier {
  #private;
  constructor(probes: Probes, nodes: readonly NodeId[]);
  /** A sentence saying what was seen. @throws TargetError if a rule did not take hold. */
  rules(links: readonly RuledLink[]): Promise<string>;
  /** A sentence saying that links without rules deliver. @throws TargetError if one does not. */
  healed(links: readonly Omit<RuledLink, 'effects'>[]): Promise<string>;
}
