/**
 * Polynomial linearizability checking by model name: which algorithm, for which operations.
 *
 * Operations and values are those of the models in `src/model`; `parameter` is what follows the
 * colon of `semaphore:3`. Models without an entry there:
 *
 * | model | op | input | output |
 * |---|---|---|---|
 * | `lease:MS` | `acquire`, `release` | the owner, or null: the process | anything |
 * | `g-set` | `add`, `read` | as `set` | as `set` |
 */
import type { Json } from '../../../base/json.ts';
import type { History } from '../../../history/history.ts';
import { checkAppendList, listCode } from './append-list.ts';
import { cellCode } from './cell.ts';
import { containerCode } from './container.ts';
import { checkCounter } from './counter.ts';
import { checkFencedMutex, checkFencedWrites } from './fenced-mutex.ts';
import { checkFifoQueue } from './fifo-queue.ts';
import { checkGrowOnlySet, growOnlySetCode } from './grow-only-set.ts';
import { lockCode } from './holds.ts';
import { checkKvCell } from './kv-cell.ts';
import { kvCode } from './kv-texts.ts';
import { checkLease } from './lease.ts';
import { checkMultiRegister } from './multi-register.ts';
import { checkMutex } from './mutex.ts';
import { checkOwnerlessMutex } from './ownerless-mutex.ts';
import { checkPriorityQueue } from './priority-queue.ts';
import { checkRegister } from './register.ts';
import { notApplicable, type PolyResult } from './result.ts';
import { checkSemaphore } from './semaphore.ts';
import { checkSet, setCode } from './set.ts';
import { checkStack } from './stack.ts';
import { counterCode } from './sums.ts';
import { type Timeline, timelineOf, type Vocabulary } from './timeline.ts';
import { checkUnorderedQueue } from './unordered-queue.ts';
import { checkVersionedRegister, versionedCode } from './versioned-register.ts';

/** A result, and in one line how it was found. */
export type PolyVerdict = PolyResult & { readonly method: string };

interface Algorithm {
  readonly vocabulary: Vocabulary;
  readonly method: string;
  /** `parameter` is undefined if none was given. */
  readonly check: (timeline: Timeline, parameter: Json | undefined) => PolyResult;
}

const queueWords = { enqueue: containerCode.put, dequeue: containerCode.take };
const registerWords = { read: cellCode.read, write: cellCode.write };

const algorithms: Readonly<Record<string, Algorithm>> = {
  register: {
    vocabulary: registerWords,
    method: 'zones of distinct values (Gibbons and Korach 1997)',
    check: (timeline, initial = null) => checkRegister(timeline, initial),
  },
  'cas-register': {
    vocabulary: cellCode,
    method: 'chains and zones of distinct values (after Gibbons and Korach 1997)',
    check: (timeline, initial = null) => checkRegister(timeline, initial),
  },
  kv: {
    vocabulary: kvCode,
    method: 'chains of distinct texts (after Gibbons and Korach 1997)',
    check: (timeline, initial = '') => checkKvCell(timeline, initial),
  },
  'append-list': {
    vocabulary: listCode,
    method: 'order of elements read off the longest read, one pass over the events',
    check: (timeline) => checkAppendList(timeline),
  },
  'g-set': {
    vocabulary: growOnlySetCode,
    method: 'reads ordered by inclusion, one pass over the events',
    check: (timeline) => checkGrowOnlySet(timeline),
  },
  set: {
    vocabulary: setCode,
    method: 'two states for each element, lazily; full reads ordered by inclusion',
    check: (timeline) => checkSet(timeline),
  },
  'fifo-queue': {
    vocabulary: queueWords,
    method: 'pairs of distinct elements (Gibbons, Bruno and Phillips 1999; Henzinger et al. 2013)',
    check: (timeline) => checkFifoQueue(timeline),
  },
  'unordered-queue': {
    vocabulary: queueWords,
    method: 'each distinct element by itself, and instants without any',
    check: (timeline) => checkUnorderedQueue(timeline),
  },
  stack: {
    vocabulary: { push: containerCode.put, pop: containerCode.take },
    method: 'layers of distinct elements peeled from the bottom (Lee and Mathur 2025)',
    check: (timeline) => checkStack(timeline),
  },
  'priority-queue': {
    vocabulary: { insert: containerCode.put, poll: containerCode.take },
    method: 'an instant for each poll at which nothing goes before it (distinct elements)',
    check: (timeline, first = 'max') =>
      first === 'max' || first === 'min'
        ? checkPriorityQueue(timeline, first)
        : notApplicable('the parameter is max or min'),
  },
  mutex: {
    vocabulary: lockCode,
    method: 'certain holds of owners do not overlap',
    check: (timeline) => checkMutex(timeline, { holdsMax: 1 }),
  },
  'ownerless-mutex': {
    vocabulary: lockCode,
    method: 'two states, lazily',
    check: (timeline) => checkOwnerlessMutex(timeline),
  },
  'reentrant-mutex': {
    vocabulary: lockCode,
    method: 'certain holds of owners do not overlap, counted for each owner',
    check: (timeline, most = null) => {
      if (most === null) return checkMutex(timeline, { holdsMax: Number.POSITIVE_INFINITY });
      const isCount = typeof most === 'number' && most >= 1;
      return isCount
        ? checkMutex(timeline, { holdsMax: most })
        : notApplicable('the parameter is a number of holds');
    },
  },
  'fenced-mutex': {
    vocabulary: lockCode,
    method: 'holds ordered by token, one pass over the events',
    check: (timeline) => checkFencedMutex(timeline),
  },
  'fenced-writes': {
    vocabulary: { write: 1 },
    method: 'accepted writes ordered by token, one pass over the events',
    check: (timeline) => checkFencedWrites(timeline),
  },
  lease: {
    vocabulary: lockCode,
    method: 'certain leases do not overlap, by the clock',
    check: (timeline, ttlMs) =>
      typeof ttlMs === 'number' && ttlMs > 0
        ? checkLease(timeline, ttlMs)
        : notApplicable('the parameter is the time to live in milliseconds'),
  },
  semaphore: {
    vocabulary: lockCode,
    method: 'permits certainly held at each time',
    check: (timeline, permits) =>
      typeof permits === 'number' && Number.isInteger(permits) && permits >= 1
        ? checkSemaphore(timeline, permits)
        : notApplicable('the parameter is a number of permits'),
  },
  counter: {
    vocabulary: {
      add: counterCode.add,
      'add-and-get': counterCode.addAndGet,
      read: counterCode.read,
    },
    method: 'equal additions done lazily, the first to return first',
    check: (timeline, initial = 0) => checkCounter(timeline, initial),
  },
  'fetch-and-increment': {
    vocabulary: {
      'fetch-and-increment': counterCode.fetchAndIncrement,
      read: counterCode.read,
    },
    method: 'numbers handed out lazily, each by the operation that was given it',
    check: (timeline, initial = 0) => checkCounter(timeline, initial),
  },
  'versioned-register': {
    vocabulary: versionedCode,
    method: 'writes and reads ordered by version, one pass over the events',
    check: (timeline) => checkVersionedRegister(timeline),
  },
};

/** In one line how the algorithm for that model decides; undefined if there is none. */
export function methodOf(model: string): string | undefined {
  return Object.hasOwn(algorithms, model) ? algorithms[model]?.method : undefined;
}

/** Models that there is a polynomial algorithm for. */
export const polynomialModels: readonly string[] = [...Object.keys(algorithms), 'multi-register'];

/**
 * Judges the operations on one object. `rows`: rows of `history.operations`, of one key.
 * `parameter`: the model's, as in `cas-register:0`; undefined if none was given.
 */
export function checkPolynomial(
  model: string,
  history: History,
  rows: Int32Array,
  parameter?: Json,
): PolyVerdict {
  if (model === 'multi-register') {
    const result = checkMultiRegister(history, rows, registerWords, parameter ?? null);
    return { ...result, method: 'zones of distinct values for each key (Gibbons and Korach 1997)' };
  }
  const algorithm = Object.hasOwn(algorithms, model) ? algorithms[model] : undefined;
  if (algorithm === undefined) {
    const why = `there is no polynomial algorithm for the model "${model}"`;
    return { ...notApplicable(why), method: 'none' };
  }
  const timeline = timelineOf(history, rows, algorithm.vocabulary);
  const result = 'why' in timeline ? timeline : algorithm.check(timeline, parameter);
  return { ...result, method: algorithm.method };
}
