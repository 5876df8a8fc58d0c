/**
 * The work of one client on a SQL database: finds a connection, runs a statement or a whole
 * transaction, and says how it ended.
 *
 * What an error means, whatever the database:
 *
 * | where | recorded as | because |
 * |---|---|---|
 * | no connection, or a server that does not take requests | fail | nothing was sent |
 * | before the COMMIT of a transaction was sent, anything | fail | a transaction without COMMIT is rolled back, by us or by the server when it misses us |
 * | the COMMIT, or a statement of its own: an error that the server gives only if it rolled back | fail | it says so; which ones is a table in the file of each database |
 * | the COMMIT, or a statement of its own: any other error, a lost connection, no answer in time | info | it may have happened |
 *
 * What only reads is `fail` whatever the reason: it changed nothing.
 */
import { messageOf } from '../../base/errors.ts';
import type { Client, ClientOp } from '../../contract/client.ts';
import type { OpError, Outcome } from '../../history/event.ts';
import { failedRequest } from '../request-errors.ts';
import { type SqlConnection, SqlError, type SqlResult, type SqlValue } from './connection.ts';

type Purpose = 'change' | 'read';

/** Which server an operation goes to. */
export interface SqlRoute {
  /** Opens a connection. A rejection means that nothing was sent. */
  open(purpose: Purpose, signal: AbortSignal): Promise<SqlConnection>;
  /** False if the connections for `purpose` should lead elsewhere by now. True if absent. */
  isCurrent?(purpose: Purpose, connection: SqlConnection): boolean;
}

export type Query = (text: string, ...values: readonly SqlValue[]) => Promise<SqlResult>;

/** What an operation comes to. */
export interface SqlWork {
  /** A transaction is committed if `run` resolves to ok, else rolled back. */
  readonly kind: 'statement' | 'transaction';
  readonly purpose: Purpose;
  /** A `statement` calls `query` once. */
  run(query: Query): Promise<Outcome>;
  /** The outcome if nobody knows whether the COMMIT took effect; `info` if absent. */
  readonly inDoubt?: () => Outcome | undefined;
}

export type Planner = (op: ClientOp) => SqlWork;

/** The client whose operations are what `plan` makes of them. */
export function sqlClient(route: SqlRoute, timeoutMs: number, plan: Planner): Client {
  const connections = new Map<Purpose, SqlConnection>();
  const connected = async (purpose: Purpose, signal: AbortSignal): Promise<SqlConnection> => {
    const present = connections.get(purpose);
    const isUsable = present?.isBroken === false && (route.isCurrent?.(purpose, present) ?? true);
    if (present !== undefined && isUsable) return present;
    present?.close();
    const connection = await route.open(purpose, signal);
    connections.set(purpose, connection);
    return connection;
  };
  return {
    async invoke(op, signal) {
      const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      const work = plan(op);
      let connection: SqlConnection;
      try {
        connection = await connected(work.purpose, limited);
      } catch (thrown) {
        return { type: 'fail', error: ['no-connection', messageOf(thrown)] };
      }
      return work.kind === 'statement'
        ? statement(connection, work, limited)
        : transaction(connection, work, limited);
    },
    close: async () => {
      for (const connection of connections.values()) connection.close();
    },
  };
}

async function statement(
  connection: SqlConnection,
  work: SqlWork,
  signal: AbortSignal,
): Promise<Outcome> {
  try {
    return await work.run(queryOn(connection, signal));
  } catch (thrown) {
    return ended(work, thrown);
  }
}

async function transaction(
  connection: SqlConnection,
  work: SqlWork,
  signal: AbortSignal,
): Promise<Outcome> {
  const query = queryOn(connection, signal);
  let isCommitting = false;
  try {
    await query('BEGIN');
    const outcome = await work.run(query);
    if (outcome.type === 'ok') {
      isCommitting = true;
      await query('COMMIT');
    } else await rollBack(connection, signal);
    return outcome;
  } catch (thrown) {
    await rollBack(connection, signal);
    if (!isCommitting) return { type: 'fail', error: errorOf(thrown) };
    return ended(work, thrown);
  }
}

/** How it ended that the server may have done: `thrown` came instead of an answer. */
function ended(work: SqlWork, thrown: unknown): Outcome {
  const isDefinite = thrown instanceof SqlError && thrown.definite;
  if (isDefinite || work.purpose === 'read') return { type: 'fail', error: errorOf(thrown) };
  return work.inDoubt?.() ?? { type: 'info', error: errorOf(thrown) };
}

function queryOn(connection: SqlConnection, signal: AbortSignal): Query {
  return async (text, ...values) => connection.run(text, values, signal);
}

/** Whoever cannot be rolled back is left: then the server does it. */
async function rollBack(connection: SqlConnection, signal: AbortSignal): Promise<void> {
  if (connection.isBroken) return;
  try {
    await connection.run('ROLLBACK', [], signal);
  } catch {
    connection.close();
  }
}

function errorOf(thrown: unknown): OpError {
  if (thrown instanceof SqlError) return [thrown.code, thrown.message];
  const { error } = failedRequest(thrown, true) as { readonly error: OpError };
  return error;
}
