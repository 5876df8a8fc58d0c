/**
 * Committed values, each with the number of the commit that made it. Transactions are run
 * elsewhere, on copies that may be older; whether one commits is decided here, in the order of
 * the log: not if a key of `unchanged` was changed after the commit that stands beside it.
 *
 * Kung and Robinson, "On Optimistic Methods for Concurrency Control" (1981).
 */
import { type Body, type Json } from '../../src/node/node.ts';
export declare class VersionedStore {
  #private;
  /** Commits so far. */
  get commitCount(): number;
  read(key: string): Json;
  /** @throws RpcError 30 if the transaction came too late. */
  apply(commit: Body): Body;
  dump(): Json;
  load(state: Json): void;
}
