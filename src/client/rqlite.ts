/**
 * Registers in rqlite, SQLite on Raft, over its HTTP interface. What an answer means:
 *
 * | answer | recorded as | because |
 * |---|---|---|
 * | no connection | fail | nothing was sent |
 * | 503 and `leader not found` | fail | its own Raft refused it unread, and it had nobody to pass it on to |
 * | 200 with an error of SQLite | fail | the statement was refused by the replicated database |
 * | 200 with an error beside the results (`leadership lost`, `node failed to process …`) | info | it may have been proposed |
 * | a cas that changed no row | fail | the value was another |
 * | any other status, a lost connection, no answer in time | info | it may have been proposed |
 *
 * A read that failed is `fail` whatever the reason.
 */
import { assert } from '../base/assert.ts';
import { isArray, isObject, type Json, type JsonObject } from '../base/json.ts';
import type { Client, ClientOp } from '../contract/client.ts';
import type { NodePlace, ServerClientPlace } from '../contract/target.ts';
import type { Outcome } from '../history/event.ts';
import { failedRequest } from './request-errors.ts';

const port = 4001;

/** What a read is answered from: the node's own data, or the log, through which it goes. */
export type RqliteLevel = 'none' | 'strong';

export function rqliteUrl({ address }: NodePlace): string {
  return `http://${address}:${port}`;
}

/** Statements with their parameters; the answer as it came. */
export async function askRqlite(
  place: NodePlace,
  path: string,
  statements: Json,
  signal: AbortSignal,
): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(`${rqliteUrl(place)}${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(statements),
    signal,
  });
  return { status: response.status, text: await response.text() };
}

export const rqliteTable = [
  'CREATE TABLE IF NOT EXISTS register (key TEXT PRIMARY KEY, value TEXT NOT NULL)',
];

export function rqliteRegister(place: ServerClientPlace, level: RqliteLevel): Client {
  return {
    async invoke(op, signal) {
      const limited = AbortSignal.any([signal, AbortSignal.timeout(place.timeoutMs)]);
      const [path, statement] = requestOf(op, level);
      try {
        const { status, text } = await askRqlite(place, path, [statement], limited);
        return rqliteOutcome(op, status, text);
      } catch (thrown) {
        return failedRequest(thrown, op.f === 'read');
      }
    },
    // `fetch` keeps its connections for all clients alike.
    close: async () => undefined,
  };
}

function requestOf({ f, key = 0, value }: ClientOp, level: RqliteLevel): [string, Json] {
  const name = JSON.stringify(key);
  if (f === 'read')
    return [`/db/query?level=${level}`, ['SELECT value FROM register WHERE key = ?', name]];
  if (f === 'write')
    return [
      '/db/execute',
      [
        'INSERT INTO register (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
        ...[name, JSON.stringify(value)],
      ],
    ];
  assert(f === 'cas' && isArray(value), `a register has no ${f}`);
  const [from = null, to = null] = value;
  return [
    '/db/execute',
    [
      'UPDATE register SET value = ? WHERE key = ? AND value = ?',
      ...[JSON.stringify(to), name, JSON.stringify(from)],
    ],
  ];
}

/** Exported for tests. */
export function rqliteOutcome({ f, value }: ClientOp, status: number, text: string): Outcome {
  const changesNothing =
    f === 'read' || (status === 503 && text.trim().startsWith('leader not found'));
  const open = (code: string, said = text): Outcome => ({
    type: changesNothing ? 'fail' : 'info',
    error: [code, said.slice(0, 200).trim()],
  });
  if (status !== 200) return open(`http-${status}`);
  const reply = replyIn(text);
  if (typeof reply['error'] === 'string') return open('raft', reply['error']);
  const result = isArray(reply['results']) ? reply['results'][0] : undefined;
  if (!isObject(result)) return open('malformed-answer');
  const { error } = result;
  if (typeof error === 'string')
    return isRefusal(error) ? { type: 'fail', error: ['sqlite', error] } : open('sqlite', error);
  if (f === 'read') return { type: 'ok', value: readIn(result) };
  if (f === 'cas' && result['rows_affected'] !== 1)
    return { type: 'fail', error: ['precondition-failed', 'the value was another'] };
  return { type: 'ok', value };
}

/** What is said of a statement may also be said of the machine; these are of the statement. */
function isRefusal(error: string): boolean {
  return /^(?:no such table|near |UNIQUE constraint)/.test(error);
}

/** Whatever is no object says nothing. */
function replyIn(text: string): JsonObject {
  try {
    const reply = JSON.parse(text) as Json;
    return isObject(reply) ? reply : {};
  } catch {
    return {};
  }
}

function readIn(result: JsonObject): Json {
  const rows = result['values'];
  const row = isArray(rows) ? rows[0] : undefined;
  const found = isArray(row) ? row[0] : undefined;
  return typeof found === 'string' ? (JSON.parse(found) as Json) : null;
}
