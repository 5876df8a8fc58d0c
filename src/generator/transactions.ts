/**
 * Random transactions over a few keys at a time, in the manner of Elle's `txn` generators:
 * reads and writes are as likely as each other; some keys are more in demand than others; a
 * key that was written often enough is left for a new one, so that its list stays short.
 */
import { UsageError } from '../base/errors.ts';
import { canonical, isArray, type Json } from '../base/json.ts';
import { drawInt, drawUnit, type Prng } from '../base/prng.ts';
import type { HistoryEvent } from '../history/event.ts';
import { pending } from './emission.ts';
import type { Emission, Generator, GeneratorContext } from './generator.ts';
import { of } from './sources.ts';

const keyDistributions = ['exponential', 'zipf', 'uniform'] as const;

type KeyDistribution = (typeof keyDistributions)[number];

export interface TransactionShape {
  /** Name of the write: `append` or `w`. */
  readonly write: string;
  /** Keys in use at any time. */
  readonly keyCount: number;
  /** `exponential`: each key twice as likely as the one before it. `zipf`: 1, 1/2, 1/3, … */
  readonly keyDistribution: KeyDistribution;
  /** Micro-operations of a transaction, both ends included. */
  readonly minLength: number;
  readonly maxLength: number;
  readonly maxWritesPerKey: number;
}

/** Options of a workload that a shape is made of: Maelstrom's names and defaults. */
export const transactionOptions = {
  'key-count': { summary: 'keys in use at once', default: '10' },
  'key-dist': {
    summary: 'exponential: each key twice as likely as the one before; zipf: 1, 1/2, 1/3, …',
    default: 'exponential',
    choices: keyDistributions,
  },
  'min-txn-length': { summary: 'operations of the shortest transaction', default: '1' },
  'max-txn-length': { summary: 'operations of the longest transaction', default: '4' },
  'max-writes-per-key': { summary: 'writes before a key is left for a new one', default: '16' },
} as const;

/** @throws UsageError if the options make no sense */
export function transactionShape(
  write: string,
  options: Readonly<Record<string, string>>,
): TransactionShape {
  const minLength = positive(options, 'min-txn-length');
  const maxLength = positive(options, 'max-txn-length');
  if (maxLength < minLength)
    throw new UsageError(
      `max-txn-length=${maxLength} is less than min-txn-length=${minLength}: no transaction has such a length`,
    );
  const asked = options['key-dist'];
  return {
    write,
    keyCount: positive(options, 'key-count'),
    keyDistribution: keyDistributions.find((name) => name === asked) ?? 'exponential',
    minLength,
    maxLength,
    maxWritesPerKey: positive(options, 'max-writes-per-key'),
  };
}

function positive(options: Readonly<Record<string, string>>, name: string): number {
  const text = options[name] ?? '';
  const value = Number(text);
  // More than that no run has operations for, and it would only be typed by mistake.
  if (Number.isInteger(value) && value >= 1 && value <= 100_000) return value;
  throw new UsageError(`${name} takes a whole number from 1 to 100000; got "${text}"`);
}

/** Ops `{f: 'txn', value: [['r', key, null], [write, key, n], …]}`; n counts the key's writes. */
export function randomTransactions(source: Prng, shape: TransactionShape): Generator {
  const active = Array.from({ length: shape.keyCount }, (_, key) => ({ key, writes: 0 }));
  return from({ source, shape, active, nextKey: shape.keyCount });
}

interface ActiveKey {
  readonly key: number;
  readonly writes: number;
}

interface State {
  readonly source: Prng;
  readonly shape: TransactionShape;
  readonly active: readonly ActiveKey[];
  readonly nextKey: number;
}

function from(state: State): Generator {
  const self: Generator = {
    next(context: GeneratorContext): Emission {
      const thread = context.freeThreads[0];
      if (thread === undefined) return pending;
      const [value, then] = draw(state);
      return {
        kind: 'op',
        op: { f: 'txn', value },
        process: context.processOf(thread),
        atNs: context.nowNs,
        then: from(then),
      };
    },
    update: () => self,
  };
  return self;
}

function draw(state: State): readonly [Json, State] {
  const { shape } = state;
  const operations: Json[] = [];
  let { source, active, nextKey } = state;
  const [more, rest] = drawInt(source, shape.maxLength - shape.minLength + 1);
  source = rest;
  for (let left = shape.minLength + more; left > 0; left -= 1) {
    const [place, afterPlace] = drawPlace(source, shape.keyDistribution, active.length);
    const [isRead, afterKind] = drawInt(afterPlace, 2);
    source = afterKind;
    const chosen = active[place] ?? { key: 0, writes: 0 };
    if (isRead === 1) {
      operations.push(['r', chosen.key, null]);
      continue;
    }
    const writes = chosen.writes + 1;
    operations.push([shape.write, chosen.key, writes]);
    const isFull = writes >= shape.maxWritesPerKey;
    active = active.with(place, isFull ? { key: nextKey, writes: 0 } : { ...chosen, writes });
    if (isFull) nextKey += 1;
  }
  return [operations, { ...state, source, active, nextKey }];
}

function drawPlace(
  source: Prng,
  distribution: KeyDistribution,
  count: number,
): readonly [place: number, next: Prng] {
  if (distribution === 'uniform') return drawInt(source, count);
  const weightOf = (place: number): number =>
    distribution === 'exponential' ? 2 ** place : 1 / (place + 1);
  let total = 0;
  for (let place = 0; place < count; place += 1) total += weightOf(place);
  const [unit, next] = drawUnit(source);
  let left = unit * total;
  for (let place = 0; place < count - 1; place += 1) {
    left -= weightOf(place);
    if (left < 0) return [place, next];
  }
  return [count - 1, next];
}

const readsAtOnce = 8;

/**
 * Reads every key that these completions of transactions are about, once: what was written to
 * a key last may have been read by nobody, and then nobody would notice if it is lost.
 */
export function readAllKeys(completions: readonly HistoryEvent[]): Generator {
  const keys = new Map<string, Json>();
  for (const { value } of completions)
    for (const operation of isArray(value) ? value : [])
      if (isArray(operation)) keys.set(canonical(operation[1] ?? null), operation[1] ?? null);
  const reads = [...keys.values()].map((key) => ['r', key, null]);
  const count = Math.ceil(reads.length / readsAtOnce);
  return of(
    ...Array.from({ length: count }, (_, i) => ({
      f: 'txn',
      value: reads.slice(i * readsAtOnce, (i + 1) * readsAtOnce),
      final: true,
    })),
  );
}
