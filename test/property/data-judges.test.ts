/** Invariants of sets, queues, counters and readers against naive judges. */
import { describe, test } from 'vitest';
import type { Json, JsonObject } from '../../src/base/json.ts';
import type { Random } from '../../src/base/prng.ts';
import type { Checker } from '../../src/checker/checker.ts';
import { causalReverse } from '../../src/checker/invariant/causal-reverse.ts';
import { counterBounds } from '../../src/checker/invariant/counter.ts';
import { finalCounter } from '../../src/checker/invariant/final-counter.ts';
import { longFork } from '../../src/checker/invariant/long-fork.ts';
import { monotonic } from '../../src/checker/invariant/monotonic.ts';
import { queueSources } from '../../src/checker/invariant/queue.ts';
import { setByLastRead } from '../../src/checker/invariant/set.ts';
import { setFull } from '../../src/checker/invariant/set-full.ts';
import { totalQueue } from '../../src/checker/invariant/total-queue.ts';
import type { Verdict } from '../../src/checker/verdict.ts';
import { convergence, strongConvergence } from '../../src/checker/weak/convergence.ts';
import {
  type Asked,
  agree,
  type Judged,
  one,
  type Plain,
  type SmallPlan,
} from '../support/naive-judges.ts';

const runs = Number(process.env['DSX_RUNS'] ?? 250);

/** Elements 0, 1, 2, … each added once, and reads of some of them. */
function adding(random: Random, add: string): SmallPlan {
  const luck = 0.5 + random.unit() / 2;
  const read = (): Asked => ({
    f: 'read',
    input: null,
    answer: (before) => {
      const added = before.filter(({ f }) => f === add).map(({ input }) => input);
      const shown = added.filter(() => random.chance(luck));
      return random.chance(0.1) ? [...shown, one(random, [...added, 8])] : shown;
    },
  });
  return {
    operations: 8,
    clients: 3,
    ask: (drawn, place) =>
      drawn.chance(0.5) ? { f: add, input: place, answer: () => null } : read(),
    finals: (drawn) => Array.from({ length: drawn.int(3) }, read),
  };
}

function readsOf(
  operations: readonly Plain[],
): readonly (Plain & { readonly shown: readonly Json[] })[] {
  return operations
    .filter(({ f, isOk, output }) => f === 'read' && isOk && Array.isArray(output))
    .map((each) => ({ ...each, shown: each.output as readonly Json[] }));
}

/** What a read shows twice, and what nobody had begun to add before it ended. */
function oddities(shown: readonly Json[], end: number, adds: readonly Plain[]): readonly string[] {
  const doubled = shown.some((element, i) => shown.indexOf(element) < i);
  const invented = shown.some(
    (element) => !adds.some((add) => add.input === element && !add.failed && add.begin < end),
  );
  return [...(doubled ? ['duplicate-element'] : []), ...(invented ? ['phantom'] : [])];
}

function byLastRead(operations: readonly Plain[]): Judged {
  const adds = operations.filter(({ f }) => f === 'add');
  const last = readsOf(operations)
    .toSorted((a, b) => a.end - b.end)
    .at(-1);
  if (last === undefined) return { types: new Set(), open: true };
  const types = new Set(oddities(last.shown, last.end, adds));
  if (adds.some(({ input, end }) => end < last.begin && !last.shown.includes(input)))
    types.add('lost');
  return { types, open: adds.length === 0 && last.shown.length === 0 };
}

/** By the life of each element: known, seen last, missed last (by the invocations of reads). */
function byLives(operations: readonly Plain[], linearizable: boolean, everyFinal: boolean): Judged {
  const adds = operations.filter(({ f }) => f === 'add');
  const reads = readsOf(operations);
  const types = new Set(reads.flatMap(({ shown, end }) => oddities(shown, end, adds)));
  let settled = 0;
  for (const { input, end } of adds) {
    const showing = reads.filter(({ shown }) => shown.includes(input));
    const missing = reads.filter(({ shown }) => !shown.includes(input));
    const known = Math.min(end, ...showing.map((read) => read.end));
    const present = Math.max(-1, ...showing.map(({ begin }) => begin));
    const absent = Math.max(-1, ...missing.map(({ begin }) => begin));
    if (present > absent) settled += 1;
    if (present > absent && absent > known && linearizable) types.add('stale');
    const isMissedAtEnd = missing.some(({ final, begin }) => final && end < begin);
    // Of an element that a final read lacks nothing more is said.
    if (everyFinal && isMissedAtEnd) types.add('lost-element');
    else if (absent > present && absent > known) types.add('lost');
  }
  return { types, open: settled === 0 };
}

/** Where a write is seen, all that returned before it began are seen. */
function inOrder(operations: readonly Plain[]): Judged {
  const writes = operations.filter(({ f, failed }) => f === 'write' && !failed);
  const reads = readsOf(operations);
  const bad = reads.filter(({ shown }) =>
    writes.some(
      (later) =>
        shown.includes(later.input) &&
        writes.some((first) => first.end < later.begin && !shown.includes(first.input)),
    ),
  ).length;
  const types = new Set(bad > 0 ? ['lost-write'] : []);
  return { types, open: reads.length === 0 || !writes.some(({ isOk }) => isOk), count: bad };
}

describe('sets', () => {
  const plan = (random: Random): SmallPlan => adding(random, 'add');

  test('by the last read', () => {
    const types = ['unknown', 'duplicate-element', 'phantom', 'lost'];
    agree(setByLastRead(), plan, byLastRead, { runs, types });
  });

  test.each([
    [false, false],
    [true, false],
    [true, true],
  ])(
    'by the life of each element, linearizable: %s, every final read: %s',
    (linearizable, every) => {
      const types = [
        'unknown',
        'duplicate-element',
        'phantom',
        'lost',
        ...(linearizable ? ['stale'] : []),
      ];
      agree(
        setFull({ linearizable, everyFinalRead: every }),
        plan,
        (operations) => byLives(operations, linearizable, every),
        { runs, types: [...types, ...(every ? ['lost-element'] : [])] },
      );
    },
  );

  test('causal reverse', () => {
    agree(causalReverse(), (random) => adding(random, 'write'), inOrder, {
      runs,
      types: ['unknown', 'lost-write'],
    });
  });
});

/** Elements that may be put in more than once, and taken out again or not. */
function queueing(random: Random): SmallPlan {
  const luck = random.unit();
  const take = (before: readonly Asked[]): Json => {
    const added = before.filter(({ f }) => f === 'enqueue').map(({ input }) => input);
    return random.chance(luck) ? one(random, [...added, 7]) : null;
  };
  return {
    operations: 8,
    clients: 3,
    ask: (drawn, place) => {
      if (drawn.chance(0.5))
        return { f: 'enqueue', input: drawn.chance(0.8) ? place : 0, answer: () => null };
      return { f: 'dequeue', input: null, answer: take };
    },
    finals: (drawn) =>
      drawn.chance(0.5) ? [{ f: 'dequeue', input: null, answer: () => null }] : [],
  };
}

/** The same, whatever it calls an anomaly. */
function renamed(checker: Checker): Checker {
  return {
    ...checker,
    check: (...given): Verdict => {
      const verdict = checker.check(...given);
      if (verdict.valid !== false) return verdict;
      const [first] = verdict.anomalies;
      return { ...verdict, anomalies: [{ ...first, type: 'odd' }] };
    },
  };
}

const countOf = (items: readonly Json[], item: Json): number =>
  items.filter((each) => each === item).length;

function totals(operations: readonly Plain[], failsTwice: boolean): Judged {
  const enqueues = operations.filter(({ f }) => f === 'enqueue');
  const dequeues = operations.filter(({ f }) => f === 'dequeue');
  const out = dequeues.filter(({ isOk, output }) => isOk && output !== null);
  const empties = dequeues.filter(({ isOk, output }) => isOk && output === null);
  const emptyAt = Math.max(-1, ...empties.map(({ begin }) => begin));
  const crashed = dequeues.filter(({ isOk, failed }) => !isOk && !failed).length;
  const values = new Set([
    ...enqueues.map(({ input }) => input),
    ...out.map(({ output }) => output),
  ]);
  const types = new Set<string>();
  let [lost, left] = [0, 0];
  for (const value of values) {
    const into = enqueues.filter(({ input, failed }) => input === value && !failed);
    const acknowledged = into.filter(({ isOk }) => isOk).length;
    const settled = into.filter(({ end }) => end < emptyAt).length;
    const times = countOf(
      out.map(({ output }) => output),
      value,
    );
    if (into.length === 0) {
      if (times > 0) types.add('unexpected');
      continue;
    }
    if (times > into.length && failsTwice) types.add('duplicate');
    const missing = Math.max(0, settled - times);
    lost += missing;
    left += Math.max(0, acknowledged - times - missing);
  }
  if (lost > crashed) types.add('lost');
  const acknowledged = enqueues.some(({ isOk }) => isOk);
  return { types, open: !acknowledged || lost > 0 || left > 0 || out.length === 0 };
}

/** What came out had gone in, as often as it came out, and had begun to before that. */
function sources(operations: readonly Plain[]): Judged {
  const out = operations.filter(
    ({ f, isOk, output }) => f === 'dequeue' && isOk && output !== null,
  );
  const types = new Set<string>();
  for (const { output, end } of out) {
    const into = operations.filter(
      ({ f, input, failed }) => f === 'enqueue' && input === output && !failed,
    );
    const before = into.filter(({ begin }) => begin < end).length;
    const times = out.filter((other) => other.output === output && other.end <= end).length;
    if (times > before) types.add('odd');
  }
  return { types, open: out.length === 0 };
}

describe('queues', () => {
  test.each(['allow', 'fail'] as const)('total, duplicates: %s', (duplicates) => {
    const types = [
      'unknown',
      'lost',
      'unexpected',
      ...(duplicates === 'fail' ? ['duplicate'] : []),
    ];
    agree(
      totalQueue({ duplicates }),
      queueing,
      (operations) => totals(operations, duplicates === 'fail'),
      { runs, types },
    );
  });

  test('where elements come from', () => {
    agree(renamed(queueSources()), queueing, sources, { runs, types: ['unknown', 'odd'] });
  });
});

function counting(random: Random): SmallPlan {
  const luck = random.unit();
  const read = (): Asked => ({
    f: 'read',
    input: null,
    answer: (before) => {
      const amounts = before.filter(({ f }) => f === 'add').map(({ input }) => Number(input ?? 1));
      const sum = amounts.reduce((total, amount) => total + amount, 0);
      return random.chance(luck) ? sum : random.int(9) - 3;
    },
  });
  return {
    operations: 7,
    clients: 3,
    ask: (drawn) =>
      drawn.chance(0.5)
        ? { f: 'add', input: one<Json>(drawn, [1, 2, 4, -1, -3, null]), answer: () => null }
        : read(),
    finals: (drawn) => Array.from({ length: drawn.int(3) }, read),
  };
}

/** All sums of some of the numbers. */
function sumsOf(amounts: readonly number[]): readonly number[] {
  return amounts.reduce<readonly number[]>(
    (sums, amount) => [...sums, ...sums.map((sum) => sum + amount)],
    [0],
  );
}

function bounded(operations: readonly Plain[], exact: boolean): Judged {
  const adds = operations.filter(({ f, failed }) => f === 'add' && !failed);
  const reads = operations.filter(
    ({ f, isOk, final }) => f === 'read' && isOk && (final || !exact),
  );
  const bad = reads.filter(({ begin, end, output }) => {
    const amounts = (some: readonly Plain[]): readonly number[] =>
      some.map(({ input }) => Number(input ?? 1));
    const certain = amounts(adds.filter((add) => add.end < begin));
    const possible = amounts(adds.filter((add) => add.end > begin && add.begin < end));
    const base = certain.reduce((total, amount) => total + amount, 0);
    const sums = sumsOf(possible).map((sum) => base + sum);
    const value = Number(output);
    return exact ? !sums.includes(value) : value < Math.min(...sums) || value > Math.max(...sums);
  });
  return {
    types: new Set(bad.length > 0 ? ['odd'] : []),
    open: reads.length === 0,
    count: bad.length,
  };
}

describe('readers', () => {
  test.each(['process', 'realtime'] as const)('what grows, by %s', (scope) => {
    const luck = (random: Random): SmallPlan => {
      const chance = random.unit();
      const answer = (before: readonly Asked[]): Json =>
        random.chance(chance) ? before.length : random.int(6);
      return { operations: 7, clients: 3, ask: () => ({ f: 'read', input: null, answer }) };
    };
    agree(
      monotonic({ scope }),
      luck,
      (operations) => {
        const reads = operations.filter(({ isOk }) => isOk);
        const isEarlier = (a: Plain, b: Plain): boolean =>
          a.end < b.begin && (scope === 'realtime' || a.process === b.process);
        const fallen = reads.filter((late) =>
          reads.some(
            (early) => isEarlier(early, late) && Number(early.output) > Number(late.output),
          ),
        ).length;
        const open = !reads.some((late) => reads.some((early) => isEarlier(early, late)));
        return { types: new Set(fallen > 0 ? ['non-monotonic-read'] : []), open, count: fallen };
      },
      { runs, types: ['unknown', 'non-monotonic-read'] },
    );
  });

  test('forks', () => {
    const keys = ['x', 'y', 'z'];
    const plan = (random: Random): SmallPlan => {
      const asTwice = random.chance(0.1);
      const left = [...keys];
      return {
        operations: 8,
        clients: 3,
        ask: (drawn) => {
          const key = drawn.chance(0.3) ? (asTwice ? 'x' : left.shift()) : undefined;
          if (key !== undefined)
            return { f: 'txn', input: [['w', key, 1]], answer: () => [['w', key, 1]] };
          const group = drawn.chance(0.7) ? keys : one(drawn, [['x', 'y'], ['y', 'z'], ['x']]);
          const asked = drawn.chance(0.5) ? group : group.toReversed();
          return {
            f: 'txn',
            input: asked.map((each) => ['r', each, null]),
            answer: (before) =>
              asked.map((each) => {
                const isWritten = before.some(({ input }) =>
                  JSON.stringify(input).includes(`"w","${each}"`),
                );
                return ['r', each, isWritten && drawn.chance(0.7) ? 1 : null];
              }),
          };
        },
      };
    };
    agree(longFork(), plan, forked, { runs, types: ['unknown', 'long-fork'] });
  });
});

type Micro = readonly [f: string, key: string, value: Json];

function forked(operations: readonly Plain[]): Judged {
  const written = operations
    .filter(({ failed }) => !failed)
    .flatMap(({ input }) => (input as readonly Micro[]).filter(([f]) => f === 'w'))
    .map(([, key]) => key);
  if (written.some((key, i) => written.indexOf(key) < i)) return { types: new Set(), open: true };
  const reads = operations
    .filter(({ isOk }) => isOk)
    .map(
      ({ output }) =>
        new Map(
          (output as readonly Micro[]).flatMap(([f, key, value]) =>
            f === 'r' ? [[key, value !== null]] : [],
          ),
        ),
    )
    .filter((seen) => seen.size > 1);
  const same = (a: ReadonlyMap<string, boolean>, b: ReadonlyMap<string, boolean>): boolean =>
    [...a.keys()].toSorted().join('') === [...b.keys()].toSorted().join('');
  const isFork = reads.some((a) =>
    reads.some(
      (b) =>
        same(a, b) &&
        [...a].some(([x, seen]) => seen && b.get(x) === false) &&
        [...b].some(([y, seen]) => seen && a.get(y) === false),
    ),
  );
  return { types: new Set(isFork ? ['long-fork'] : []), open: reads.length === 0 };
}

describe('counters', () => {
  test('within bounds', () => {
    agree(renamed(counterBounds()), counting, (operations) => bounded(operations, false), {
      runs,
      types: ['unknown', 'odd'],
      // The sum of all adds is what it contradicts.
      notAlone: ['odd'],
    });
  });

  test('final reads', () => {
    agree(renamed(finalCounter()), counting, (operations) => bounded(operations, true), {
      runs,
      types: ['unknown', 'odd'],
      // The sum of all adds is what it contradicts.
      notAlone: ['odd'],
    });
  });
});

describe('replicas', () => {
  test('who delivered the same answers the same', () => {
    const plan = (random: Random): SmallPlan => {
      const luck = 0.6 + 0.4 * random.unit();
      const answer = (): Json => {
        const delivered = ['a', 'b', 'c'].filter(() => random.chance(0.6));
        const state = random.chance(luck) ? delivered.length : 9;
        return random.chance(0.05)
          ? { state }
          : { delivered: random.chance(0.5) ? delivered : delivered.toReversed(), state };
      };
      return { operations: 7, clients: 3, ask: () => ({ f: 'read', input: null, answer }) };
    };
    agree(
      strongConvergence(),
      plan,
      (operations) => {
        const told = operations.flatMap(({ output }) => {
          const { delivered, state } = (output ?? {}) as JsonObject;
          return Array.isArray(delivered) ? [{ name: delivered.toSorted().join(), state }] : [];
        });
        const groups = [...new Set(told.map(({ name }) => name))].map((name) =>
          told.filter((each) => each.name === name),
        );
        const compared = groups.filter((group) => group.length > 1);
        const bad = compared.flatMap((group) =>
          group.filter(({ state }) => state !== group[0]?.state),
        );
        const types = new Set(bad.length > 0 ? ['divergence'] : []);
        return { types, open: compared.length === 0, count: bad.length };
      },
      { runs, types: ['unknown', 'divergence'] },
    );
  });

  test('after the last update all answer the same', () => {
    const plan = (random: Random): SmallPlan => {
      const luck = random.unit();
      const read = (): Asked => ({
        f: 'read',
        input: null,
        answer: () => (random.chance(luck) ? [1, 2] : one<Json>(random, [[2, 1], [1], null])),
      });
      return {
        operations: 4,
        clients: 3,
        ask: (drawn) =>
          drawn.chance(0.5)
            ? { f: one(drawn, ['write', 'add', 'cas']), input: 1, answer: () => null }
            : read(),
        finals: (drawn) => Array.from({ length: drawn.int(4) }, read),
      };
    };
    for (const unordered of [false, true])
      agree(
        convergence({ unordered }),
        plan,
        (operations) => {
          const updates = operations.filter(({ f, failed }) => f !== 'read' && !failed);
          const isOpen = updates.some(({ isOk }) => !isOk);
          const answers = operations
            .filter(({ f, isOk, final }) => f === 'read' && isOk && final)
            .map(({ output }) =>
              JSON.stringify(unordered && Array.isArray(output) ? output.toSorted() : output),
            );
          const differ = new Set(answers).size > 1;
          const types = new Set(differ && !isOpen ? ['divergence'] : []);
          return { types, open: answers.length < 2 || differ };
        },
        { runs, types: ['unknown', 'divergence'] },
      );
  });
});
