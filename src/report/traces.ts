/**
 * What a run left beside its history: messages between nodes, and what the nodes wrote. Both are
 * read from files that may be far larger than a page should be; what has no room is counted.
 */

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
