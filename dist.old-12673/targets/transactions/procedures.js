/**
 * What transactions do, said without saying how they are kept apart: each is a coroutine that
 * asks for reads and changes one after the other. How these are carried out is the business of
 * the isolation level.
 */
import {
  errorCode,
  integerField,
  isList,
  keyText,
  listField,
  RpcError,
  textField,
} from '../../src/node/node.js';
/** The value of a key after a change of it. */
export function changed(value, change) {
  if (change[0] === 'put') return change[2];
  return isList(value) ? [...value, change[2]] : [change[2]];
}
/** The requests that clients make, each as a procedure. */
export const procedures = {
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
function* microOperations(operations) {
  const results = [];
  for (const operation of operations) {
    const [f, k = null, value = null] = isList(operation) ? operation : [];
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
/** Holds the names of all accounts: its presence says that they were opened. */
const accountList = 'accounts';
function accountKey(account) {
  return `account ${account}`;
}
/** Opens accounts, unless that was done before. */
function* openAccounts(balances) {
  if (isList(yield { kind: 'read', key: accountList })) return { type: 'open_accounts_ok' };
  const names = balances.map(([account]) => account);
  yield { kind: 'change', change: ['put', accountList, names] };
  for (const [account, balance] of balances)
    yield { kind: 'change', change: ['put', accountKey(account), balance] };
  return { type: 'open_accounts_ok' };
}
function* transfer(from, to, amount) {
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
function* readAccounts() {
  const names = yield { kind: 'read', key: accountList };
  const balances = {};
  for (const name of isList(names) ? names : [])
    if (typeof name === 'string') balances[name] = yield* balanceOf(accountKey(name));
  return { type: 'read_ok', accounts: balances };
}
function* balanceOf(key) {
  const balance = yield { kind: 'read', key };
  if (typeof balance === 'number') return balance;
  throw new RpcError(errorCode.keyDoesNotExist, `there is no ${key}`);
}
function balancesField(request, name) {
  const accounts = request[name];
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
