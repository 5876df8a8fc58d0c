/** Committed offsets against a naive judge: what each answer may be, in the words of the definition. */
import { test } from 'vitest';
import type { Json } from '../../src/base/json.ts';
import type { Random } from '../../src/base/prng.ts';
import { kafka } from '../../src/checker/invariant/kafka/kafka.ts';
import {
  type Asked,
  agree,
  type Judged,
  type Plain,
  type SmallPlan,
} from '../support/naive-judges.ts';

const runs = Number(process.env['DSX_RUNS'] ?? 2000);
const keys = ['x', 'y'];

type Offsets = Readonly<Record<string, number>>;

/** A store of commits that keeps the highest or the latest; now and then it is wrong. */
function committing(random: Random): SmallPlan {
  const lie = random.chance(0.4) ? 0 : 0.1;
  const keepsHighest = random.chance(0.5);
  const wordForNone = random.chance(0.3) ? 0 : undefined;
  const store = new Map<string, number>();
  const commit = (offsets: Offsets): void => {
    for (const [key, offset] of Object.entries(offsets))
      if (!random.chance(lie))
        store.set(key, keepsHighest ? Math.max(offset, store.get(key) ?? -1) : offset);
  };
  const listed = (): Json =>
    Object.fromEntries(
      keys.flatMap((key) => {
        const offset = random.chance(lie) ? random.int(5) : (store.get(key) ?? wordForNone);
        return offset === undefined ? [] : [[key, offset]];
      }),
    );
  const poll = (): Asked => {
    const offsets = Object.fromEntries(
      keys.filter(() => random.chance(0.7)).map((key) => [key, random.int(5)]),
    );
    const answer = (): Json => {
      // One that is not answered may come late, or never.
      const isAnswered = !random.chance(0.15);
      if (isAnswered || random.chance(0.5)) commit(offsets);
      return [['poll', {}], isAnswered ? ['commit', offsets] : ['commit', offsets, 'unknown']];
    };
    return { f: 'poll', input: [['poll']], answer };
  };
  const assign = (): Asked => ({
    f: 'assign',
    input: keys,
    answer: () => ({ keys, committed: listed() }),
  });
  // Something to judge besides, and nothing wrong with it.
  const message = (): readonly Asked[] => [
    { f: 'send', input: [['send', 'x', 'm']], answer: () => [['send', 'x', [0, 'm']]] },
    { f: 'poll', input: [['poll']], answer: () => [['poll', { x: [[0, 'm']] }]] },
    { f: 'poll', input: [['poll']], answer: () => [['poll', {}]] },
  ];
  return {
    operations: 8,
    clients: 3,
    info: random.chance(0.2) ? 0.1 : 0,
    fail: 0.06,
    ask: (drawn) => (drawn.chance(0.6) ? poll() : assign()),
    finals: message,
  };
}

interface Committed {
  readonly offset: number;
  readonly begin: number;
  /** Infinity unless it was acknowledged. */
  readonly end: number;
}

function commitsIn(operations: readonly Plain[], key: string): readonly Committed[] {
  return operations.flatMap(({ f, isOk, output, begin, end }) => {
    if (f !== 'poll' || !isOk) return [];
    return (output as readonly (readonly Json[])[]).flatMap(([step, offsets, doubt]) => {
      if (step !== 'commit') return [];
      const offset = (offsets as Offsets)[key];
      return offset === undefined
        ? []
        : [{ offset, begin, end: doubt === undefined ? end : Number.POSITIVE_INFINITY }];
    });
  });
}

/** The answer is what the latest commit, or one of several at once, has left. */
function isLatest(commits: readonly Committed[], told: number, list: Plain): boolean {
  const before = commits.filter(({ end }) => end < list.begin);
  if (told < 0) return before.length === 0;
  return commits.some(
    (each) =>
      each.offset === told &&
      each.begin < list.end &&
      !before.some((other) => each.end < other.begin),
  );
}

/** The answer is the highest of all commits before, or of one at the same time. */
function isHighest(commits: readonly Committed[], told: number, list: Plain): boolean {
  const isMade = told < 0 || commits.some((each) => each.offset === told && each.begin < list.end);
  return isMade && commits.every(({ offset, end }) => end > list.begin || offset <= told);
}

function judged(operations: readonly Plain[]): Judged {
  const types = new Set<string>();
  const isUsed = keys.some((key) => commitsIn(operations, key).length > 0);
  for (const list of operations.filter(({ f, isOk }) => f === 'assign' && isOk)) {
    const isOpen = operations.some(
      ({ f, isOk, failed, begin }) => f === 'poll' && !isOk && !failed && begin < list.end,
    );
    if (isOpen || !isUsed) continue;
    for (const key of keys) {
      const commits = commitsIn(operations, key);
      const told = (list.output as unknown as { committed: Offsets }).committed[key] ?? -1;
      const meanings = told === 0 ? [0, -1] : [told];
      if (meanings.some((each) => isLatest(commits, each, list))) continue;
      if (meanings.some((each) => isHighest(commits, each, list))) continue;
      const isMade = commits.some((each) => each.offset === told && each.begin < list.end);
      types.add(told > 0 && !isMade ? 'phantom-commit' : 'lost-commit');
    }
  }
  const all = keys.flatMap((key) => commitsIn(operations, key));
  const none = all.length > 0 && all.every(({ end }) => end === Number.POSITIVE_INFINITY);
  return { types, open: none };
}

test('committed offsets', () => {
  agree(kafka(), committing, judged, {
    runs,
    types: ['unknown', 'lost-commit', 'phantom-commit'],
    // Where nobody commits at all, offsets may be kept by somebody else: nothing is judged.
    notAlone: ['phantom-commit'],
  });
});
