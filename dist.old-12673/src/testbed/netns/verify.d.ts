import type { NodeId } from '../../fault/fault.ts';
import type { ProbeSockets } from './probe-sockets.ts';
import type { LinkPlan } from './ruleset.ts';
export declare class LinkVerifier {
  #private;
  constructor(sockets: ProbeSockets, nodes: readonly NodeId[]);
  /** A sentence saying what was seen. @throws TargetError if a rule did not take hold. */
  rules(links: readonly LinkPlan[]): Promise<string>;
  /** A sentence saying that links without rules deliver. @throws TargetError if one does not. */
  healed(links: readonly LinkPlan[]): Promise<string>;
}
