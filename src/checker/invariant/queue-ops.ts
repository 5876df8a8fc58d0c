/**
 * What both queue checkers read from a history.
 *
 * | op | value of invoke | value of ok |
 * |---|---|---|
 * | `enqueue` | the element | – |
 * | `dequeue` | null | the element, or null if the queue was empty |
 * | `drain` | null | the list of all elements that were left |
 */
import type { Json } from '../../base/json.ts';
import { elementKey, elementsOf, type Part } from './invariant.ts';

export interface QueueFunctions {
  /** Default `enqueue`. */
  readonly enqueue?: string;
  /** Default `dequeue`. */
  readonly dequeue?: string;
  /** Default `drain`. */
  readonly drain?: string;
}

/** All that happened to one element, as rows. */
export interface Passage {
  readonly value: Json;
  /** In order of invocation; failed ones apart. */
  readonly enqueued: number[];
  readonly failed: number[];
  /** In order of ok; a drain may be in it more than once. */
  readonly dequeued: number[];
}

export interface QueueOps {
  readonly passages: ReadonlyMap<number | string, Passage>;
  readonly enqueueCount: number;
  readonly dequeueCount: number;
  /** Rows of dequeues and drains of unknown outcome: they may have taken something away. */
  readonly crashedDequeues: readonly number[];
  readonly crashedDrains: readonly number[];
  /** Rows that found the queue empty: drains, and dequeues that answered nothing. */
  readonly empties: readonly number[];
}

export function queueOps(part: Part, functions: Required<QueueFunctions>): QueueOps {
  const { enqueue, dequeue, drain } = functions;
  const passages = new Map<number | string, Passage>();
  const passageOf = (value: Json): Passage => {
    const key = elementKey(value);
    let passage = passages.get(key);
    if (passage === undefined) {
      passage = { value, enqueued: [], failed: [], dequeued: [] };
      passages.set(key, passage);
    }
    return passage;
  };
  const enqueues = part.rowsOf(enqueue);
  for (const row of enqueues) {
    const passage = passageOf(part.input(row));
    (part.failed(row) ? passage.failed : passage.enqueued).push(row);
  }
  const crashedDequeues: number[] = [];
  const crashedDrains: number[] = [];
  const empties: number[] = [];
  let dequeueCount = 0;
  const takers = part
    .rowsOf(dequeue, drain)
    .toSorted((a, b) => part.returned(a) - part.returned(b));
  for (const row of takers) {
    const drains = part.f(row) === drain;
    if (!part.isOk(row)) {
      if (!part.failed(row)) (drains ? crashedDrains : crashedDequeues).push(row);
      else if (!drains && /empty|exhausted/i.test(part.errorCode(row) ?? '')) empties.push(row);
      continue;
    }
    const output = part.output(row);
    const taken = drains ? (elementsOf(output) ?? []) : output === null ? [] : [output];
    if (drains || taken.length === 0) empties.push(row);
    for (const value of taken) passageOf(value).dequeued.push(row);
    dequeueCount += taken.length;
  }
  return {
    passages,
    enqueueCount: enqueues.length,
    dequeueCount,
    crashedDequeues,
    crashedDrains,
    empties,
  };
}

export function withDefaults(functions: QueueFunctions): Required<QueueFunctions> {
  const { enqueue = 'enqueue', dequeue = 'dequeue', drain = 'drain' } = functions;
  return { enqueue, dequeue, drain };
}
