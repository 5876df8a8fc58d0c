/** The SQL client over a connection that is made up: what is sent, and how each end is recorded. */
import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/base/json.ts';
import { type SqlConnection, SqlError, type SqlResult } from '../../src/client/sql/connection.ts';
import { sqlClients } from '../../src/client/sql/objects.ts';
import { isRefusal, postgresDialect } from '../../src/client/sql/postgres.ts';
import type { ClientOp } from '../../src/contract/client.ts';
import type { ServerClientPlace } from '../../src/contract/target.ts';

type Answer = SqlResult | Error;

const nothing: SqlResult = { rows: [], changed: 1 };
const lost = (): Error => new Error('the connection was lost');
const refused = (): Error => new SqlError('40001', 'could not serialize access', true);
const unknown = (): Error => new SqlError('57P01', 'terminating connection', false);

/** Answers by the beginnings of statements; all others succeed and find nothing. */
class FakeConnection implements SqlConnection {
  isBroken = false;
  readonly sent: string[] = [];
  readonly #answers: Readonly<Record<string, () => Answer>>;

  constructor(answers: Readonly<Record<string, () => Answer>>) {
    this.#answers = answers;
  }

  async run(text: string): Promise<SqlResult> {
    this.sent.push(text.split(' ')[0] ?? '');
    const found = Object.keys(this.#answers).find((beginning) => text.startsWith(beginning));
    const answer = found === undefined ? nothing : (this.#answers[found]?.() ?? nothing);
    if (!(answer instanceof Error)) return answer;
    if (!(answer instanceof SqlError)) this.isBroken = true;
    throw answer;
  }

  close(): void {
    this.isBroken = true;
  }
}

function op(f: string, value: Json = null): ClientOp {
  return { process: 0, f, key: 'x', value, final: false };
}

async function invoke(
  object: 'register' | 'bank' | 'list-append' | 'queue',
  asked: ClientOp,
  answers: Readonly<Record<string, () => Answer>>,
  options: Readonly<Record<string, string>> = {},
) {
  const connection = new FakeConnection(answers);
  const place: ServerClientPlace = {
    node: 'n1',
    index: 0,
    address: '10.0.0.1',
    dataFolder: '',
    process: 0,
    variant: '',
    places: [],
    timeoutMs: 1_000,
    options: { accounts: '2', total: '10', ...options },
  };
  const clients = sqlClients(postgresDialect, () => ({ open: async () => connection }));
  const client = await clients[object](place);
  // What opening the accounts of a bank has sent is not of the operation, and closed it.
  connection.sent.length = 0;
  connection.isBroken = false;
  const outcome = await client.invoke(asked, new AbortController().signal);
  return { outcome, sent: connection.sent };
}

const append = op('txn', [
  ['r', 1, null],
  ['append', 1, 3],
]);

describe('a transaction', () => {
  test('is committed, and its reads are what they found', async () => {
    const { outcome, sent } = await invoke('list-append', append, {
      SELECT: () => ({ rows: [['1,2']], changed: 0 }),
    });
    const value = [
      ['r', 1, [1, 2]],
      ['append', 1, 3],
    ];
    expect(outcome).toEqual({ type: 'ok', value });
    expect(sent).toEqual(['BEGIN', 'SELECT', 'INSERT', 'COMMIT']);
  });

  test.each([refused, unknown, lost])(
    'certainly failed if its COMMIT was not sent',
    async (end) => {
      const { outcome, sent } = await invoke('list-append', append, { INSERT: end });
      expect(outcome.type).toBe('fail');
      expect(sent).not.toContain('COMMIT');
    },
  );

  test.each([
    [refused, 'fail'],
    [unknown, 'info'],
    [lost, 'info'],
  ] as const)('whose COMMIT is answered by an error is as that error says', async (end, type) => {
    const { outcome } = await invoke('list-append', append, { COMMIT: end });
    expect(outcome.type).toBe(type);
  });

  test('that only reads changed nothing, even if nobody answers its COMMIT', async () => {
    const read = op('txn', [['r', 1, null]]);
    const { outcome } = await invoke('list-append', read, { COMMIT: lost });
    expect(outcome.type).toBe('fail');
  });
});

describe('a statement of its own', () => {
  test.each([
    ['write', refused, 'fail'],
    ['write', unknown, 'info'],
    ['write', lost, 'info'],
    ['read', unknown, 'fail'],
    ['read', lost, 'fail'],
  ] as const)('%s ends as the table says', async (f, end, type) => {
    const { outcome } = await invoke('register', op(f, 1), { INSERT: end, SELECT: end });
    expect(outcome.type).toBe(type);
  });

  test('a cas that changed no row found another value', async () => {
    const { outcome } = await invoke('register', op('cas', [1, 2]), {
      UPDATE: () => ({ rows: [], changed: 0 }),
    });
    const error = ['precondition-failed', 'the value was another'];
    expect(outcome).toEqual({ type: 'fail', error });
  });
});

test('a transfer of more than there is is rolled back', async () => {
  const transfer = op('transfer', { from: '0', to: '1', amount: 6 });
  const { outcome, sent } = await invoke('bank', transfer, {
    SELECT: () => ({ rows: [[5]], changed: 0 }),
  });
  expect(outcome).toMatchObject({ type: 'fail', error: ['insufficient', 'account 0 has 5'] });
  expect(sent).toEqual(['BEGIN', 'SELECT', 'SELECT', 'ROLLBACK']);
});

describe('a dequeue', () => {
  const row = { SELECT: (): SqlResult => ({ rows: [['1', '7']], changed: 0 }) };

  test('whose consumer crashes leaves its element', async () => {
    const { outcome, sent } = await invoke('queue', op('dequeue', 'crash'), row);
    expect(outcome).toMatchObject({ type: 'fail' });
    expect(sent).toEqual(['BEGIN', 'SELECT', 'ROLLBACK']);
  });

  test.each([
    ['acknowledged', { type: 'ok', value: 7 }],
    ['immediate', { type: 'info' }],
  ] as const)('with delivery %s, whose COMMIT nobody answers', async (delivery, expected) => {
    const { outcome } = await invoke(
      'queue',
      op('dequeue'),
      { ...row, COMMIT: lost },
      { delivery },
    );
    expect(outcome).toMatchObject(expected);
  });
});

test('of the errors of PostgreSQL only those of a rollback are refusals', () => {
  for (const code of ['40001', '40P01', '23505', '25006', '42P01', '53100', '55P03'])
    expect(isRefusal(code), code).toBe(true);
  // Statement completion unknown, terminated, cancelled, input or output error, internal error.
  for (const code of ['40003', '57P01', '57014', '58030', '08006', 'XX000'])
    expect(isRefusal(code), code).toBe(false);
});
