/**
 * Histories of transactions that say who did what after what in each session, and nothing
 * about time: dbcop's, PolySI's, AWDIT's.
 *
 * Events are laid out in rounds: the nth transactions of all sessions are invoked, then
 * complete. Within a round they overlap; between rounds an order shows that nobody has
 * observed, which is why such a history is read with `realTime: false`, and models that are
 * about real time must refuse to judge it.
 */
import type { Json } from '../../base/json.ts';
import { typeCode } from '../columns.ts';
import { EventSink } from './event-sink.ts';

/** Numbers, or texts of digits where a number is not exact. */
export type SessionValue = number | string;

export interface Access {
  readonly writes: boolean;
  readonly key: SessionValue;
  readonly value: SessionValue;
}

export interface SessionTransaction {
  readonly committed: boolean;
  readonly accesses: readonly Access[];
}

export type Session = readonly SessionTransaction[];

/**
 * Events of `txn` operations with micro-operations `["r", key, value]` and `["w", key,
 * value]`. The value 0 where nobody wrote 0 is the initial one, and becomes null.
 */
export function sinkOfSessions(sessions: readonly Session[]): EventSink {
  const sink = new EventSink();
  const txn = sink.builder.functionId('txn');
  const written = writtenZeros(sessions);
  const add = (type: number, process: number, value: Json): void => {
    sink.begin();
    sink.type = type;
    sink.setProcessNumber(process);
    sink.f = txn;
    sink.value = sink.valueId(value);
    sink.commit();
  };
  const rounds = Math.max(0, ...sessions.map((session) => session.length));
  for (let round = 0; round < rounds; round += 1) {
    for (const [process, session] of sessions.entries()) {
      const transaction = session[round];
      if (transaction === undefined) continue;
      const asked = transaction.accesses.map(({ writes, key, value }) =>
        writes ? ['w', key, value] : ['r', key, null],
      );
      add(typeCode.invoke, process, asked);
    }
    for (const [process, session] of sessions.entries()) {
      const transaction = session[round];
      if (transaction === undefined) continue;
      const answered = transaction.accesses.map(({ writes, key, value }) => {
        if (writes) return ['w', key, value];
        return ['r', key, value === 0 && !written.has(key) ? null : value];
      });
      add(transaction.committed ? typeCode.ok : typeCode.fail, process, answered);
    }
  }
  return sink;
}

/** Keys to which somebody wrote 0, so that a 0 that was read there may be that one. */
function writtenZeros(sessions: readonly Session[]): ReadonlySet<SessionValue> {
  const keys = new Set<SessionValue>();
  for (const session of sessions)
    for (const transaction of session)
      for (const { writes, key, value } of transaction.accesses)
        if (writes && value === 0) keys.add(key);
  return keys;
}

/** The integer that the text is, or the text of its digits where a number is not exact. */
export function sessionValue(digits: string): SessionValue {
  const value = Number(digits);
  return Number.isSafeInteger(value) ? value : digits;
}
