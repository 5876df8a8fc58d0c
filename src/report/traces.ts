/**
 * What a run left beside its history: messages between nodes, and what the nodes wrote. Both are
 * read from files that may be far larger than a page should be; what has no room is counted.
 */
import { anomaliesOf, type Verdict } from '../checker/verdict.ts';
import type { History } from '../history/history.ts';
import { rowOf } from './witness.ts';

/** One message, from its sending to its arrival. */
export interface MessageTrace {
  readonly id: number;
  readonly from: string;
  readonly to: string;
  readonly sentNs: number;
  /** Null if nobody saw it arrive. */
  readonly receivedNs: number | null;
  /** Why it was lost; null if it was not. */
  readonly lost: string | null;
  /** The `type` of its body; empty if it has none. */
  readonly type: string;
  /** Its body as JSON, cut at a length with an ellipsis. */
  readonly text: string;
}

export interface LogLine {
  readonly node: string;
  readonly stream: 'stderr' | 'stdout';
  readonly timeNs: number;
  /** Cut at a length with an ellipsis. */
  readonly text: string;
}

export interface RunTraces {
  /** In order of sending. */
  readonly messages: readonly MessageTrace[];
  /** Recorded messages that are not in `messages`. */
  readonly messagesOmitted: number;
  /** True if the testbed recorded some of the messages only. */
  readonly isSampled: boolean;
  /** In order of time. */
  readonly logs: readonly LogLine[];
  readonly logsOmitted: number;
}

/** A stretch of time, in nanoseconds since the run began. */
export interface Stretch {
  readonly fromNs: number;
  readonly toNs: number;
}

/** Before and after each operation of an anomaly. */
const roomNs = 50_000_000;
const anomaliesMax = 20;
const operationsMax = 60;

/** Where to look first: around the operations of the anomalies. Disjoint and ascending. */
export function focusOf(verdicts: readonly Verdict[], history: History): readonly Stretch[] {
  const moments = verdicts
    .flatMap(anomaliesOf)
    .slice(0, anomaliesMax)
    .flatMap(({ operations }) => operations.slice(-operationsMax))
    .flatMap((index) => momentsOf(history, index));
  const joined: { fromNs: number; toNs: number }[] = [];
  for (const ns of moments.toSorted((a, b) => a - b)) {
    const last = joined.at(-1);
    if (last !== undefined && ns - roomNs <= last.toNs) last.toNs = ns + roomNs;
    else joined.push({ fromNs: ns - roomNs, toNs: ns + roomNs });
  }
  return joined;
}

/** When an operation began, and when it ended if that is known. */
function momentsOf(history: History, index: number): readonly number[] {
  const row = rowOf(history, index);
  if (row === undefined) return [];
  const operation = history.operation(row);
  return operation.outcome === 'info'
    ? [operation.invokeNs]
    : [operation.invokeNs, operation.returnNs];
}

/** Keeps what is in focus first, then the earliest of the rest; counts what has no room. */
export class Room<T> {
  omitted = 0;
  readonly #max: number;
  readonly #focus: readonly Stretch[];
  readonly #focused: T[] = [];
  readonly #others: T[] = [];

  constructor(max: number, focus: readonly Stretch[]) {
    this.#max = max;
    this.#focus = focus;
  }

  /** Makes and keeps the item if there is room; undefined if it was counted only. */
  add(timeNs: number, make: () => T): T | undefined {
    const isFocused = this.#focus.some(({ fromNs, toNs }) => timeNs >= fromNs && timeNs <= toNs);
    const list = isFocused ? this.#focused : this.#others;
    // A fifth is for what is not in focus, so that the beginning of the run is always there.
    const max = isFocused ? Math.ceil(this.#max * 0.8) : this.#max;
    if (list.length >= max) {
      this.omitted += 1;
      return undefined;
    }
    const item = make();
    list.push(item);
    return item;
  }

  /** All that is kept. Whatever has no room beside what is in focus is counted now. */
  items(): readonly T[] {
    const rest = this.#others.splice(this.#max - this.#focused.length);
    this.omitted += rest.length;
    return [...this.#focused, ...this.#others];
  }
}
