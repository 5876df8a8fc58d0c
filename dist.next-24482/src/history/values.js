/**
 * Numbers in place of values. Columns hold ids; equal primitives have equal ids, so that a
 * checker compares integers. Composite values (arrays, objects) get a fresh id each unless
 * `internComposite` is asked for: interning a million distinct transactions would only cost.
 * Arrays of arrays, which is what transactions are, can be packed (see `packed-values.ts`):
 * their ids are below `noValue`, and `value` makes a new array each time.
 */
import { canonical, isArray } from '../base/json.js';
import { itemCount, TokenBuffer } from './packed-values.js';
/** The id of "no value". */
export const noValue = -1;
/** The id of the array that is packed from token 0 on; that from token t on is t less. */
const firstPacked = -2;
export class ValueTable {
  #values = [];
  #ids = new Map();
  #composites = new Map();
  /** Arrays that are packed. */
  packed;
  constructor(packed = new TokenBuffer()) {
    this.packed = packed;
  }
  get size() {
    return this.#values.length;
  }
  /** The id of a primitive (shared by equal ones) or of this very composite (fresh). */
  id(value) {
    if (typeof value === 'object' && value !== null) return this.#values.push(value) - 1;
    const known = this.#ids.get(value);
    if (known !== undefined) return known;
    const id = this.#values.push(value) - 1;
    this.#ids.set(value, id);
    return id;
  }
  /** Like `id`, but equal composites share an id too. For keys and other small domains. */
  internComposite(value) {
    if (typeof value !== 'object' || value === null) return this.id(value);
    const text = canonical(value);
    const known = this.#composites.get(text);
    if (known !== undefined) return known;
    const id = this.#values.push(value) - 1;
    this.#composites.set(text, id);
    return id;
  }
  /** The id of a primitive that is already here, or `noValue`. Adds nothing. */
  find(value) {
    return this.#ids.get(value) ?? noValue;
  }
  /** The value with this id; undefined for `noValue`. */
  value(id) {
    if (id >= 0) return this.#values[id];
    return id === noValue ? undefined : this.unpacked(firstPacked - id);
  }
  /** The id of an array, its items kept as tokens. Equal composites in it share an id. */
  pack(array) {
    const start = this.packed.length;
    this.#pack(array);
    return packedId(start);
  }
  /** The value whose tokens begin there. */
  unpacked(start) {
    const { tokens } = this.packed;
    let at = start;
    const next = () => {
      const token = tokens[at] ?? 0;
      at += 1;
      const count = itemCount(token);
      return count === -1 ? (this.#values[token] ?? null) : Array.from({ length: count }, next);
    };
    return next();
  }
  #pack(value) {
    if (!isArray(value)) {
      this.packed.push(this.internComposite(value));
      return;
    }
    const opened = this.packed.open();
    for (const item of value) this.#pack(item);
    this.packed.close(opened, value.length);
  }
  toData() {
    return { values: this.#values, tokens: this.packed.trimmed() };
  }
  static fromData({ values, tokens }) {
    const table = new ValueTable(TokenBuffer.of(tokens));
    for (const value of values) {
      const id = table.#values.push(value) - 1;
      if (typeof value !== 'object' || value === null) table.#ids.set(value, id);
    }
    return table;
  }
}
/** The id of the array whose tokens begin there. */
export function packedId(start) {
  return firstPacked - start;
}
/** Where the tokens of the array with this id begin; -1 if it is not packed. */
export function packedStart(id) {
  return id <= firstPacked ? firstPacked - id : -1;
}
/** Whether the value is one to pack: what transactions are. */
export function isPackable(value) {
  return isArray(value) && isArray(value[0]);
}
