/**
 * Reads dbcop's binary histories (Biswas and Enea, OOPSLA 2019), as `bincode` writes them,
 * little-endian: five 64-bit numbers (id, sessions, keys, transactions a session, events a
 * transaction), three texts (info, start, end), then the sessions, each with its length
 * before it: transactions, each a list of events and a byte that says if it committed; an
 * event is a byte (1 writes, 0 reads), key and value of 64 bits, and a byte for success.
 */

import { HistoryError } from '../../base/errors.ts';
import { byte, type Source, textAt } from './bytes.ts';
import type { EventSink } from './event-sink.ts';
import {
  type Access,
  type Session,
  type SessionTransaction,
  type SessionValue,
  sinkOfSessions,
} from './sessions.ts';

const headerBytes = 5 * 8;
const eventBytes = 18;

/** True if the file could be one: sizes where dbcop has them, then three texts. */
export function isDbcop(source: Source): boolean {
  try {
    const reader = new BinaryReader(source);
    const { sessionCount } = header(reader);
    return reader.count(8, 'sessions') === sessionCount;
  } catch (thrown) {
    if (thrown instanceof HistoryError) return false;
    throw thrown;
  }
}

/**
 * @throws HistoryError with the offset if the file is cut off or is something else. A part
 * of it would not do: reads from the sessions that are missing would look invented.
 */
export function readDbcop(source: Source): EventSink {
  const reader = new BinaryReader(source);
  header(reader);
  const sessions: Session[] = [];
  for (let left = reader.count(8, 'sessions'); left > 0; left -= 1) {
    const transactions: SessionTransaction[] = [];
    for (let rest = reader.count(9, 'transactions'); rest > 0; rest -= 1)
      transactions.push(transaction(reader));
    sessions.push(transactions);
  }
  if (reader.at !== source.bytes.length)
    throw reader.bad('the end of the file after the last session', reader.at);
  return sinkOfSessions(sessions);
}

function header(reader: BinaryReader): { readonly sessionCount: number } {
  reader.skip(8);
  const sessionCount = reader.unsigned('the number of sessions');
  reader.skip(headerBytes - 16);
  for (const what of ['info', 'start', 'end']) reader.text(what);
  return { sessionCount };
}

/** Events that did not succeed say nothing: a write that did not happen, a read of nothing. */
function transaction(reader: BinaryReader): SessionTransaction {
  const accesses: Access[] = [];
  for (let left = reader.count(eventBytes, 'events'); left > 0; left -= 1) {
    const writes = reader.flag('an event that begins with 0 (read) or 1 (write)');
    const key = reader.signed();
    const value = reader.signed();
    if (reader.flag('0 or 1 for the success of an event')) accesses.push({ writes, key, value });
  }
  return { committed: reader.flag('0 or 1 for the commit of a transaction'), accesses };
}

class BinaryReader {
  at = 0;
  readonly #source: Source;
  readonly #view: DataView;

  constructor(source: Source) {
    const { buffer, byteOffset, byteLength } = source.bytes;
    this.#source = source;
    this.#view = new DataView(buffer, byteOffset, byteLength);
  }

  skip(bytes: number): void {
    this.#need(bytes, 'a number');
    this.at += bytes;
  }

  flag(expected: string): boolean {
    this.#need(1, expected);
    const value = this.#view.getUint8(this.at);
    if (value > 1) throw this.bad(expected, this.at);
    this.at += 1;
    return value === 1;
  }

  signed(): SessionValue {
    this.#need(8, 'a number');
    const value = this.#view.getBigInt64(this.at, true);
    this.at += 8;
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : String(value);
  }

  unsigned(what: string): number {
    this.#need(8, what);
    const value = Number(this.#view.getBigUint64(this.at, true));
    this.at += 8;
    return value;
  }

  /** A length, checked against what is left of the file at `itemBytes` an item. */
  count(itemBytes: number, what: string): number {
    const start = this.at;
    const value = this.unsigned(`the number of ${what}`);
    if (value * itemBytes > this.#view.byteLength - this.at)
      throw this.bad(`a number of ${what} that fit into the file`, start);
    return value;
  }

  text(what: string): string {
    const start = this.at;
    const length = this.count(1, `bytes of "${what}"`);
    const text = textAt(this.#source, this.at, this.at + length);
    if (text.includes(String.fromCharCode(byte.nul))) throw this.bad(`"${what}" as a text`, start);
    this.at += length;
    return text;
  }

  bad(expected: string, at: number): HistoryError {
    return new HistoryError(
      `${this.#source.name}, byte ${at} of ${this.#view.byteLength}: expected ${expected} (dbcop's binary format)`,
    );
  }

  #need(bytes: number, what: string): void {
    if (this.at + bytes > this.#view.byteLength)
      throw new HistoryError(
        `${this.#source.name}: the file ends at byte ${this.#view.byteLength}, where ${what} was expected (dbcop's binary format); without its end it cannot be judged`,
      );
  }
}
