/**
 * The replicated state of the target `lock`: who holds which lock, under which token; and for
 * each lock the resource that it guards, with the writes that it accepted.
 */
import { type Body, type Json } from '../../src/node/node.ts';
import type { Store } from '../raft/state-machine.ts';
import type { Mistakes } from './mistakes.ts';
export interface Grant {
  readonly owner: string;
  readonly token: number;
  readonly leaseMs: number;
  /** By the wall clock of the node that was asked. Only variants that trust it look at it. */
  readonly endsWallMs: number;
}
export declare class LockTable implements Store {
  #private;
  constructor(mistakes: Mistakes);
  /** Grants in force, by lock. */
  get grants(): ReadonlyMap<string, Grant>;
  apply(command: Body): Body;
  dump(): Json;
  load(state: Json): void;
}
