/**
 * Weak isolation levels of registers in the words of Biswas and Enea ("On the Complexity of
 * Checking Transactional Consistency", 2019): is there a total order of commits that keeps
 * sessions and reads, in which of any read of a key the transactions that must be visible and
 * wrote that key come before the one that was read?
 */
import type { Json } from '../../src/base/json.ts';
import type { History } from '../../src/history/history.ts';

export type CommitLevel = 'read-committed-monotonic' | 'session-read-atomic' | 'causal-consistency';

interface Read {
  readonly key: string;
  /** Undefined: the initial value. */
  readonly writer: Txn | undefined;
}

interface Txn {
  readonly process: number;
  readonly begin: number;
  /** Key → the last value that it wrote. */
  readonly final: ReadonlyMap<string, string>;
  readonly micros: readonly (readonly [f: string, key: string, value: string])[];
  /** Of others' writes, in program order. */
  readonly reads: Read[];
}

const nothing = JSON.stringify(null);

/** Undefined if a read shows what no order of commits can: by itself, whatever the level. */
function transactionsOf(history: History, level: CommitLevel): readonly Txn[] | undefined {
  const known: Txn[] = [];
  const unknown: Txn[] = [];
  for (const operation of history.eachOperation()) {
    const { process, invokeIndex, outcome, input } = operation;
    if (outcome === 'fail') continue;
    const value = operation.outcome === 'ok' ? operation.output : input;
    const steps = value as readonly [string, Json, Json][];
    const micros = steps
      .filter(([f]) => outcome === 'ok' || f !== 'r')
      .map(([f, key, value]) => [f, JSON.stringify(key), JSON.stringify(value)] as const);
    const final = new Map<string, string>();
    for (const [f, key, value] of micros) if (f !== 'r') final.set(key, value);
    const txn = { process, begin: invokeIndex, final, micros, reads: [] };
    (outcome === 'ok' ? known : unknown).push(txn);
  }
  const writerOf = (key: string, value: string): Txn | undefined =>
    [...known, ...unknown].find(({ final }) => final.get(key) === value);
  for (const txn of known) {
    const own = new Map<string, string>();
    const seen = new Map<string, string>();
    for (const [f, key, value] of txn.micros) {
      if (f !== 'r') {
        own.set(key, value);
        continue;
      }
      const mine = own.get(key);
      if (mine !== undefined) {
        if (mine !== value) return undefined;
        continue;
      }
      const repeats = (seen.get(key) ?? value) === value;
      if (level !== 'read-committed-monotonic' && !repeats) return undefined;
      seen.set(key, value);
      const writer = value === nothing ? undefined : writerOf(key, value);
      if (writer === txn || (writer === undefined && value !== nothing)) return undefined;
      txn.reads.push({ key, writer });
    }
  }
  const read = new Set(known.flatMap(({ reads }) => reads.map(({ writer }) => writer)));
  return [...known, ...unknown.filter((txn) => read.has(txn))];
}

function inSession(a: Txn, b: Txn): boolean {
  return a.process === b.process && a.begin < b.begin;
}

function readFrom(a: Txn, b: Txn): boolean {
  return b.reads.some(({ writer }) => writer === a);
}

/** Pairs of a transaction and one that comes after it, through others. */
function closure(txns: readonly Txn[]): ReadonlyMap<Txn, ReadonlySet<Txn>> {
  const after = new Map<Txn, Set<Txn>>();
  for (const start of txns) {
    const found = new Set<Txn>();
    const open = [start];
    for (let t = open.pop(); t !== undefined; t = open.pop())
      for (const next of txns) {
        if (found.has(next) || !(inSession(t, next) || readFrom(t, next))) continue;
        found.add(next);
        open.push(next);
      }
    after.set(start, found);
  }
  return after;
}

/** `[a, b]`: a must come before b; b undefined: before the initial state, which nobody can. */
function* demands(
  txns: readonly Txn[],
  level: CommitLevel,
): Generator<readonly [Txn, Txn | undefined]> {
  const after = closure(txns);
  for (const a of txns) for (const b of txns) if (inSession(a, b) || readFrom(a, b)) yield [a, b];
  for (const reader of txns)
    for (const [i, { key, writer }] of reader.reads.entries())
      for (const other of txns) {
        if (other === reader || other === writer || !other.final.has(key)) continue;
        const isVisible = {
          'read-committed-monotonic': (): boolean =>
            reader.reads.slice(0, i).some((earlier) => earlier.writer === other),
          'session-read-atomic': (): boolean => inSession(other, reader) || readFrom(other, reader),
          'causal-consistency': (): boolean => after.get(other)?.has(reader) === true,
        }[level]();
        if (isVisible) yield [other, writer];
      }
}

export function hasCommitOrder(history: History, level: CommitLevel): boolean {
  const txns = transactionsOf(history, level);
  if (txns === undefined) return false;
  const all = [...demands(txns, level)];
  if (all.some(([, later]) => later === undefined)) return false;
  // A total order that has all of these is left as long as some transaction can come next.
  let left: ReadonlySet<Txn> = new Set(txns);
  for (let size = -1; size !== left.size; ) {
    size = left.size;
    const waits = new Set(all.flatMap(([a, b]) => (b !== undefined && left.has(a) ? [b] : [])));
    left = new Set([...left].filter((txn) => waits.has(txn)));
  }
  return left.size === 0;
}
