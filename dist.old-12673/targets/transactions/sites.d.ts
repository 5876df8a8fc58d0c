/**
 * Parallel snapshot isolation: each node is a site that shows its own commits at once and those
 * of the others later, in an order of its own that respects causes. Two transactions that
 * changed the same key are ordered everywhere alike, for the later one must have seen the
 * earlier; two that did not may show in opposite orders at two sites (a long fork).
 *
 * Sovran, Power, Aguilera and Li, "Transactional Storage for Geo-Replicated Systems" (2011),
 * where a log decides which transactions commit.
 */
import { type Body, type Json, type NodeContext } from '../../src/node/node.ts';

/** For each site how many of its commits. */
type Counts = Readonly<Record<string, number>>;
export declare class SiteStore {
  #private;
  constructor(context: NodeContext);
  /** Commits that are visible at this site, in all. */
  get commitCount(): number;
  /** Commits that are visible at this site. */
  get seen(): Counts;
  read(key: string): Json;
  /** @throws RpcError 30 if another transaction changed a key first, unseen by this one. */
  apply(command: Body): Body;
  dump(): Json;
  /** All that is committed is visible: that is an order of commits which respects causes. */
  load(state: Json): void;
}
export {};
