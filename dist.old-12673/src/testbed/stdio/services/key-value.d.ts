/** What `lin-kv`, `seq-kv` and `lww-kv` have in common: requests, and one step on one cell. */
import { type Json, type JsonObject } from '../../../base/json.ts';
/** The value of a key, or undefined if the key is not there. `null` is a value. */
export type Cell = Json | undefined;
export type KeyValueRequest =
  | {
      readonly type: 'read';
      readonly key: string;
    }
  | {
      readonly type: 'write';
      readonly key: string;
      readonly value: Json;
    }
  | {
      readonly type: 'cas';
      readonly key: string;
      readonly from: Json;
      readonly to: Json;
      readonly createsIfMissing: boolean;
    };
export interface Step {
  readonly reply: JsonObject;
  readonly cell: Cell;
}
/** The request, its key as canonical text (any JSON is a key); or the error reply to it. */
export declare function parseRequest(
  service: string,
  body: JsonObject,
): KeyValueRequest | JsonObject;
export declare function isRequest(parsed: KeyValueRequest | JsonObject): parsed is KeyValueRequest;
/** Does what is asked to the cell of its key. */
export declare function applyRequest(request: KeyValueRequest, cell: Cell): Step;
export declare function isSameCell(a: Cell, b: Cell): boolean;
