/**
 * What a Kafka-style history says of its logs: every message with its sends and places, every
 * place with its messages. Op shapes: see `kafka.ts`.
 */
import { canonical, isArray, isObject, type Json } from '../../../base/json.ts';
import type { Part } from '../invariant.ts';

/** A message of one log, told apart by its value. */
export interface Message {
  readonly key: string;
  readonly value: Json;
  /** Rows of sends that happened or may have. */
  readonly sends: number[];
  /** Rows of sends that certainly did not happen. */
  readonly failed: number[];
  /** The first acknowledged send, or -1, and the event of its ok, or Infinity. */
  acknowledgedBy: number;
  acknowledgedAt: number;
  /** Distinct places where it was seen, each with the row that says so. */
  readonly places: Map<number, number>;
  /** Of the rows that polled it the one that returned first, or -1. */
  polledBy: number;
}

interface Send {
  readonly message: Message;
  /** Undefined if the answer does not say. */
  readonly offset: number | undefined;
}

interface Polled {
  readonly message: Message;
  readonly offset: number;
  /** Which poll of the operation it came from. */
  readonly poll: number;
}

/** How far a consumer said that it had come in a log: all up to this offset is done. */
export interface Commit {
  readonly row: number;
  readonly offset: number;
  /** False if it was not answered: it may have happened, or may yet. */
  readonly acknowledged: boolean;
}

/** A `send`, `poll` or `txn`, in order of invocation. */
export interface KafkaOp {
  readonly row: number;
  readonly sends: readonly Send[];
  /** Empty unless the op is ok. */
  readonly polled: readonly Polled[];
  readonly pollCount: number;
}

export interface KeyLog {
  readonly key: string;
  readonly messages: Message[];
  /** By offset, the messages seen there. More than one is an anomaly. */
  readonly places: Map<number, Message[]>;
  /** Known offsets, ascending. */
  offsets: readonly number[];
  /** The highest offset that somebody polled, and who; -1 for none. */
  highestPolled: number;
  highestPolledBy: number;
  /** In order of invocation. */
  readonly commits: Commit[];
}

export interface KafkaLogs {
  readonly keys: ReadonlyMap<string, KeyLog>;
  /** By row. */
  readonly ops: ReadonlyMap<number, KafkaOp>;
}

export function kafkaLogs(part: Part, rows: readonly number[]): KafkaLogs {
  const reader = new LogReader(part);
  const ops = new Map<number, KafkaOp>();
  for (const row of rows) ops.set(row, reader.op(row));
  for (const log of reader.keys.values())
    log.offsets = [...log.places.keys()].toSorted((a, b) => a - b);
  return { keys: reader.keys, ops };
}

class LogReader {
  readonly keys = new Map<string, KeyLog>();
  readonly #messages = new Map<string, Message>();
  readonly #part: Part;

  constructor(part: Part) {
    this.#part = part;
  }

  op(row: number): KafkaOp {
    const steps = stepsOf(this.#part.input(row));
    const answers = this.#part.isOk(row) ? stepsOf(this.#part.output(row)) : [];
    const sends: Send[] = [];
    const polled: Polled[] = [];
    let pollCount = 0;
    for (const [i, [f, key = null, value = null]] of steps.entries()) {
      if (f === 'send') sends.push(this.#send(row, key, value, answers[i]));
      if (f !== 'poll') continue;
      pollCount += 1;
      this.#poll(row, pollCount, answers[i], polled);
    }
    for (const [f, offsets = null, doubt] of answers)
      if (f === 'commit') this.#commit(row, offsets, doubt === undefined);
    return { row, sends, polled, pollCount };
  }

  #send(row: number, key: Json, value: Json, answer: readonly Json[] | undefined): Send {
    const message = this.#message(keyName(key), value);
    if (this.#part.failed(row)) {
      message.failed.push(row);
      return { message, offset: undefined };
    }
    message.sends.push(row);
    if (this.#part.returned(row) < message.acknowledgedAt) {
      message.acknowledgedAt = this.#part.returned(row);
      message.acknowledgedBy = row;
    }
    const offset = offsetOf(answer?.[2], value);
    if (offset !== undefined) this.#place(message, offset, row);
    return { message, offset };
  }

  #poll(row: number, poll: number, answer: readonly Json[] | undefined, polled: Polled[]): void {
    const shown = answer?.[1];
    if (!isObject(shown)) return;
    for (const [key, entries] of Object.entries(shown))
      for (const entry of isArray(entries) ? entries : []) {
        const [offset, value = null] = isArray(entry) ? entry : [];
        if (typeof offset !== 'number') continue;
        const message = this.#message(key, value);
        // To a row that there is not, the part says that it never returned.
        if (this.#part.returned(row) < this.#part.returned(message.polledBy))
          message.polledBy = row;
        this.#place(message, offset, row);
        polled.push({ message, offset, poll });
        const log = this.#log(key);
        if (offset <= log.highestPolled) continue;
        log.highestPolled = offset;
        log.highestPolledBy = row;
      }
  }

  #commit(row: number, offsets: Json, acknowledged: boolean): void {
    for (const [key, offset] of isObject(offsets) ? Object.entries(offsets) : [])
      if (typeof offset === 'number') this.#log(key).commits.push({ row, offset, acknowledged });
  }

  #place(message: Message, offset: number, row: number): void {
    if (message.places.has(offset)) return;
    message.places.set(offset, row);
    const { places } = this.#log(message.key);
    const there = places.get(offset);
    if (there === undefined) places.set(offset, [message]);
    else there.push(message);
  }

  #message(key: string, value: Json): Message {
    const name = `${key} ${canonical(value)}`;
    const known = this.#messages.get(name);
    if (known !== undefined) return known;
    const message = {
      key,
      value,
      sends: [],
      failed: [],
      acknowledgedBy: -1,
      acknowledgedAt: Number.POSITIVE_INFINITY,
      places: new Map<number, number>(),
      polledBy: -1,
    };
    this.#messages.set(name, message);
    this.#log(key).messages.push(message);
    return message;
  }

  #log(key: string): KeyLog {
    const known = this.keys.get(key);
    if (known !== undefined) return known;
    const log: KeyLog = {
      key,
      messages: [],
      places: new Map(),
      offsets: [],
      highestPolled: -1,
      highestPolledBy: -1,
      commits: [],
    };
    this.keys.set(key, log);
    return log;
  }
}

/** What an assign was told, and where its consumer goes on: offsets by key. */
export interface Start {
  /** Keys that were asked about. Undefined if the answer does not say. */
  readonly committed: ReadonlyMap<string, number> | undefined;
  /** The offset from which each key is polled next. */
  readonly from: ReadonlyMap<string, number>;
}

/** @param answer of an `assign` or `subscribe`: `{"keys": […], "committed": {…}, "from": {…}}` */
export function startOf(answer: Json): Start {
  const { committed, from } = isObject(answer) ? answer : {};
  return {
    committed: committed === undefined ? undefined : offsetsOf(committed),
    from: offsetsOf(from ?? null),
  };
}

function offsetsOf(value: Json): ReadonlyMap<string, number> {
  const entries = isObject(value) ? Object.entries(value) : [];
  return new Map(
    entries.flatMap(([key, offset]) =>
      typeof offset === 'number' ? [[key, offset] as const] : [],
    ),
  );
}

/** JSON's objects have texts for keys: 1 and "1" are one log. */
export function keyName(key: Json): string {
  return typeof key === 'string' ? key : canonical(key);
}

/** Known offsets strictly between two; the first few. */
export function knownBetween(log: KeyLog | undefined, low: number, high: number): number[] {
  const { offsets = [] } = log ?? {};
  let at = firstAbove(offsets, low);
  const between: number[] = [];
  for (; (offsets[at] ?? high) < high && between.length < 3; at += 1)
    between.push(offsets[at] ?? 0);
  return between;
}

/** Index of the first number above `low` in an ascending list. */
export function firstAbove(ascending: readonly number[], low: number): number {
  let [from, to] = [0, ascending.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((ascending[middle] ?? 0) <= low) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** `[["send", k, v], ["poll"]]`, or nothing if it is something else. */
function stepsOf(value: Json): readonly (readonly Json[])[] {
  return isArray(value) ? value.map((step) => (isArray(step) ? step : [])) : [];
}

/** An answer is `[offset, value]`, or the bare value if the offset is not known. */
function offsetOf(answer: Json | undefined, value: Json): number | undefined {
  if (!isArray(answer) || answer.length !== 2) return undefined;
  const [offset, echoed = null] = answer;
  return typeof offset === 'number' && canonical(echoed) === canonical(value) ? offset : undefined;
}
