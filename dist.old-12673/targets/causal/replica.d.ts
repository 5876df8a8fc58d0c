/**
 * One copy of a store that every node may write to: which updates of which node it has, and
 * what each key holds.
 *
 * Of several updates of a key the one with the greatest Lamport time wins, and of equal times
 * the one of the greatest node, so all copies with the same updates hold the same.
 */
import { type Json } from '../../src/node/node.ts';
/** A write, as it travels and as it is stored. */
export interface Update {
  /** The node that took the write, as its place among the nodes. */
  readonly origin: number;
  /** Its writes are numbered from 1. */
  readonly number: number;
  /** Greater than that of every update that the origin had when it took the write. */
  readonly time: number;
  /** How many updates of each node the origin had then, this one not counted. */
  readonly after: readonly number[];
  readonly key: string;
  readonly value: Json;
}
export interface Rules {
  /** An update waits until all that it may depend on is here: causal memory. */
  readonly waits: boolean;
  /** False, the mistake: the update that arrives last wins, whatever its time. */
  readonly compares: boolean;
}
export declare class Replica {
  #private;
  constructor(nodeCount: number, rules: Rules);
  /** By origin: how many updates are here with none missing before them. */
  get have(): readonly number[];
  /** @throws RpcError 20 if nothing was written to the key. */
  read(key: Json): Json;
  /** A write that this node takes. */
  write(origin: number, key: Json, value: Json): Update;
  /** Takes updates of others; returns those that took their place now, in order. */
  take(updates: readonly Update[]): readonly Update[];
  /** Updates that a copy with so many of each origin lacks: at most `countMax`, in an order in which it can take them. */
  missingIn(have: readonly number[], countMax: number): readonly Update[];
}
