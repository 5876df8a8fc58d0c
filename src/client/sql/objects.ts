/**
 * The object types that a SQL database can be: what each operation comes to, in statements that
 * all of them know. Whatever reads and then writes does so in a transaction of its own, at the
 * isolation level of its connection; nothing is locked that the level does not lock.
 *
 * | object | an operation is |
 * |---|---|
 * | register, set, counter | one statement |
 * | list-append, rw-register | a transaction of as many statements as it has steps |
 * | bank | a transfer reads both balances and then writes both; a read is one statement |
 * | queue | a dequeue locks the first row that nobody else has locked, and deletes it |
 */
import { assert } from '../../base/assert.ts';
import { isArray, isObject, type Json } from '../../base/json.ts';
import type { Client, ClientOp } from '../../contract/client.ts';
import type { ServerClientPlace } from '../../contract/target.ts';
import type { Outcome } from '../../history/event.ts';
import type { SqlDialect, SqlValue } from './connection.ts';
import { type Planner, type Query, type SqlRoute, type SqlWork, sqlClient } from './session.ts';

/** Makes the connections of one client. */
export type SqlRouting = (place: ServerClientPlace) => SqlRoute;

type PlannerOf = (place: ServerClientPlace, dialect: SqlDialect) => Planner;

/** Clients of the object types in `sqlObjects`. */
export function sqlClients(
  dialect: SqlDialect,
  routing: SqlRouting,
): Readonly<Record<SqlObject, (place: ServerClientPlace) => Promise<Client>>> {
  const open = (object: SqlObject) => async (place: ServerClientPlace) => {
    const route = routing(place);
    if (object === 'bank') await openAccounts(place, route, dialect);
    return sqlClient(route, place.timeoutMs, planners[object](place, dialect));
  };
  return {
    register: open('register'),
    set: open('set'),
    counter: open('counter'),
    'list-append': open('list-append'),
    'rw-register': open('rw-register'),
    bank: open('bank'),
    queue: open('queue'),
  };
}

export const sqlObjects = [
  ...(['register', 'set', 'counter', 'list-append', 'rw-register', 'bank', 'queue'] as const),
];

export type SqlObject = (typeof sqlObjects)[number];

const planners: Readonly<Record<SqlObject, PlannerOf>> = {
  register: (_place, dialect) => (op) => registerWork(op, dialect),
  set: () => setWork,
  counter: (_place, dialect) => (op) => counterWork(op, dialect),
  'list-append': (_place, dialect) => (op) => transactionWork(op, listsOf(dialect)),
  'rw-register': (_place, dialect) => (op) => transactionWork(op, cellsOf(dialect)),
  bank: () => bankWork,
  queue:
    ({ options }) =>
    (op) =>
      queueWork(op, options['delivery'] !== 'immediate'),
};

function ok(value: Json): Outcome {
  return { type: 'ok', value };
}

const given = (_old: string, value: string): string => value;

function parsed(value: SqlValue | undefined): Json {
  return typeof value === 'string' ? (JSON.parse(value) as Json) : null;
}

function idOf(key: Json | undefined): string {
  return JSON.stringify(key ?? 0);
}

function registerWork({ f, key, value }: ClientOp, { upsert }: SqlDialect): SqlWork {
  const id = idOf(key);
  if (f === 'read')
    return {
      kind: 'statement',
      purpose: 'read',
      run: async (query) => {
        const { rows } = await query('SELECT val FROM registers WHERE id = ?', id);
        return ok(parsed(rows[0]?.[0]));
      },
    };
  if (f === 'write') {
    const insert = `INSERT INTO registers (id, val) VALUES (?, ?) ${upsert('registers', 'val', given)}`;
    return {
      kind: 'statement',
      purpose: 'change',
      run: async (query) => {
        await query(insert, id, JSON.stringify(value));
        return ok(value);
      },
    };
  }
  assert(f === 'cas' && isArray(value), `a register has no ${f}`);
  const [from = null, to = null] = value;
  return {
    kind: 'statement',
    purpose: 'change',
    run: async (query) => {
      const words = [JSON.stringify(to), id, JSON.stringify(from)];
      const swap = 'UPDATE registers SET val = ? WHERE id = ? AND val = ?';
      const { changed } = await query(swap, ...words);
      if (changed === 1) return ok(value);
      return { type: 'fail', error: ['precondition-failed', 'the value was another'] };
    },
  };
}

function setWork({ f, value }: ClientOp): SqlWork {
  if (f === 'add')
    return {
      kind: 'statement',
      purpose: 'change',
      run: async (query) => {
        await query('INSERT INTO members (id) VALUES (?)', JSON.stringify(value));
        return ok(value);
      },
    };
  assert(f === 'read', `a set has no ${f}`);
  return {
    kind: 'statement',
    purpose: 'read',
    run: async (query) => {
      const { rows } = await query('SELECT id FROM members');
      return ok(rows.map(([id]) => parsed(id)));
    },
  };
}

function counterWork({ f, value }: ClientOp, { upsert }: SqlDialect): SqlWork {
  if (f === 'add') {
    const sum = upsert('counters', 'val', (old, added) => `${old} + ${added}`);
    return {
      kind: 'statement',
      purpose: 'change',
      run: async (query) => {
        await query(`INSERT INTO counters (id, val) VALUES ('0', ?) ${sum}`, Number(value));
        return ok(value);
      },
    };
  }
  assert(f === 'read', `a counter has no ${f}`);
  return {
    kind: 'statement',
    purpose: 'read',
    run: async (query) => {
      const { rows } = await query("SELECT val FROM counters WHERE id = '0'");
      return ok(Number(rows[0]?.[0] ?? 0));
    },
  };
}

/** What the keys of a transaction stand for. */
interface Cells {
  readonly select: string;
  readonly insert: string;
  readonly decode: (text: SqlValue | undefined) => Json;
}

function cellsOf({ upsert }: SqlDialect): Cells {
  return {
    select: 'SELECT val FROM cells WHERE id = ?',
    insert: `INSERT INTO cells (id, val) VALUES (?, ?) ${upsert('cells', 'val', given)}`,
    decode: parsed,
  };
}

/** A list is the text of its elements with commas between them, which an append makes longer. */
function listsOf({ upsert, joined }: SqlDialect): Cells {
  return {
    select: 'SELECT val FROM lists WHERE id = ?',
    insert: `INSERT INTO lists (id, val) VALUES (?, ?) ${upsert('lists', 'val', joined)}`,
    decode: (text) => (typeof text === 'string' ? parsed(`[${text}]`) : null),
  };
}

/** The steps of `[["r", key, null], ["append", key, element], ["w", key, value], …]`. */
function transactionWork({ f, value }: ClientOp, cells: Cells): SqlWork {
  assert(f === 'txn' && isArray(value), `a transaction is a txn with its steps, not ${f}`);
  const steps = value.map((step) => (isArray(step) ? step : []));
  return {
    kind: 'transaction',
    purpose: steps.every(([kind]) => kind === 'r') ? 'read' : 'change',
    run: async (query) => {
      const results: Json[] = [];
      for (const [kind = null, key = null, argument = null] of steps) {
        const id = idOf(key);
        if (kind === 'r') {
          const { rows } = await query(cells.select, id);
          results.push([kind, key, cells.decode(rows[0]?.[0])]);
        } else {
          await query(cells.insert, id, JSON.stringify(argument));
          results.push([kind, key, argument]);
        }
      }
      return ok(results);
    },
  };
}

function bankWork({ f, value }: ClientOp): SqlWork {
  if (f === 'read')
    return {
      kind: 'statement',
      purpose: 'read',
      run: async (query) => {
        const { rows } = await query('SELECT id, balance FROM accounts');
        return ok(Object.fromEntries(rows.map(([id, balance]) => [String(id), Number(balance)])));
      },
    };
  assert(f === 'transfer' && isObject(value), `a bank has no ${f}`);
  return { kind: 'transaction', purpose: 'change', run: async (query) => transfer(query, value) };
}

async function transfer(query: Query, value: Readonly<Record<string, Json>>): Promise<Outcome> {
  const { from, to, amount: asked } = value;
  assert(typeof from === 'string' && typeof to === 'string', 'a transfer names two accounts');
  const amount = Number(asked);
  const balanceOf = async (id: string): Promise<number> => {
    const { rows } = await query('SELECT balance FROM accounts WHERE id = ?', id);
    return Number(rows[0]?.[0]);
  };
  const [fromBalance, toBalance] = [await balanceOf(from), await balanceOf(to)];
  if (!Number.isFinite(fromBalance) || !Number.isFinite(toBalance))
    return { type: 'fail', error: ['no-account', `account ${from} or ${to} is not there`] };
  if (fromBalance < amount)
    return { type: 'fail', error: ['insufficient', `account ${from} has ${fromBalance}`] };
  const update = 'UPDATE accounts SET balance = ? WHERE id = ?';
  await query(update, fromBalance - amount, from);
  await query(update, toBalance + amount, to);
  return ok(value);
}

/** Runs in which the accounts are open, or being opened. */
const opened = new WeakMap<object, Promise<void>>();

/** Opens the accounts of the workload `bank` once in a run: what is lost later stays lost. */
async function openAccounts(
  place: ServerClientPlace,
  route: SqlRoute,
  { upsert }: SqlDialect,
): Promise<void> {
  const present = opened.get(place.places);
  if (present !== undefined) return present;
  const opening = insertAccounts(
    place,
    route,
    upsert('accounts', 'balance', (old) => old),
  );
  opened.set(place.places, opening);
  try {
    await opening;
  } catch (thrown) {
    opened.delete(place.places);
    throw thrown;
  }
}

async function insertAccounts(
  { options, timeoutMs }: ServerClientPlace,
  route: SqlRoute,
  orLeave: string,
): Promise<void> {
  const signal = AbortSignal.timeout(timeoutMs);
  const connection = await route.open('change', signal);
  const count = Number(options['accounts']);
  const total = Number(options['total']);
  try {
    const rows = Array.from({ length: count }, (_, i) => [
      String(i),
      Math.floor(total / count) + (i < total % count ? 1 : 0),
    ]);
    const places = rows.map(() => '(?, ?)').join(', ');
    const insert = `INSERT INTO accounts (id, balance) VALUES ${places} ${orLeave}`;
    await connection.run(insert, rows.flat(), signal);
  } finally {
    connection.close();
  }
}

/**
 * With acknowledgements the COMMIT acknowledges: an element whose consumer crashed before is
 * there again. When only the answer to the COMMIT is missing, the element did come out.
 */
function queueWork({ f, key, value }: ClientOp, isAcknowledged: boolean): SqlWork {
  const queue = idOf(key);
  if (f === 'enqueue')
    return {
      kind: 'statement',
      purpose: 'change',
      run: async (query) => {
        await query('INSERT INTO jobs (queue, val) VALUES (?, ?)', queue, JSON.stringify(value));
        return ok(value);
      },
    };
  assert(f === 'dequeue', `a queue has no ${f}`);
  let element: Json = null;
  return {
    kind: 'transaction',
    purpose: 'change',
    run: async (query) => {
      const first =
        'SELECT id, val FROM jobs WHERE queue = ? ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED';
      const { rows } = await query(first, queue);
      const [id, text] = rows[0] ?? [];
      if (id === undefined) return ok(null);
      element = parsed(text);
      if (value === 'crash') return { type: 'fail', error: crashed(element) };
      await query('DELETE FROM jobs WHERE id = ?', id);
      return ok(element);
    },
    inDoubt: () => (isAcknowledged ? ok(element) : undefined),
  };
}

function crashed(element: Json): [string, string] {
  return ['consumer-crashed', `before it acknowledged ${JSON.stringify(element)}`];
}
