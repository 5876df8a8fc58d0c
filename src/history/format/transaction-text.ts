/**
 * Reads the two text formats of transactional histories.
 *
 * AWDIT: `r key value` and `w key value`, `-----` between transactions, `=====` between
 * sessions. PolySI and Plume: `r(key,value,session,transaction)`, one access a line in the
 * order of the sessions; a write in transaction -1 is one that was aborted.
 */
import { badAt, type Source, tornWarning } from './bytes.ts';
import type { EventSink } from './event-sink.ts';
import { linesOf, openEndWarning } from './lines.ts';
import { type Access, type Session, sessionValue, sinkOfSessions } from './sessions.ts';

const awditLine = /^([rw])\s+(-?\d+)\s+(-?\d+)$/;
const polysiLine = /^([rw])\(\s*(-?\d+)\s*,\s*(-?\d+)\s*,\s*(-?\d+)\s*,\s*(-?\d+)\s*\)$/;
const aborted = '-1';

/** A transaction whose lines are still being read. */
interface OpenTransaction {
  readonly committed: boolean;
  readonly accesses: Access[];
}

/** @throws HistoryError with line and column for any other line */
export function readAwdit(source: Source, start: number): EventSink {
  const sessions: Session[] = [];
  let session: { committed: boolean; accesses: Access[] }[] = [];
  let accesses: Access[] = [];
  let torn: string | undefined;
  const endTransaction = (): void => {
    if (accesses.length > 0) session.push({ committed: true, accesses });
    accesses = [];
  };
  for (const line of linesOf(source, start)) {
    const { text, at, open } = line;
    const [, kind, key, value] = awditLine.exec(text) ?? [];
    if (/^-{3,}$/.test(text)) endTransaction();
    else if (/^={3,}$/.test(text)) {
      endTransaction();
      sessions.push(session);
      session = [];
    } else if (kind !== undefined && key !== undefined && value !== undefined) {
      accesses.push({ writes: kind === 'w', key: sessionValue(key), value: sessionValue(value) });
      if (open) torn = openEndWarning(source, line);
    } else if (open) torn = tornWarning(source, at);
    else throw badAt(source, at, '"r KEY VALUE", "w KEY VALUE", "-----" or "====="');
  }
  endTransaction();
  sessions.push(session);
  return withWarning(sinkOfSessions(sessions), torn);
}

/** @throws HistoryError with line and column for any other line */
export function readPolysi(source: Source, start: number): EventSink {
  /** By session, and in it by transaction, in order of appearance. */
  const sessions = new Map<string, Map<string, OpenTransaction>>();
  let torn: string | undefined;
  for (const { text, at, open } of linesOf(source, start)) {
    const [, kind = '', key = '', value = '', who = '', which = ''] = polysiLine.exec(text) ?? [];
    if (kind === '') {
      if (!open) throw badAt(source, at, '"r(KEY,VALUE,SESSION,TRANSACTION)" or "w(…)"');
      torn = tornWarning(source, at);
      break;
    }
    const session = sessions.get(who) ?? new Map<string, OpenTransaction>();
    sessions.set(who, session);
    // Each aborted write is a transaction of its own.
    const name = which === aborted ? `aborted ${session.size}` : which;
    const transaction = session.get(name) ?? { committed: which !== aborted, accesses: [] };
    session.set(name, transaction);
    transaction.accesses.push({
      writes: kind === 'w',
      key: sessionValue(key),
      value: sessionValue(value),
    });
  }
  const inOrder = [...sessions.values()].map((session) => [...session.values()]);
  return withWarning(sinkOfSessions(inOrder), torn);
}

/** Where the first line that counts has one of these shapes, the file is in that format. */
export function transactionFormatOf(line: string): 'awdit' | 'polysi' | undefined {
  if (awditLine.test(line) || /^(-{5,}|={5,})$/.test(line)) return 'awdit';
  return polysiLine.test(line) ? 'polysi' : undefined;
}

function withWarning(sink: EventSink, warning: string | undefined): EventSink {
  if (warning !== undefined) sink.warnings.push(warning);
  return sink;
}
