/** The definition itself: whether an order of transactions on registers is a serial one. */
import { typeCode } from '../../history/columns.ts';
import { initial, type RegisterHistory } from './register-versions.ts';
import type { OrderKept } from './replay.ts';
import { readKind } from './transactions.ts';

const blank = -1;

/**
 * Runs the transactions one after the other on an empty store. True if all that committed ran,
 * each once, each read what it did in the history, and none ran before what had to come first.
 * @param order numbers of transactions
 */
export function isSerialOrder(
  history: RegisterHistory,
  order: Int32Array,
  kept: OrderKept,
): boolean {
  const { transactions, committed } = history;
  const { count, keys } = transactions;
  const store = new Store(history, keys.length);
  const hasRun = new Uint8Array(count);
  for (const t of order) {
    if (committed[t] !== 1 || hasRun[t] === 1) return false;
    hasRun[t] = 1;
    if (!store.run(t)) return false;
  }
  if (order.length !== committed.reduce((all, each) => all + each, 0)) return false;
  if (kept === 'realtime') return keepsRealTime(transactions, order);
  return kept === 'none' || keepsSessions(transactions, order);
}

class Store {
  readonly #history: RegisterHistory;
  /** The write that each key holds. */
  readonly #held: Int32Array;

  constructor(history: RegisterHistory, keyCount: number) {
    this.#history = history;
    this.#held = new Int32Array(keyCount).fill(blank);
  }

  /** Whether a transaction reads what it did in the history; what it wrote is then there. */
  run(t: number): boolean {
    const { transactions, source, external, final } = this.#history;
    const { first, kind, key, value } = transactions;
    const begin = first[t] ?? 0;
    const end = first[t + 1] ?? 0;
    for (let i = begin; i < end; i += 1) {
      if (kind[i] !== readKind) continue;
      const k = key[i] ?? 0;
      if (external[i] === 1) {
        if (this.#held[k] !== (source[i] === initial ? blank : source[i])) return false;
        continue;
      }
      let before = i - 1;
      while (key[before] !== k) before -= 1;
      if (value[before] !== value[i]) return false;
    }
    for (let i = begin; i < end; i += 1) if (final[i] === 1) this.#held[key[i] ?? 0] = i;
    return true;
  }
}

/** Whether none runs after one that was invoked when it had returned. */
function keepsRealTime(
  { outcome, invoke, complete }: RegisterHistory['transactions'],
  order: Int32Array,
): boolean {
  let invoked = -1;
  for (const t of order) {
    const returned = complete[t] ?? 0;
    if (outcome[t] === typeCode.ok && returned < invoked) return false;
    invoked = Math.max(invoked, invoke[t] ?? 0);
  }
  return true;
}

function keepsSessions({ process }: RegisterHistory['transactions'], order: Int32Array): boolean {
  const last = new Map<number, number>();
  for (const t of order) {
    const who = process[t] ?? 0;
    if ((last.get(who) ?? -1) > t) return false;
    last.set(who, t);
  }
  return true;
}
