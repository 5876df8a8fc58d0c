/**
 * Total-order broadcast, replicated logs: all see one sequence.
 *
 * | op | value of invoke | value of ok |
 * |---|---|---|
 * | `broadcast` | the message; each is sent once | – |
 * | `read` | null | the list of messages delivered so far, in order |
 *
 * Of any two reads one is a prefix of the other (agreement and total order); no message is in a
 * read twice, or without having been sent (integrity); and if there are final reads, each shows
 * all that was acknowledged (validity), or shown by anybody (agreement), before it.
 */
import { canonical, type Json } from '../../base/json.ts';
import type { Checker } from '../checker.ts';
import { elementsAdded, phantomReason } from './elements.ts';
import {
  AnomalyList,
  elementKey,
  elementsOf,
  type Finding,
  invariant,
  type Part,
  tooFew,
} from './invariant.ts';

export interface TotalOrderOptions {
  readonly broadcast?: string;
  readonly read?: string;
}

export function totalOrder(options: TotalOrderOptions = {}): Checker {
  const { broadcast = 'broadcast', read = 'read' } = options;
  return invariant({
    name: 'total-order',
    summary: 'all deliver the same messages in the same order',
    method: `each ok ${read} against the longest one, of which it must be a prefix; final ones also against acknowledged ${broadcast}s`,
    judge: (part) => judge(part, broadcast, read),
  });
}

interface Log {
  readonly row: number;
  readonly messages: readonly Json[];
}

function judge(part: Part, broadcast: string, read: string): Finding {
  const anomalies = new AnomalyList(part);
  const sent = elementsAdded(part, part.rowsOf(broadcast));
  const logs = logsOf(part, read);
  const longest = logs.reduce<Log | undefined>(
    (best, log) => (best === undefined || log.messages.length > best.messages.length ? log : best),
    undefined,
  );
  const details = {
    broadcastCount: sent.size,
    readCount: logs.length,
    longestLog: longest?.messages.length ?? 0,
  };
  const nothing = { anomalies, details, ...tooFew(`no ${read} showed a message`) };
  if (longest === undefined) return nothing;
  const say = (type: string, rows: readonly number[], explanation: string): void => {
    const operations = rows.map((row) => part.invoke(row));
    anomalies.add(() => ({ type, model: 'total-order-broadcast', operations, explanation }));
  };
  const judgeFinal = (row: number, shown: ReadonlySet<number | string>, name: string): void => {
    for (const [key, { value, acknowledged, acknowledgedRow }] of sent)
      if (acknowledged < part.invoke(row) && !shown.has(key))
        say(
          'lost',
          [row, acknowledgedRow],
          `${name} is a final one and lacks ${canonical(value)}, whose ${broadcast} was acknowledged at event ${acknowledged}.`,
        );
  };
  const order = longest.messages.map(elementKey);
  const earliest = firstShown(part, logs);
  for (const { row, messages } of logs) {
    const keys = messages.map(elementKey);
    const at = keys.findIndex((key, i) => key !== order[i]);
    const name = `The ${read} of event ${part.invoke(row)}`;
    if (at >= 0)
      say(
        'divergence',
        [row, longest.row],
        `${name} has ${canonical(messages[at] ?? null)} at place ${at}, where that of event ${part.invoke(longest.row)} has ${canonical(longest.messages[at] ?? null)}: neither is a prefix of the other.`,
      );
    // A prefix of the longest is as whole as the longest.
    if (at >= 0 || row === longest.row) {
      const met = new Set<number | string>();
      const twice = keys.findIndex((key) => met.size === met.add(key).size);
      if (twice >= 0)
        say('duplicate', [row], `${name} has ${canonical(messages[twice] ?? null)} twice.`);
    }
    const invented = messages.find(
      (message) => phantomReason(part, sent.get(elementKey(message)), row) !== undefined,
    );
    if (invented !== undefined) {
      const element = sent.get(elementKey(invented));
      const reason = phantomReason(part, element, row) ?? '';
      const rows = element === undefined ? [row] : [row, element.row];
      say('phantom', rows, `${name} shows ${canonical(invented)}, but ${reason}.`);
    }
    if (!part.isFinal(row)) continue;
    judgeFinal(row, new Set(keys), name);
    const ahead = at >= 0 ? undefined : earliest(messages.length);
    const missing = ahead?.messages[messages.length] ?? null;
    // One that was acknowledged is told as lost, one that is there before as a duplicate.
    const isTold =
      keys.includes(elementKey(missing)) ||
      (sent.get(elementKey(missing))?.acknowledged ?? Infinity) < part.invoke(row);
    if (ahead === undefined || isTold || part.returned(ahead.row) > part.invoke(row)) continue;
    const shown = `that of event ${part.invoke(ahead.row)} (ok at ${part.returned(ahead.row)})`;
    const text = `${name} is a final one and lacks ${canonical(missing)}, which ${shown} had shown before.`;
    say('divergence', [ahead.row, row], text);
  }
  // Where nobody shows anything, all of it may be lost; but then it was said.
  return longest.messages.length === 0 ? nothing : { anomalies, details };
}

function logsOf(part: Part, read: string): readonly Log[] {
  return part.rowsOf(read).flatMap((row) => {
    const messages = part.isOk(row) ? elementsOf(part.output(row)) : undefined;
    return messages === undefined ? [] : [{ row, messages }];
  });
}

/** Of the logs longer than some length, the one that was shown first. */
function firstShown(part: Part, logs: readonly Log[]): (length: number) => Log | undefined {
  const longestFirst = logs.toSorted((a, b) => b.messages.length - a.messages.length);
  const best = new Map<number, Log>();
  let first: Log | undefined;
  for (const log of longestFirst) {
    if (first === undefined || part.returned(log.row) < part.returned(first.row)) first = log;
    best.set(log.messages.length, first);
  }
  const lengths = [...best.keys()].toSorted((a, b) => a - b);
  return (length) => {
    const next = lengths.find((known) => known > length);
    return next === undefined ? undefined : best.get(next);
  };
}
