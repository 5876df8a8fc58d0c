/**
 * Connections to MySQL and MariaDB, over the npm package `mysql2`.
 *
 * What the errors of a COMMIT, or of a statement of its own, mean:
 *
 * | answer | definite | because |
 * |---|---|---|
 * | 1213 deadlock, also where Galera found a conflict | yes | the transaction was rolled back |
 * | 1205 lock wait timeout, 1020 record has changed (snapshot isolation) | yes | the statement was rolled back |
 * | 1047 the node is not part of a cluster that can serve, unless to a COMMIT | yes | refused before it is executed |
 * | 22…, 23…, 42… (data, constraints, syntax), 1290 and 1792 (read-only) | yes | refused, and rolled back |
 * | any other error (1180 error during commit, 1317 interrupted, 1927 killed, …) | no | it may be committed |
 * | a lost connection, no answer in time | no | nothing is known |
 */
import type mysql from 'mysql2';
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

type Driver = typeof mysql;

export const mysqlDialect: SqlDialect = {
  keyType: 'VARCHAR(190) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin',
  serialType: 'BIGINT AUTO_INCREMENT',
  upsert: (table, column, newValue) =>
    `ON DUPLICATE KEY UPDATE ${column} = ${newValue(`${table}.${column}`, `VALUES(${column})`)}`,
  joined: (first, second) => `CONCAT(${first}, ',', ${second})`,
};

export interface MysqlPlace {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** Undefined: none is chosen. */
  readonly database: string | undefined;
  /** Run when the connection is there, such as `SET SESSION …`. */
  readonly settings: readonly string[];
}

/** @throws whatever the driver does if there is no connection; then nothing was sent */
export async function connectMysql(place: MysqlPlace, signal: AbortSignal): Promise<SqlConnection> {
  signal.throwIfAborted();
  const { createConnection } = await loadDriver<Driver>('mysql2');
  const { address, port, user, database } = place;
  const raw = createConnection({
    ...{ host: address, port, user, rowsAsArray: true },
    ...(database === undefined ? {} : { database }),
  });
  const connection = new MysqlConnection(raw);
  try {
    const connected = new Promise<void>((resolve, reject) => {
      raw.connect((thrown) => {
        if (thrown === null) resolve();
        else reject(thrown);
      });
    });
    await untilAborted(connected, signal, () => {
      connection.close();
    });
    for (const setting of place.settings) await connection.run(setting, [], signal);
    return connection;
  } catch (thrown) {
    connection.close();
    throw thrown;
  }
}

class MysqlConnection implements SqlConnection {
  readonly #raw: mysql.Connection;
  #isBroken = false;

  constructor(raw: mysql.Connection) {
    this.#raw = raw;
    const broken = (): void => {
      this.#isBroken = true;
    };
    raw.on('error', broken);
    raw.on('end', broken);
  }

  get isBroken(): boolean {
    return this.#isBroken;
  }

  async run(text: string, values: readonly SqlValue[], signal: AbortSignal): Promise<SqlResult> {
    signal.throwIfAborted();
    const answer = new Promise<SqlResult>((resolve, reject) => {
      this.#raw.query(text, [...values], (thrown, result: unknown) => {
        if (thrown === null) resolve(resultOf(result));
        else reject(this.#failure(thrown, text));
      });
    });
    return untilAborted(answer, signal, () => {
      this.close();
    });
  }

  close(): void {
    this.#isBroken = true;
    this.#raw.destroy();
  }

  #failure(thrown: mysql.QueryError, text: string): Error {
    const { errno, sqlState, fatal } = thrown;
    if (errno === undefined || sqlState === undefined || sqlState === '') {
      this.close();
      return thrown;
    }
    if (fatal) this.close();
    const isDefinite = isMysqlRefusal(errno, sqlState, text === 'COMMIT');
    return new SqlError(String(errno), messageOf(thrown), isDefinite);
  }
}

const refusals: ReadonlySet<number> = new Set([1020, 1205, 1213, 1290, 1792]);
const notInCluster = 1047;

/** True if the server gives this error only for what had and will have no effect. */
export function isMysqlRefusal(errno: number, sqlState: string, isCommit: boolean): boolean {
  if (errno === notInCluster) return !isCommit;
  return refusals.has(errno) || /^(?:22|23|42)/.test(sqlState);
}

/** Rows as arrays, or what a change says of itself. */
function resultOf(result: unknown): SqlResult {
  if (Array.isArray(result)) return { rows: result as SqlValue[][], changed: 0 };
  const { affectedRows } = result as { readonly affectedRows?: number };
  return { rows: [], changed: affectedRows ?? 0 };
}
