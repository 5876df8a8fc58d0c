/** Offsets as one consumer and one producer see them: forward, with nothing left out. */
import { canonical, isArray, isObject, type Json } from '../../../base/json.ts';
import { listed } from '../../../base/text.ts';
import type { Part } from '../invariant.ts';
import {
  type KafkaLogs,
  type KafkaOp,
  type KeyLog,
  keyName,
  knownBetween,
  startOf,
} from './log.ts';

export type Say = (type: string, rows: readonly number[], explanation: string) => void;

interface Place {
  /** Of an assign: it polls from the next offset on. */
  readonly row: number;
  readonly offset: number;
  /** Which poll or send of the operation. */
  readonly step: number;
}

/** Where each process stands in each log. */
type Positions = Map<number, Map<string, Place>>;

interface Names {
  readonly external: string;
  readonly internal: string;
  readonly skip: string;
  readonly internalSkip: string;
  readonly did: string;
}

const polls: Names = {
  external: 'nonmonotonic-poll',
  internal: 'int-nonmonotonic-poll',
  skip: 'poll-skip',
  internalSkip: 'int-poll-skip',
  did: 'polled',
};
const sends: Names = {
  external: 'nonmonotonic-send',
  internal: 'int-nonmonotonic-send',
  // Another producer's message between two operations is as it should be.
  skip: '',
  internalSkip: 'int-send-skip',
  did: 'sent to',
};

export interface Assignments {
  /** Rows of `assign` and `subscribe`. */
  readonly rows: ReadonlySet<number>;
  /** True if somebody subscribed: then keys may move between consumers at any poll. */
  readonly subscribed: boolean;
}

/**
 * @param rows of all functions, in order of invocation
 */
export function judgeOrder(
  part: Part,
  logs: KafkaLogs,
  rows: readonly number[],
  assignments: Assignments,
  say: Say,
): void {
  const polled: Positions = new Map();
  const sent: Positions = new Map();
  for (const row of rows) {
    const process = part.process(row);
    if (assignments.rows.has(row)) {
      reassign(part, row, positionsOf(polled, process));
      continue;
    }
    const op = logs.ops.get(row);
    if (op === undefined || !part.isOk(row)) continue;
    const judge = new PlaceJudge(part, logs, say);
    for (const { message, offset, poll } of op.polled) {
      const place = { row, offset, step: poll };
      judge.next(polls, positionsOf(polled, process), message.key, place);
    }
    for (const [step, { message, offset }] of op.sends.entries()) {
      if (offset === undefined) continue;
      judge.next(sends, positionsOf(sent, process), message.key, { row, offset, step });
    }
    judgeOwn(op, part, say);
  }
}

/**
 * A new assignment keeps the place in the logs that it keeps, unless it says where to start.
 * In the others it begins where its answer says, if it does.
 */
function reassign(part: Part, row: number, positions: Map<string, Place>): void {
  const value = part.input(row);
  const kept = part.isOk(row) ? keptKeys(value) : new Set<string>();
  for (const key of positions.keys()) if (!kept.has(key)) positions.delete(key);
  if (!part.isOk(row)) return;
  for (const [key, next] of startOf(part.output(row)).from)
    if (!positions.has(key)) positions.set(key, { row, offset: next - 1, step: 0 });
}

function keptKeys(value: Json): ReadonlySet<string> {
  if (isArray(value)) return new Set(value.map(keyName));
  if (!isObject(value) || value['seek'] !== undefined) return new Set();
  return isArray(value['keys']) ? new Set(value['keys'].map(keyName)) : new Set();
}

/** Keys that a process was told to consume. */
export function assignedKeys(value: Json): readonly string[] {
  if (isArray(value)) return value.map(keyName);
  return isObject(value) && isArray(value['keys']) ? value['keys'].map(keyName) : [];
}

function positionsOf(all: Positions, process: number): Map<string, Place> {
  const known = all.get(process);
  if (known !== undefined) return known;
  const fresh = new Map<string, Place>();
  all.set(process, fresh);
  return fresh;
}

class PlaceJudge {
  readonly #part: Part;
  readonly #logs: KafkaLogs;
  readonly #say: Say;

  constructor(part: Part, logs: KafkaLogs, say: Say) {
    this.#part = part;
    this.#logs = logs;
    this.#say = say;
  }

  next(names: Names, positions: Map<string, Place>, key: string, place: Place): void {
    const before = positions.get(key);
    positions.set(key, place);
    if (before === undefined) return;
    const inside = before.row === place.row;
    const skipped = this.#skipped(key, before, place);
    const went = this.#wentText(names, key, before, place);
    const rows = inside ? [place.row] : [before.row, place.row];
    if (place.offset <= before.offset) {
      const type = inside ? names.internal : names.external;
      this.#say(type, rows, `${went}: not forward.`);
      return;
    }
    const type = inside ? names.internalSkip : names.skip;
    if (type === '' || skipped.rows.length === 0) return;
    this.#say(type, [...rows, ...skipped.rows], `${went}, past ${skipped.text}.`);
  }

  #skipped(key: string, before: Place, place: Place): { rows: number[]; text: string } {
    const log: KeyLog | undefined = this.#logs.keys.get(key);
    const between = knownBetween(log, before.offset, place.offset);
    const rows: number[] = [];
    const texts: string[] = [];
    for (const offset of between)
      for (const message of log?.places.get(offset) ?? []) {
        const row = message.places.get(offset) ?? 0;
        rows.push(row);
        texts.push(
          `${canonical(message.value)} at ${offset} (seen by event ${this.#part.invoke(row)})`,
        );
      }
    return { rows, text: listed(texts) };
  }

  #wentText({ did }: Names, key: string, before: Place, place: Place): string {
    const f = this.#part.f(before.row);
    if (f === 'assign' || f === 'subscribe')
      return `${this.#at(before)} was to go on in ${key} from offset ${before.offset + 1}, and its first poll there, that of event ${this.#part.invoke(place.row)}, began at ${place.offset}`;
    const inside = before.row === place.row;
    return `${this.#at(before)} ${did} ${key} at offset ${before.offset}, and ${inside ? 'next' : this.#later(place)} at ${place.offset}`;
  }

  #at({ row }: Place): string {
    return `The ${this.#part.f(row)} of event ${this.#part.invoke(row)} by process ${this.#part.process(row)}`;
  }

  #later({ row }: Place): string {
    return `its next one there, the ${this.#part.f(row)} of event ${this.#part.invoke(row)},`;
  }
}

/** A transaction's own messages are not there for it until it has committed. */
function judgeOwn({ row, sends: own, polled }: KafkaOp, part: Part, say: Say): void {
  if (own.length === 0) return;
  for (const { message, offset } of polled) {
    if (!own.some((send) => send.message === message)) continue;
    if (message.sends.length > 1) continue;
    say(
      'precommitted-read',
      [row],
      `The ${part.f(row)} of event ${part.invoke(row)} polled ${canonical(message.value)} of ${message.key} (offset ${offset}), which it had itself sent and not yet committed.`,
    );
  }
}
