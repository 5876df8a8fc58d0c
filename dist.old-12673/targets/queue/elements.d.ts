/** The replicated state of the target `queue`: what waits, and what was handed out. */
import { type Body, type Json } from '../../src/node/node.ts';
import type { Store } from '../raft/state-machine.ts';
export declare class Elements implements Store {
  #private;
  /** @param takesAtOnce the mistake: what was handed out is forgotten. */
  constructor(takesAtOnce: boolean);
  /** Deliveries without acknowledgement. */
  get deliveries(): readonly number[];
  apply(command: Body): Body;
  dump(): Json;
  load(state: Json): void;
}
