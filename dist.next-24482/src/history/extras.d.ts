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
export declare class ExtraTable {
  #private;
  set(index: number, extra: EventExtra): void;
  /** The same as `set(index, { node })`, without the object. */
  setNode(index: number, node: string): void;
  get(index: number): EventExtra | undefined;
  toData(): ExtraData;
  static fromData({ ids, extras }: ExtraData): ExtraTable;
}
