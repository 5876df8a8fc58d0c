/**
 * Registers in ovsdb, one row a key. What an answer means:
 *
 * | answer | recorded as | because |
 * |---|---|---|
 * | no connection | fail | nothing was sent |
 * | `timed out`, of the `wait` of a cas | fail | the value was another; the transaction was given up as a whole |
 * | `constraint violation`, `syntax error`, `unknown database` | fail | refused, and given up as a whole |
 * | any other error (`cluster error`, `I/O error`, …), a lost connection, no answer in time | info | it may have been proposed |
 *
 * A read that failed is `fail` whatever the reason.
 */
import { assert } from '../../base/assert.ts';
import { messageOf } from '../../base/errors.ts';
import { isArray, isObject, type Json, type JsonObject } from '../../base/json.ts';
import type { Client, ClientOp } from '../../contract/client.ts';
import type { ServerClientPlace } from '../../contract/target.ts';
import type { Outcome } from '../../history/event.ts';
import { failedRequest } from '../request-errors.ts';
import { OvsdbConnection } from './connection.ts';

export const ovsdbDatabase = 'dsx';
const table = 'register';

/** Of the database; ovsdb-tool is given it. */
export const ovsdbSchema = JSON.stringify({
  name: ovsdbDatabase,
  version: '1.0.0',
  tables: {
    [table]: {
      columns: { key: { type: 'string' }, value: { type: 'string' } },
      indexes: [['key']],
      isRoot: true,
    },
    touched: { columns: { by: { type: 'string' } }, isRoot: true },
  },
});

export interface OvsdbManners {
  /**
   * True: a read is one transaction with a write, so that it takes effect in the log of all;
   * false: each server answers from what it has itself.
   */
  readonly careful: boolean;
}

export function ovsdbRegister(place: ServerClientPlace, manners: OvsdbManners): Client {
  let connection: OvsdbConnection | undefined;
  return {
    async invoke(op, signal) {
      const limited = AbortSignal.any([signal, AbortSignal.timeout(place.timeoutMs)]);
      try {
        if (connection === undefined || connection.isBroken)
          connection = await OvsdbConnection.open(place.address, limited);
      } catch (thrown) {
        return { type: 'fail', error: ['no-connection', messageOf(thrown)] };
      }
      try {
        const params = [ovsdbDatabase, ...transactionOf(op, place.process, manners)];
        return ovsdbOutcome(op, await connection.ask('transact', params, limited));
      } catch (thrown) {
        return failedRequest(thrown, op.f === 'read');
      }
    },
    close: async () => {
      connection?.close();
    },
  };
}

function transactionOf(
  { f, key = 0, value }: ClientOp,
  process: number,
  { careful }: OvsdbManners,
): readonly JsonObject[] {
  const name = JSON.stringify(key);
  const where: Json = [['key', '==', name]];
  if (f === 'read') {
    const select = { op: 'select', table, where, columns: ['value'] };
    if (!careful) return [select];
    // Each has a row of its own; a row that does not change is no write.
    const by = `${process}`;
    return [
      select,
      { op: 'delete', table: 'touched', where: [['by', '==', by]] },
      { op: 'insert', table: 'touched', row: { by } },
    ];
  }
  if (f === 'write')
    return [
      { op: 'delete', table, where },
      { op: 'insert', table, row: { key: name, value: JSON.stringify(value) } },
    ];
  assert(f === 'cas' && isArray(value), `a register has no ${f}`);
  const [from, to] = value.map((item) => JSON.stringify(item));
  const rows = [{ value: from ?? '' }];
  return [
    { op: 'wait', timeout: 0, table, where, columns: ['value'], until: '==', rows },
    { op: 'update', table, where, row: { value: to ?? '' } },
  ];
}

const refusals: ReadonlySet<string> = new Set([
  ...['timed out', 'constraint violation', 'syntax error', 'unknown database'],
]);

/** Exported for tests. */
export function ovsdbOutcome({ f, value }: ClientOp, reply: JsonObject): Outcome {
  const isRead = f === 'read';
  const { result } = reply;
  const results = isArray(result) ? result : [];
  const failure = [reply, ...results].find(
    (each): each is JsonObject => isObject(each) && (each['error'] ?? null) !== null,
  );
  if (failure !== undefined) {
    const { error = null, details } = failure;
    const code = typeof error === 'string' ? error : JSON.stringify(error);
    const text = typeof details === 'string' ? details : code;
    return { type: isRead || refusals.has(code) ? 'fail' : 'info', error: [code, text] };
  }
  if (results.length === 0)
    return { type: isRead ? 'fail' : 'info', error: ['malformed-answer', JSON.stringify(reply)] };
  return { type: 'ok', value: isRead ? valueIn(results[0]) : value };
}

function valueIn(selected: Json | undefined): Json {
  const rows = isObject(selected) ? selected['rows'] : undefined;
  const row = isArray(rows) ? rows[0] : undefined;
  const found = isObject(row) ? row['value'] : undefined;
  return typeof found === 'string' ? (JSON.parse(found) as Json) : null;
}
