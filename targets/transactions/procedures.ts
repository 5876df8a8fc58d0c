/**
 * What transactions do, said without saying how they are kept apart: each is a coroutine that
 * asks for reads and changes one after the other. How these are carried out is the business of
 * the isolation level.
 */
import {
  type Body,
  errorCode,
  integerField,
  isList,
  type Json,
  keyText,
  listField,
  RpcError,
  textField,
} from '../../src/node/node.ts';

/** A change of one key. An append needs not know what it is appended to. */
export type Change =
  | readonly ['put', key: string, value: Json]
  | readonly ['append', key: string, element: Json];

export type Step =
  | { readonly kind: 'read'; readonly key: string }
  | { readonly kind: 'change'; readonly change: Change };

/** Is told the value of a key that it reads (null if there is none); returns the reply. */
export type Procedure = Generator<Step, Body, Json>;

/** The value of a key after a change of it. */
export function changed(value: Json, change: Change): Json {
  if (change[0] === 'put') return change[2];
  return isList(value) ? [...value, change[2]] : [change[2]];
}

/** The requests that clients make, each as a procedure. */
export const procedures: Readonly<Record<string, (request: Body) => Procedure>> = {
  txn: (request) => microOperations(listField(request, 'txn')),
  open_accounts: (request) => openAccounts(balancesField(request, 'accounts')),
  transfer: (request) =>
    transfer(
      accountKey(textField(request, 'from')),
      accountKey(textField(request, 'to')),
      integerField(request, 'amount'),
    ),
  read: () => readAccounts(),
};

/** Maelstrom's: `["r", key, null]`, `["w", key, value]` and `["append", key, element]`. */
function* microOperations(operations: readonly Json[]): Procedure {
  const results: Json[] = [];
  for (const operation of operations) {
    const [f, k = null, value = null]: readonly Json[] = isList(operation) ? operation : [];
    const key = keyText(k);
    if (f === 'r') results.push(['r', k, yield { kind: 'read', key }]);
    else if (f === 'w' || f === 'append') {
      yield { kind: 'change', change: [f === 'w' ? 'put' : 'append', key, value] };
      results.push([f, k, value]);
    } else
      throw new RpcError(
        errorCode.notSupported,
        `a transaction is made of "r", "w" and "append", not of ${JSON.stringify(operation)}`,
      );
  }
  return { type: 'txn_ok', txn: results };
}

type Balances = readonly (readonly [account: string, balance: number])[];

/** Holds the names of all accounts: its presence says that they were opened. */
const accountList = 'accounts';

function accountKey(account: string): string {
  return `account ${account}`;
}

/** Opens accounts, unless that was done before. */
function* openAccounts(balances: Balances): Procedure {
  if (isList(yield { kind: 'read', key: accountList })) return { type: 'open_accounts_ok' };
  const names = balances.map(([account]) => account);
  yield { kind: 'change', change: ['put', accountList, names] };
  for (const [account, balance] of balances)
    yield { kind: 'change', change: ['put', accountKey(account), balance] };
  return { type: 'open_accounts_ok' };
}

function* transfer(from: string, to: string, amount: number): Procedure {
  const have = yield* balanceOf(from);
  const had = yield* balanceOf(to);
  if (have < amount)
    throw new RpcError(
      errorCode.preconditionFailed,
      `${from} holds ${have}, which is less than ${amount}`,
    );
  yield { kind: 'change', change: ['put', from, have - amount] };
  yield { kind: 'change', change: ['put', to, had + amount] };
  return { type: 'transfer_ok' };
}

function* readAccounts(): Procedure {
  const names = yield { kind: 'read', key: accountList };
  const balances: Record<string, Json> = {};
  for (const name of isList(names) ? names : [])
    if (typeof name === 'string') balances[name] = yield* balanceOf(accountKey(name));
  return { type: 'read_ok', accounts: balances };
}

function* balanceOf(key: string): Generator<Step, number, Json> {
  const balance = yield { kind: 'read', key };
  if (typeof balance === 'number') return balance;
  throw new RpcError(errorCode.keyDoesNotExist, `there is no ${key}`);
}

function balancesField(request: Body, name: string): Balances {
  const accounts: Json | undefined = request[name];
  const balances = Object.entries(
    typeof accounts === 'object' && accounts !== null && !isList(accounts) ? accounts : {},
  );
  return balances.map(([account, balance]) => {
    if (typeof balance === 'number') return [account, balance];
    throw new RpcError(
      errorCode.malformedRequest,
      `account ${account} must have a number for a balance, found ${JSON.stringify(balance)}`,
    );
  });
}
