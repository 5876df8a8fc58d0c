/**
 * Money moves between accounts, and no read may see it appear or vanish (Jepsen's
 * `tests.bank`).
 *
 * | op | value of invoke | value of ok |
 * |---|---|---|
 * | `transfer` | `{"from": a, "to": b, "amount": n}` | – |
 * | `read` | null | `{"account": balance, …}` or `[[account, balance], …]` |
 */
import { canonical, isArray, isObject, type Json } from '../../base/json.ts';
import type { Checker } from '../checker.ts';
import { AnomalyList, type Finding, invariant, type Part, tooFew } from './invariant.ts';

export interface BankOptions {
  /** What all balances sum to. Default 100. */
  readonly total?: number;
  /** All accounts there are; without it any account is taken as known. */
  readonly accounts?: readonly (string | number)[];
  /** Default false. */
  readonly negativeBalances?: boolean;
}

type ErrorType = 'unexpected-account' | 'nil-balance' | 'wrong-total' | 'negative-balance';

interface BankError {
  readonly type: ErrorType;
  readonly explanation: string;
  /** How far off: the worst is the one with the greatest. */
  readonly badness: number;
}

interface ErrorFigures {
  count: number;
  firstEvent: number;
  worstEvent: number;
  worst: number;
}

export function bank(options: BankOptions = {}): Checker {
  const { total = 100, negativeBalances = false } = options;
  return invariant({
    name: 'bank',
    summary: `every read of all accounts sums to ${total}`,
    method: `each ok read alone: known accounts, a number for each, sum ${total}${negativeBalances ? '' : ', none negative'}; which transfers it reflects is not judged`,
    judge: (part) => judge(part, options),
  });
}

function judge(part: Part, options: BankOptions): Finding {
  const anomalies = new AnomalyList(part);
  const transferCount = part.rowsOf('transfer').length;
  const figures = new Map<ErrorType, ErrorFigures>();
  let [readCount, lowest, highest] = [0, Infinity, -Infinity];
  for (const row of part.rowsOf('read')) {
    const balances = part.isOk(row) ? balancesOf(part.output(row)) : undefined;
    if (balances === undefined) continue;
    readCount += 1;
    const sum = sumOf(balances);
    [lowest, highest] = [Math.min(lowest, sum), Math.max(highest, sum)];
    const error = errorIn(balances, sum, options);
    if (error === undefined) continue;
    note(figures, error, part.invoke(row));
    anomalies.add(() => ({
      type: error.type,
      model: 'snapshot-isolation',
      operations: [part.invoke(row)],
      explanation: `The read of event ${part.invoke(row)} (ok at ${part.returned(row)}) ${error.explanation}`,
    }));
  }
  const details = {
    transferCount,
    readCount,
    errorCount: anomalies.count,
    errors: Object.fromEntries([...figures].map(([type, figure]) => [type, { ...figure }])),
    ...(readCount === 0 ? {} : { lowestTotal: lowest, highestTotal: highest }),
  };
  if (readCount > 0) return { anomalies, details };
  return { anomalies, details, ...tooFew('no read of the accounts succeeded') };
}

type Balances = readonly (readonly [account: string, balance: Json])[];

function balancesOf(value: Json): Balances | undefined {
  if (isObject(value)) return Object.entries(value);
  if (!isArray(value)) return undefined;
  return value.map((pair) => {
    const [account, balance] = isArray(pair) ? pair : [pair];
    return [typeof account === 'string' ? account : canonical(account ?? null), balance ?? null];
  });
}

function sumOf(balances: Balances): number {
  return balances.reduce(
    (sum, [, balance]) => sum + (typeof balance === 'number' ? balance : 0),
    0,
  );
}

function errorIn(balances: Balances, sum: number, options: BankOptions): BankError | undefined {
  const { total = 100, accounts, negativeBalances = false } = options;
  const shown = balances
    .map(([account, balance]) => `${account}: ${canonical(balance)}`)
    .join(', ');
  const known = accounts === undefined ? undefined : new Set(accounts.map(String));
  const strangers = balances.filter(([account]) => known !== undefined && !known.has(account));
  if (strangers.length > 0)
    return {
      type: 'unexpected-account',
      badness: strangers.length,
      explanation: `shows accounts that there are not: ${strangers.map(([account]) => account).join(', ')}.`,
    };
  const nils = balances.filter(([, balance]) => typeof balance !== 'number');
  if (nils.length > 0)
    return {
      type: 'nil-balance',
      badness: nils.length,
      explanation: `shows accounts without a number for a balance (${shown}).`,
    };
  if (sum !== total)
    return {
      type: 'wrong-total',
      badness: Math.abs(sum - total),
      explanation: `shows ${sum} in all (${shown}), where the accounts hold ${total} at every moment.`,
    };
  const negative = balances.filter(([, balance]) => Number(balance) < 0);
  if (negativeBalances || negative.length === 0) return undefined;
  return {
    type: 'negative-balance',
    badness: -Math.min(...negative.map(([, balance]) => Number(balance))),
    explanation: `shows a balance below zero (${shown}).`,
  };
}

function note(figures: Map<ErrorType, ErrorFigures>, error: BankError, event: number): void {
  const figure = figures.get(error.type);
  if (figure === undefined) {
    figures.set(error.type, {
      count: 1,
      firstEvent: event,
      worstEvent: event,
      worst: error.badness,
    });
    return;
  }
  figure.count += 1;
  if (error.badness <= figure.worst) return;
  figure.worst = error.badness;
  figure.worstEvent = event;
}
