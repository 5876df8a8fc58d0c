/**
 * Isolation levels by their operational definitions, tried out in all possible ways: for small
 * histories only, and slow, and plain to see.
 */
import type { Json } from '../../src/base/json.ts';
import type { History } from '../../src/history/history.ts';

export type Order = 'none' | 'process' | 'realtime';

interface Txn {
  readonly process: number;
  readonly begin: number;
  readonly end: number;
  readonly optional: boolean;
  readonly micros: readonly (readonly [string, Json, Json])[];
}

type Store = ReadonlyMap<string, readonly Json[]>;

function txnsOf(history: History): readonly Txn[] {
  return [...history.eachOperation()]
    .filter((operation) => operation.outcome !== 'fail')
    .map((operation) => {
      const known = operation.outcome === 'ok';
      const value = (known ? operation.output : operation.input) as [string, Json, Json][];
      return {
        process: operation.process,
        begin: operation.invokeIndex,
        end: known ? operation.returnIndex : Number.POSITIVE_INFINITY,
        optional: !known,
        // What an operation of unknown outcome read nobody knows.
        micros: known ? value : value.filter(([name]) => name !== 'r'),
      };
    });
}

function before(a: Txn, b: Txn, order: Order): boolean {
  if (order === 'realtime') return a.end < b.begin;
  return order === 'process' && a.process === b.process && a.begin < b.begin;
}

/** The store after the transaction, or undefined if it cannot have read what it did. */
function run(txn: Txn, snapshot: Store, store: Store): Store | undefined {
  const seen = new Map(snapshot);
  const after = new Map(store);
  for (const [name, key, value] of txn.micros) {
    const k = JSON.stringify(key);
    const now = seen.get(k) ?? [];
    if (name === 'r') {
      const expected = Array.isArray(value) ? JSON.stringify(value) : undefined;
      // A null is an empty list as much as a register without a value.
      const fits =
        expected === undefined
          ? JSON.stringify(now.at(-1) ?? null) === JSON.stringify(value)
          : expected === JSON.stringify(now);
      if (!fits) return undefined;
      continue;
    }
    seen.set(k, [...now, value]);
    after.set(k, [...(after.get(k) ?? []), value]);
  }
  return after;
}

/** Is there a serial order, that keeps the order of sessions or of real time if asked? */
export function isSerializable(history: History, order: Order): boolean {
  const txns = txnsOf(history);
  const search = (left: readonly Txn[], store: Store): boolean => {
    if (left.every(({ optional }) => optional)) return true;
    return left.some((txn) => {
      const others = left.filter((other) => other !== txn);
      if (others.some((other) => !other.optional && before(other, txn, order))) return false;
      const after = run(txn, store, store);
      return after !== undefined && search(others, after);
    });
  };
  return search(txns, new Map());
}

interface Active {
  readonly txn: Txn;
  readonly snapshot: Store;
}

/**
 * Are there moments of start and commit, such that each transaction reads what was committed
 * at its start, and of two that overlap no two write the same key?
 */
export function isSnapshotIsolated(history: History, order: Order): boolean {
  return hasSnapshots(history, order, true);
}

/** The same without the second condition: of two that overlap both may write a key. */
export function isPrefixConsistent(history: History, order: Order): boolean {
  return hasSnapshots(history, order, false);
}

function hasSnapshots(history: History, order: Order, firstCommitterWins: boolean): boolean {
  const seen = new Set<string>();
  const txns = txnsOf(history);
  const search = (left: readonly Txn[], active: readonly Active[], store: Store): boolean => {
    if (active.length === 0 && left.every(({ optional }) => optional)) return true;
    const state = JSON.stringify([
      left.map((txn) => txn.begin),
      active.map(({ txn, snapshot }) => [txn.begin, [...snapshot].sort()]),
      [...store].sort(),
    ]);
    if (seen.has(state)) return false;
    seen.add(state);
    const undone = [...left, ...active.map(({ txn }) => txn)];
    const starts = left.some((txn) => {
      const held = undone.some(
        (other) => other !== txn && !other.optional && before(other, txn, order),
      );
      if (held || run(txn, store, store) === undefined) return false;
      return search(
        left.filter((other) => other !== txn),
        [...active, { txn, snapshot: store }],
        store,
      );
    });
    if (starts) return true;
    return active.some(({ txn, snapshot }) => {
      const others = active.filter((other) => other.txn !== txn);
      if (firstCommitterWins && others.some((other) => writeSameKey(other.txn, txn))) {
        // First committer wins: the other one could not commit any more.
        return false;
      }
      const after = run(txn, snapshot, store);
      return after !== undefined && search(left, others, after);
    });
  };
  return search(txns, [], new Map());
}

function writeSameKey(a: Txn, b: Txn): boolean {
  const keys = (txn: Txn): Set<string> =>
    new Set(txn.micros.filter(([name]) => name !== 'r').map(([, key]) => JSON.stringify(key)));
  const ofA = keys(a);
  return [...keys(b)].some((key) => ofA.has(key));
}

/**
 * Is there a partial order of who is seen by whom, in which of any two that write a key one sees
 * the other, and a total order that contains it, such that each transaction reads what those
 * that it sees wrote, in that order? (Cerone, Bernardi and Gotsman, 2015, definition of PSI.)
 */
export function isParallelSnapshotIsolated(history: History): boolean {
  const txns = txnsOf(history);
  const optional = txns.filter((txn) => txn.optional);
  return subsets(optional).some((left) => {
    const some = txns.filter((txn) => !left.includes(txn));
    return orders(some).some((order) => seesIn(order, []));
  });
}

/** Chooses for each transaction of a total order in turn whom of those before it sees. */
function seesIn(order: readonly Txn[], sees: readonly (readonly number[])[]): boolean {
  const txn = order[sees.length];
  if (txn === undefined) return true;
  return subsets([...sees.keys()]).some((seen) => {
    const isClosed = seen.every((other) =>
      (sees[other] ?? []).every((each) => seen.includes(each)),
    );
    const meets = order
      .slice(0, sees.length)
      .every((other, at) => seen.includes(at) || !writeSameKey(other, txn));
    if (!isClosed || !meets) return false;
    let store: Store = new Map();
    for (const other of seen.toSorted((a, b) => a - b)) store = afterWrites(order[other], store);
    return run(txn, store, store) !== undefined && seesIn(order, [...sees, seen]);
  });
}

function afterWrites(txn: Txn | undefined, store: Store): Store {
  const after = new Map(store);
  for (const [name, key, value] of txn?.micros ?? []) {
    const k = JSON.stringify(key);
    if (name !== 'r') after.set(k, [...(after.get(k) ?? []), value]);
  }
  return after;
}

function subsets<T>(items: readonly T[]): readonly (readonly T[])[] {
  return items.reduce<readonly (readonly T[])[]>(
    (all, item) => [...all, ...all.map((some) => [...some, item])],
    [[]],
  );
}

function orders<T>(items: readonly T[]): readonly (readonly T[])[] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, at) => orders(items.toSpliced(at, 1)).map((rest) => [item, ...rest]));
}
