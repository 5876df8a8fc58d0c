/**
 * The levels of `commit-order-oracle.ts` for transactions that append to lists, with all orders of
 * commits tried: in the order of commits each list grows by what commits, a read shows a list as
 * some commit left it, and whoever must be visible and appended to the key did so in that list.
 */
import type { Json } from '../../src/base/json.ts';
import type { History } from '../../src/history/history.ts';
import type { CommitLevel } from './commit-order-oracle.ts';

type Micro = readonly [f: string, key: Json, value: Json];

interface Txn {
  readonly process: number;
  readonly begin: number;
  readonly known: boolean;
  readonly micros: readonly Micro[];
}

interface Read {
  readonly reader: Txn;
  readonly key: Json;
  readonly list: readonly Json[];
  readonly writer: Txn | undefined;
}

export function hasListCommitOrder(history: History, level: CommitLevel): boolean {
  const all = [...history.eachOperation()].flatMap((operation): Txn[] => {
    if (operation.outcome === 'fail') return [];
    const known = operation.outcome === 'ok';
    const micros = (known ? operation.output : operation.input) as readonly Micro[];
    return [
      {
        process: operation.process,
        begin: operation.invokeIndex,
        known,
        micros: micros.filter(([f]) => known || f !== 'r'),
      },
    ];
  });
  const shown = new Set(
    all.flatMap(({ micros }) =>
      micros.flatMap(([f, key, list]) =>
        f === 'r'
          ? ((list ?? []) as Json[]).map(
              (element) => `${JSON.stringify(key)} ${JSON.stringify(element)}`,
            )
          : [],
      ),
    ),
  );
  const appends = (txn: Txn, key: Json): readonly Json[] =>
    txn.micros.filter(([f, k]) => f !== 'r' && k === key).map(([, , value]) => value);
  const txns = all.filter(
    ({ known, micros }) =>
      known ||
      micros.some(([, key, value]) => shown.has(`${JSON.stringify(key)} ${JSON.stringify(value)}`)),
  );
  const reads = txns.flatMap((txn) => readsOf(txn, txns, appends, level));
  if (reads.includes(undefined)) return false;
  const all2 = reads as readonly Read[];
  const visible = visibility(txns, all2, level);
  const place = (order: readonly Txn[], left: readonly Txn[]): boolean => {
    if (left.length === 0) return explains(order, all2, visible, appends);
    return left.some((txn) => {
      const others = left.filter((other) => other !== txn);
      const isEarly = others.some(
        (other) =>
          (other.process === txn.process && other.begin < txn.begin) ||
          all2.some(({ reader, writer }) => reader === txn && writer === other),
      );
      return !isEarly && place([...order, txn], others);
    });
  };
  return place([], txns);
}

type Appends = (txn: Txn, key: Json) => readonly Json[];

/** Of others' lists; undefined for one that contradicts its own transaction, or nobody made. */
function readsOf(
  txn: Txn,
  txns: readonly Txn[],
  appends: Appends,
  level: CommitLevel,
): readonly (Read | undefined)[] {
  const found: (Read | undefined)[] = [];
  const before = new Map<Json, readonly Json[]>();
  const own = new Map<Json, Json[]>();
  for (const [f, key, value] of txn.micros) {
    if (f !== 'r') {
      own.set(key, [...(own.get(key) ?? []), value]);
      continue;
    }
    const list = (value ?? []) as readonly Json[];
    const mine = own.get(key) ?? [];
    const last = list.at(-1);
    if (level === 'read-committed-monotonic') {
      if (mine.length > 0) {
        if (last !== mine.at(-1)) found.push(undefined);
        continue;
      }
    } else {
      const base = before.get(key);
      const expected = base === undefined ? list.slice(list.length - mine.length) : list;
      const due = base === undefined ? mine : [...base, ...mine];
      if (JSON.stringify(expected) !== JSON.stringify(due)) found.push(undefined);
      before.set(key, list);
      own.set(key, []);
      if (mine.length > 0 || base !== undefined) continue;
    }
    const writer = txns.find((other) => last !== undefined && appends(other, key).includes(last));
    const isFinal = writer === undefined || appends(writer, key).at(-1) === last;
    if ((last !== undefined && writer === undefined) || writer === txn || !isFinal)
      found.push(undefined);
    else found.push({ reader: txn, key, list, writer });
  }
  return found;
}

type Visible = (read: Read, other: Txn) => boolean;

function visibility(txns: readonly Txn[], reads: readonly Read[], level: CommitLevel): Visible {
  const direct = (a: Txn, b: Txn): boolean =>
    (a.process === b.process && a.begin < b.begin) ||
    reads.some(({ reader, writer }) => reader === b && writer === a);
  if (level === 'session-read-atomic') return ({ reader }, other) => direct(other, reader);
  if (level === 'read-committed-monotonic')
    return (read, other) =>
      reads
        .slice(0, reads.indexOf(read))
        .some(({ reader, writer }) => reader === read.reader && writer === other);
  return ({ reader }, other) => {
    const found = new Set<Txn>([reader]);
    for (const b of found) for (const a of txns) if (direct(a, b)) found.add(a);
    return other !== reader && found.has(other);
  };
}

/** Whether the lists grow in that order as was read, and reads show who must be visible. */
function explains(
  order: readonly Txn[],
  reads: readonly Read[],
  visible: Visible,
  appends: Appends,
): boolean {
  const rank = (txn: Txn | undefined): number => (txn === undefined ? -1 : order.indexOf(txn));
  const shows = order.every((txn) =>
    txn.micros.every(([f, key, value]) => {
      if (f !== 'r') return true;
      const whole = order.flatMap((other) => appends(other, key));
      const list = (value ?? []) as readonly Json[];
      return JSON.stringify(whole.slice(0, list.length)) === JSON.stringify(list);
    }),
  );
  return (
    shows &&
    reads.every((read) =>
      order.every(
        (other) =>
          other === read.writer ||
          appends(other, read.key).length === 0 ||
          !visible(read, other) ||
          rank(other) < rank(read.writer),
      ),
    )
  );
}
