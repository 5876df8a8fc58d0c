/**
 * Numbers in place of values. Columns hold ids; equal primitives have equal ids, so that a
 * checker compares integers. Composite values (arrays, objects) get a fresh id each unless
 * `internComposite` is asked for: interning a million distinct transactions would only cost.
 */
import { canonical, type Json } from '../base/json.ts';

/** The id of "no value". */
export const noValue = -1;

export class ValueTable {
  readonly #values: Json[] = [];
  readonly #ids = new Map<string | number | boolean | null, number>();
  readonly #composites = new Map<string, number>();

  get size(): number {
    return this.#values.length;
  }

  /** The id of a primitive (shared by equal ones) or of this very composite (fresh). */
  id(value: Json): number {
    if (typeof value === 'object' && value !== null) return this.#values.push(value) - 1;
    const known = this.#ids.get(value);
    if (known !== undefined) return known;
    const id = this.#values.push(value) - 1;
    this.#ids.set(value, id);
    return id;
  }

  /** Like `id`, but equal composites share an id too. For keys and other small domains. */
  internComposite(value: Json): number {
    if (typeof value !== 'object' || value === null) return this.id(value);
    const text = canonical(value);
    const known = this.#composites.get(text);
    if (known !== undefined) return known;
    const id = this.#values.push(value) - 1;
    this.#composites.set(text, id);
    return id;
  }

  /** The id of a primitive that is already here, or `noValue`. Adds nothing. */
  find(value: string | number | boolean | null): number {
    return this.#ids.get(value) ?? noValue;
  }

  /** The value with this id; undefined for `noValue`. */
  value(id: number): Json | undefined {
    return id === noValue ? undefined : this.#values[id];
  }

  /** All values by id, for a transfer to another thread. */
  toArray(): readonly Json[] {
    return this.#values;
  }

  static fromArray(values: readonly Json[]): ValueTable {
    const table = new ValueTable();
    for (const value of values) {
      const id = table.#values.push(value) - 1;
      if (typeof value !== 'object' || value === null) table.#ids.set(value, id);
    }
    return table;
  }
}
