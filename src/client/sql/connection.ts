/**
 * What the clients of SQL databases stand on: one connection, whatever its driver; statements
 * in a row; errors that say whether the statement certainly had no effect.
 */

export type SqlValue = string | number | null;

export interface SqlResult {
  /** Columns in the order of the statement. Whole numbers may come as text. */
  readonly rows: readonly (readonly SqlValue[])[];
  /** Rows that were inserted, updated or deleted. */
  readonly changed: number;
}

export interface SqlConnection {
  /** True once it can carry no more statements. */
  readonly isBroken: boolean;
  /**
   * Runs one statement; its places are `?`.
   * @throws SqlError if the server refuses it; any other error if there was no answer, and then
   *   the connection is broken
   */
  run(text: string, values: readonly SqlValue[], signal: AbortSignal): Promise<SqlResult>;
  /** At once, whatever is under way. */
  close(): void;
}

/** Works over a connection of its own, which is closed afterwards, whatever comes of it. */
export async function overConnection<T>(
  opening: Promise<SqlConnection>,
  work: (connection: SqlConnection) => Promise<T>,
): Promise<T> {
  const connection = await opening;
  try {
    return await work(connection);
  } finally {
    connection.close();
  }
}

/** An error that the server answered with. */
export class SqlError extends Error {
  override readonly name = 'SqlError';
  /** SQLSTATE or the number of the error, as the server has it. */
  readonly code: string;
  /**
   * True if the statement certainly had no effect and will have none; of a COMMIT, if its
   * transaction was rolled back.
   */
  readonly definite: boolean;

  constructor(code: string, text: string, definite: boolean) {
    super(text);
    this.code = code;
    this.definite = definite;
  }
}

/** In what the databases differ, as far as the clients are concerned. */
export interface SqlDialect {
  /** Ends an INSERT so that it updates `column` where a row of the same `id` is there already. */
  readonly upsert: (
    table: string,
    column: string,
    newValue: (old: string, given: string) => string,
  ) => string;
  /** Two texts, one after the other, with a comma between them. */
  readonly joined: (first: string, second: string) => string;
  /** The column type of a key, compared byte by byte. */
  readonly keyType: string;
  /** The column type of a number that counts up with each row. */
  readonly serialType: string;
}
