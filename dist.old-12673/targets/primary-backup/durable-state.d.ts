/**
 * What a replica must never forget: the highest view that it promised to follow, and the
 * state that it accepted, stamped with the view and the step in which it did so.
 */
import { type Body, type Json, type Storage } from '../../src/node/node.ts';
/** Where a state stands: later views beat earlier ones, then later steps. */
export interface Stamp {
  readonly view: number;
  readonly step: number;
}
export declare class DurableState {
  #private;
  constructor(storage: Storage);
  get promised(): number;
  get accepted(): Stamp;
  dump(): Json;
  promise(view: number): void;
  /** Carries a request out on the state, before the step that it belongs to is recorded. */
  apply(request: Body): Body;
  /** Records a step whose commands were applied already. */
  recordStep(stamp: Stamp, commands: readonly Body[]): void;
  acceptStep(stamp: Stamp, commands: readonly Body[]): void;
  acceptState(stamp: Stamp, state: Json): void;
  whenDurable(callback: () => void): void;
}
export declare function isLater(a: Stamp, b: Stamp): boolean;
export declare function isSame(a: Stamp, b: Stamp): boolean;
