/**
 * Numbers in place of values. Columns hold ids; equal primitives have equal ids, so that a
 * checker compares integers. Composite values (arrays, objects) get a fresh id each unless
 * `internComposite` is asked for: interning a million distinct transactions would only cost.
 * Arrays of arrays, which is what transactions are, can be packed (see `packed-values.ts`):
 * their ids are below `noValue`, and `value` makes a new array each time.
 */
import { type Json } from '../base/json.ts';
import { TokenBuffer } from './packed-values.ts';
/** The id of "no value". */
export declare const noValue = -1;
/** All values as plain data, for a transfer to another thread. */
export interface ValueData {
  readonly values: readonly Json[];
  readonly tokens: Int32Array;
}
export declare class ValueTable {
  #private;
  /** Arrays that are packed. */
  readonly packed: TokenBuffer;
  constructor(packed?: TokenBuffer);
  get size(): number;
  /** The id of a primitive (shared by equal ones) or of this very composite (fresh). */
  id(value: Json): number;
  /** Like `id`, but equal composites share an id too. For keys and other small domains. */
  internComposite(value: Json): number;
  /** The id of a primitive that is already here, or `noValue`. Adds nothing. */
  find(value: string | number | boolean | null): number;
  /** The value with this id; undefined for `noValue`. */
  value(id: number): Json | undefined;
  /** The id of an array, its items kept as tokens. Equal composites in it share an id. */
  pack(array: readonly Json[]): number;
  /** The value whose tokens begin there. */
  unpacked(start: number): Json;
  toData(): ValueData;
  static fromData({ values, tokens }: ValueData): ValueTable;
}
/** The id of the array whose tokens begin there. */
export declare function packedId(start: number): number;
/** Where the tokens of the array with this id begin; -1 if it is not packed. */
export declare function packedStart(id: number): number;
/** Whether the value is one to pack: what transactions are. */
export declare function isPackable(value: Json): value is readonly Json[];
