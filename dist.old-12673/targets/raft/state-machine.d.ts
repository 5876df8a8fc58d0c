/** The replicated state: commands applied in the order of the log, and who waits for that. */
import { type Body, type Json, RpcError } from '../../src/node/node.ts';
/** What is replicated. Equal commands in equal order must lead to equal states and replies. */
export interface Store {
  /** Carries out a command. A refusal (an RpcError) must leave the state as it was. */
  apply(command: Body): Body;
  /** All that it holds, as data that `load` takes. */
  dump(): Json;
  load(state: Json): void;
}
/** What a command led to: the same on every node that applies it. */
export type Outcome =
  | {
      readonly kind: 'done';
      readonly reply: Body;
    }
  | {
      readonly kind: 'refused';
      readonly error: RpcError;
    };
export declare class StateMachine {
  #private;
  constructor(store: Store);
  get appliedIndex(): number;
  apply(index: number, command: Body | null): Outcome;
  dump(): Json;
  load(index: number, state: Json): void;
  /** Resolves once entry `index` is applied; rejects if that takes until `untilMs`. */
  applied(index: number, untilMs: number): Promise<void>;
  /** Lets those go on whose entry was applied, and sends away those who waited too long. */
  wake(nowMs: number): void;
}
