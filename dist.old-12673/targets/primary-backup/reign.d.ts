/**
 * A primary during one view: client requests are carried out in steps, one step at a time,
 * and answered when enough replicas have the step on their disks.
 */
import { type Body, type NodeContext } from '../../src/node/node.ts';
import { type DurableState, type Stamp } from './durable-state.ts';
export interface ReignHost {
  readonly context: NodeContext;
  readonly durable: DurableState;
  readonly view: number;
  /** How many replicas, the primary included, must have a step before clients hear of it. */
  readonly copiesNeeded: number;
  readonly requestTimeoutMs: number;
}
export declare class Reign {
  #private;
  /** Begins with step 0, the state as it is now; requests wait until that is safe. */
  constructor(host: ReignHost);
  carryOut(request: Body): Promise<Body>;
  /** A replica says what it has on its disk. */
  onHeld(src: string, stamp: Stamp): void;
  sendState(peer: string): void;
  tick(): void;
  /** A later view has begun. Steps that were not safe may survive in it, or not. */
  end(): void;
}
