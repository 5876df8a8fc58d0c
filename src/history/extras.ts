/**
 * What only some events have: the node, the error, the mark of a final read. A row holds a
 * number, and equal nodes share one object: most events have a node and nothing else, and
 * an object (or a map's entry) for each of them would outweigh all columns together.
 */
import type { OpError } from './event.ts';

export interface EventExtra {
  readonly node?: string;
  readonly error?: OpError;
  readonly final?: boolean;
}

/** As plain data: for each event the position of its extra in `extras`, or 0 for none. */
export interface ExtraData {
  readonly ids: Int32Array;
  readonly extras: readonly EventExtra[];
}

export class ExtraTable {
  #ids: Int32Array = new Int32Array(1024);
  /** One more than the last row that has an extra. */
  #length = 0;
  readonly #extras: EventExtra[] = [{}];
  /** Node → the id of the extra that has this node and nothing else. */
  readonly #nodeIds = new Map<string, number>();

  set(index: number, extra: EventExtra): void {
    this.#setId(index, this.#idOf(extra));
  }

  /** The same as `set(index, { node })`, without the object. */
  setNode(index: number, node: string): void {
    this.#setId(index, this.#nodeIds.get(node) ?? this.#newNode({ node }, node));
  }

  get(index: number): EventExtra | undefined {
    const id = this.#ids[index] ?? 0;
    return id === 0 ? undefined : this.#extras[id];
  }

  toData(): ExtraData {
    return { ids: this.#ids.subarray(0, this.#length), extras: this.#extras };
  }

  static fromData({ ids, extras }: ExtraData): ExtraTable {
    const table = new ExtraTable();
    table.#ids = ids;
    table.#length = ids.length;
    for (const extra of extras.slice(1)) table.#extras.push(extra);
    return table;
  }

  #idOf(extra: EventExtra): number {
    const { node, error, final } = extra;
    if (node !== undefined && error === undefined && final === undefined)
      return this.#nodeIds.get(node) ?? this.#newNode(extra, node);
    return this.#extras.push(extra) - 1;
  }

  #newNode(extra: EventExtra, node: string): number {
    const id = this.#extras.push(extra) - 1;
    this.#nodeIds.set(node, id);
    return id;
  }

  #setId(index: number, id: number): void {
    if (index >= this.#ids.length) {
      const grown = new Int32Array(Math.max(index + 1, this.#ids.length * 2));
      grown.set(this.#ids);
      this.#ids = grown;
    }
    this.#ids[index] = id;
    if (index >= this.#length) this.#length = index + 1;
  }
}
