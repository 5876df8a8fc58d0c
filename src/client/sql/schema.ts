/** The tables of the SQL clients: one or two for each object type. */
import type { SqlConnection, SqlDialect } from './connection.ts';
import { mysqlDialect } from './mysql.ts';

/** Makes the tables that are not there yet. Rejects as `run` does. */
export async function createTables(
  connection: SqlConnection,
  { keyType, serialType }: SqlDialect,
  signal: AbortSignal,
): Promise<void> {
  const tables = [
    `registers (id ${keyType} PRIMARY KEY, val TEXT NOT NULL)`,
    `cells (id ${keyType} PRIMARY KEY, val TEXT NOT NULL)`,
    `lists (id ${keyType} PRIMARY KEY, val TEXT NOT NULL)`,
    `members (id ${keyType} PRIMARY KEY)`,
    `accounts (id ${keyType} PRIMARY KEY, balance INTEGER NOT NULL)`,
    `counters (id ${keyType} PRIMARY KEY, val BIGINT NOT NULL)`,
    `jobs (id ${serialType} PRIMARY KEY, queue ${keyType} NOT NULL, val TEXT NOT NULL)`,
  ];
  for (const table of tables)
    await connection.run(`CREATE TABLE IF NOT EXISTS ${table}`, [], signal);
}

/** The same in a database of MySQL's that is made first if it is not there. */
export async function createMysqlTables(
  connection: SqlConnection,
  database: string,
  signal: AbortSignal,
): Promise<void> {
  await connection.run(`CREATE DATABASE IF NOT EXISTS ${database}`, [], signal);
  await connection.run(`USE ${database}`, [], signal);
  await createTables(connection, mysqlDialect, signal);
}
