/** Who added what to a set, and when: what both set checkers start from. */
import type { Json } from '../../base/json.ts';
import { elementKey, type Part } from './invariant.ts';

/** An element that somebody tried to add. */
export interface Element {
  readonly value: Json;
  /** The row and the event of the first invocation. */
  readonly row: number;
  readonly invoke: number;
  /** The first ok and its row; Infinity if no add of it was acknowledged. */
  acknowledged: number;
  acknowledgedRow: number;
  /** True if every add of it certainly did not happen. */
  allFailed: boolean;
}

export function elementsAdded(
  part: Part,
  addRows: readonly number[],
): Map<number | string, Element> {
  const elements = new Map<number | string, Element>();
  for (const row of addRows) {
    const value = part.input(row);
    const key = elementKey(value);
    let element = elements.get(key);
    if (element === undefined) {
      const acknowledged = Number.POSITIVE_INFINITY;
      const invoke = part.invoke(row);
      element = { value, row, invoke, acknowledged, acknowledgedRow: row, allFailed: true };
      elements.set(key, element);
    }
    if (part.failed(row)) continue;
    element.allFailed = false;
    if (part.returned(row) >= element.acknowledged) continue;
    element.acknowledged = part.returned(row);
    element.acknowledgedRow = row;
  }
  return elements;
}

/** Why an element that a read shows cannot be there; undefined if it can. */
export function phantomReason(
  part: Part,
  element: Element | undefined,
  readRow: number,
): string | undefined {
  if (element === undefined) return 'nobody ever tried to add it';
  if (element.allFailed)
    return `its only add (event ${element.invoke}) failed, which says that it did not happen`;
  if (element.invoke > part.returned(readRow))
    return `the add of it began only later, at event ${element.invoke}`;
  return undefined;
}
