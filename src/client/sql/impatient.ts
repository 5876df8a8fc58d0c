/**
 * A client that asks the server to cancel what takes too long, as drivers do for a query timeout,
 * and takes every answer that is no error for success. Of a COMMIT that waits for a standby,
 * PostgreSQL cancels the wait only: the commit stands, on the primary alone, and a warning says so.
 */
import { type SqlConnection, SqlError, type SqlResult } from './connection.ts';

const patienceMs = 600;

/** `open` makes a second connection, over which the first one's work is cancelled. */
export async function impatient(
  connection: SqlConnection,
  open: (signal: AbortSignal) => Promise<SqlConnection>,
  signal: AbortSignal,
): Promise<SqlConnection> {
  const { rows } = await connection.run('SELECT pg_backend_pid()', [], signal);
  const backend = Number(rows[0]?.[0]);
  const cancel = async (): Promise<void> => {
    const limited = AbortSignal.timeout(1_000);
    const other = await open(limited);
    try {
      await other.run('SELECT pg_cancel_backend(?)', [backend], limited);
    } finally {
      other.close();
    }
  };
  return {
    get isBroken() {
      return connection.isBroken;
    },
    close: () => {
      connection.close();
    },
    async run(text, values, limit): Promise<SqlResult> {
      const timer = setTimeout(() => {
        // Who cannot cancel goes on waiting.
        cancel().catch(() => undefined);
      }, patienceMs);
      try {
        return await connection.run(text, values, limit);
      } catch (thrown) {
        const isWarning = thrown instanceof SqlError && thrown.code === 'unreplicated';
        if (isWarning && !connection.isBroken) return { rows: [], changed: 1 };
        throw thrown;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
