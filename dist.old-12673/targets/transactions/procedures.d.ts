/**
 * What transactions do, said without saying how they are kept apart: each is a coroutine that
 * asks for reads and changes one after the other. How these are carried out is the business of
 * the isolation level.
 */
import { type Body, type Json } from '../../src/node/node.ts';
/** A change of one key. An append needs not know what it is appended to. */
export type Change =
  | readonly ['put', key: string, value: Json]
  | readonly ['append', key: string, element: Json];
export type Step =
  | {
      readonly kind: 'read';
      readonly key: string;
    }
  | {
      readonly kind: 'change';
      readonly change: Change;
    };
/** Is told the value of a key that it reads (null if there is none); returns the reply. */
export type Procedure = Generator<Step, Body, Json>;
/** The value of a key after a change of it. */
export declare function changed(value: Json, change: Change): Json;
/** The requests that clients make, each as a procedure. */
export declare const procedures: Readonly<Record<string, (request: Body) => Procedure>>;
