/**
 * Read uncommitted: every change is made in the shared state at once, where all can see it. Who
 * changed a key holds it until the end (so that changes of two transactions never mix), and
 * puts back what was there if it gives up.
 *
 * Nobody waits for a key: a transaction that finds one held gives up. One that its node has
 * abandoned is undone by the first that finds it in its way.
 */
import { type Body, type Json } from '../../src/node/node.ts';
export declare class SharedStore {
  #private;
  read(key: string): Json;
  apply(command: Body): Body;
  dump(): Json;
  load(state: Json): void;
}
