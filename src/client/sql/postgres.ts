/**
 * Connections to PostgreSQL, over the npm package `pg`.
 *
 * What the errors of a COMMIT, or of a statement of its own, mean (SQLSTATE):
 *
 * | answer | definite | because |
 * |---|---|---|
 * | severity FATAL or PANIC, whatever the code | no | the server ends the connection, perhaps after the commit |
 * | 40001 serialization failure, 40P01 deadlock | yes | the transaction was rolled back |
 * | 22…, 23…, 42… (data, constraints, syntax), 25… (read-only, or aborted before) | yes | refused, and rolled back |
 * | 53…, 54…, 55… (no resources, limits, locks) | yes | refused, and rolled back |
 * | the answer ROLLBACK to a COMMIT | yes | the transaction had failed before |
 * | a warning that the wait for synchronous replication was cancelled | no | it is committed here, and perhaps nowhere else |
 * | any other error, a lost connection, no answer in time | no | nothing is known |
 */
import type { Socket } from 'node:net';
import type pg from 'pg';
import { messageOf } from '../../base/errors.ts';
import { loadDriver } from '../driver.ts';
import { untilAborted } from '../until-aborted.ts';
import {
  type SqlConnection,
  type SqlDialect,
  SqlError,
  type SqlResult,
  type SqlValue,
} from './connection.ts';

type Driver = typeof pg;

export const postgresDialect: SqlDialect = {
  keyType: 'TEXT COLLATE "C"',
  serialType: 'BIGSERIAL',
  upsert: (table, column, newValue) =>
    `ON CONFLICT (id) DO UPDATE SET ${column} = ${newValue(`${table}.${column}`, `EXCLUDED.${column}`)}`,
  joined: (first, second) => `${first} || ',' || ${second}`,
};

export interface PostgresPlace {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** Run when the connection is there, such as `SET …`. */
  readonly settings: readonly string[];
}

/** @throws whatever the driver does if there is no connection; then nothing was sent */
export async function connectPostgres(
  place: PostgresPlace,
  signal: AbortSignal,
): Promise<SqlConnection> {
  signal.throwIfAborted();
  const { Client } = await loadDriver<Driver>('pg');
  const client = new Client({
    host: place.address,
    port: place.port,
    user: place.user,
    database: 'postgres',
  });
  const connection = new PostgresConnection(client);
  const giveUp = (): void => {
    connection.close();
  };
  try {
    await untilAborted(client.connect(), signal, giveUp);
    for (const setting of place.settings) await connection.run(setting, [], signal);
    return connection;
  } catch (thrown) {
    connection.close();
    throw thrown;
  }
}

class PostgresConnection implements SqlConnection {
  readonly #client: InstanceType<Driver['Client']>;
  #isBroken = false;
  #notices: string[] = [];

  constructor(client: InstanceType<Driver['Client']>) {
    this.#client = client;
    client.on('error', () => {
      this.#isBroken = true;
    });
    client.on('end', () => {
      this.#isBroken = true;
    });
    client.on('notice', ({ message = '' }) => {
      this.#notices.push(message);
    });
  }

  get isBroken(): boolean {
    return this.#isBroken;
  }

  async run(text: string, values: readonly SqlValue[], signal: AbortSignal): Promise<SqlResult> {
    this.#notices = [];
    const query = { text: numbered(text), values: [...values], rowMode: 'array' as const };
    try {
      const result = await untilAborted(this.#client.query<SqlValue[]>(query), signal, () => {
        this.close();
      });
      const complaint = complaintOf(text, result.command, this.#notices);
      if (complaint !== undefined) throw complaint;
      return { rows: result.rows, changed: result.rowCount ?? 0 };
    } catch (thrown) {
      if (thrown instanceof SqlError) throw thrown;
      throw this.#failure(thrown);
    }
  }

  close(): void {
    this.#isBroken = true;
    // The driver's own `end` waits for the server, which may be paused.
    const { connection } = this.#client as unknown as { connection?: { stream?: Socket } };
    connection?.stream?.destroy();
  }

  #failure(thrown: unknown): unknown {
    const { code, severity } = thrown as { code?: unknown; severity?: unknown };
    if (typeof code !== 'string' || typeof severity !== 'string') {
      this.close();
      return thrown;
    }
    if (severity !== 'ERROR') this.close();
    return new SqlError(code, messageOf(thrown), severity === 'ERROR' && isRefusal(code));
  }
}

/** SQLSTATEs by their beginnings, of what was certainly rolled back. */
const refusals = ['40001', '40P01', '22', '23', '25', '42', '53', '54', '55'];

export function isRefusal(code: string): boolean {
  return refusals.some((beginning) => code.startsWith(beginning));
}

/** What an answer that is no error says against its statement. */
function complaintOf(
  text: string,
  command: string,
  notices: readonly string[],
): SqlError | undefined {
  const unreplicated = notices.find((notice) => notice.includes('synchronous replication'));
  if (unreplicated !== undefined) return new SqlError('unreplicated', unreplicated, false);
  if (text === 'COMMIT' && command === 'ROLLBACK')
    return new SqlError('rolled-back', 'the transaction had failed before its COMMIT', true);
  return undefined;
}

/** `?` as `$1`, `$2`, … */
function numbered(text: string): string {
  let count = 0;
  return text.replace(/\?/g, () => {
    count += 1;
    return `$${count}`;
  });
}
