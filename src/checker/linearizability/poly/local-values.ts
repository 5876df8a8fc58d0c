/**
 * Values of one object as 0, 1, 2, … in order of first sight; equal values share a number. The
 * ids of a history's value table are not enough: composites get a fresh id each there, values
 * inside of pairs and lists have none, and an array per id would cost the whole table per key.
 */
import { canonical, type Json } from '../../../base/json.ts';
import { noValue, type ValueTable } from '../../../history/values.ts';

const empty = -2;

export class LocalValues {
  readonly #table: ValueTable;
  readonly #nullId: number;
  /** Open addressing: table id → local number. Ids near each other stay near each other. */
  #keys: Int32Array;
  #numbers: Int32Array;
  #mask: number;
  #used = 0;
  /** By local number. */
  readonly #values: Json[] = [];
  /** Composites by canonical text, and primitives that `ofJson` was asked for. */
  readonly #texts = new Map<string, number>();
  readonly #primitives = new Map<string | number | boolean, number>();

  constructor(table: ValueTable, expectedCount: number) {
    this.#table = table;
    this.#nullId = table.find(null);
    let capacity = 16;
    while (capacity < expectedCount * 2) capacity *= 2;
    this.#keys = new Int32Array(capacity).fill(empty);
    this.#numbers = new Int32Array(capacity);
    this.#mask = capacity - 1;
  }

  get size(): number {
    return this.#values.length;
  }

  /** The number of the value with this id of the table; no value counts as null. */
  ofId(tableId: number): number {
    const id = tableId === noValue ? this.#nullId : tableId;
    let slot = id & this.#mask;
    for (;;) {
      const key = this.#keys[slot] ?? empty;
      if (key === id) return this.#numbers[slot] ?? 0;
      if (key === empty) break;
      slot = (slot + 1) & this.#mask;
    }
    const number = this.#firstSight(id);
    this.#insert(id, number);
    return number;
  }

  /** The number of a value that may be in no table: an element of a list, half of a pair. */
  ofJson(value: Json): number {
    if (value === null) return this.ofId(noValue);
    if (typeof value === 'object') return this.#byText(value);
    const known = this.#primitives.get(value);
    if (known !== undefined) return known;
    const id = this.#table.find(value);
    const number = id === noValue ? this.#values.push(value) - 1 : this.ofId(id);
    this.#primitives.set(value, number);
    return number;
  }

  /** True if that is the number of null. */
  isNull(number: number): boolean {
    return number >= 0 && this.#values[number] === null;
  }

  value(number: number): Json {
    return this.#values[number] ?? null;
  }

  #firstSight(id: number): number {
    const value = this.#table.value(id) ?? null;
    const isComposite = typeof value === 'object' && value !== null;
    return isComposite ? this.#byText(value) : this.#values.push(value) - 1;
  }

  #byText(value: Json): number {
    const text = canonical(value);
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    const number = this.#values.push(value) - 1;
    this.#texts.set(text, number);
    return number;
  }

  #insert(id: number, number: number): void {
    if (this.#used * 2 > this.#mask) this.#grow();
    this.#used += 1;
    let slot = id & this.#mask;
    while ((this.#keys[slot] ?? empty) !== empty) slot = (slot + 1) & this.#mask;
    this.#keys[slot] = id;
    this.#numbers[slot] = number;
  }

  #grow(): void {
    const [keys, numbers] = [this.#keys, this.#numbers];
    this.#mask = keys.length * 2 - 1;
    this.#keys = new Int32Array(keys.length * 2).fill(empty);
    this.#numbers = new Int32Array(keys.length * 2);
    this.#used = 0;
    for (let i = 0; i < keys.length; i += 1)
      if (keys[i] !== empty) this.#insert(keys[i] ?? 0, numbers[i] ?? 0);
  }
}
