import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { UsageError } from '../../src/base/errors.ts';
import { drawUnit, prng } from '../../src/base/prng.ts';
import * as gen from '../../src/generator/combinators.ts';
import type { Generator } from '../../src/generator/generator.ts';
import { Roster } from '../../src/generator/roster.ts';
import { type SimulatedOp, type SimulatedReply, simulate } from '../../src/generator/simulate.ts';
import { ThreadFilter } from '../../src/generator/threads.ts';
import type { HistoryEvent } from '../../src/history/event.ts';
import { expectLawful, openOperations } from '../support/history-laws.ts';
import { type Described, someGenerator } from '../support/random-generators.ts';

const numRuns = Number(process.env['DSX_RUNS'] ?? 300);

/** A system that refuses, crashes and is slow by chance, the same for the same seed. */
function moody(seed: number): (op: SimulatedOp) => SimulatedReply {
  let source = prng(seed);
  const unit = (): number => {
    const [value, next] = drawUnit(source);
    source = next;
    return value;
  };
  return ({ value = null }) => {
    const latencyNs = Math.floor(unit() * 60);
    const mood = unit();
    if (mood < 0.6) return { latencyNs, outcome: { type: 'ok', value } };
    if (mood < 0.8) return { latencyNs, outcome: { type: 'fail', error: ['no', ''] } };
    return { latencyNs, outcome: { type: 'info', error: ['perhaps', ''] } };
  };
}

const opsMax = 150;

function simulated(generator: Generator, seed: number): readonly HistoryEvent[] {
  return simulate(gen.timeLimit(20_000, generator, 'asked'), {
    concurrency: 4,
    respond: moody(seed),
    seed,
    opsMax,
  });
}

/** Concurrent keys refuse what is not a multiple of their threads; that is their promise. */
function ifPossible(described: Described, run: () => void): void {
  try {
    run();
  } catch (thrown) {
    if (!(thrown instanceof UsageError)) throw thrown;
    expect(described.text).toContain('concurrentKeys');
  }
}

test('whatever is built from combinators makes a lawful history, and ends', () => {
  fc.assert(
    fc.property(someGenerator, fc.nat(), (described, seed) => {
      ifPossible(described, () => {
        const events = simulated(described.generator, seed);
        expectLawful(events, 4);
        expect(openOperations(events)).toBe(0);
      });
    }),
    { numRuns },
  );
});

test('the same seed gives the same history', () => {
  fc.assert(
    fc.property(someGenerator, fc.nat(), (described, seed) => {
      ifPossible(described, () => {
        expect(simulated(described.generator, seed)).toEqual(simulated(described.generator, seed));
      });
    }),
    { numRuns },
  );
});

test('asking twice gives the same answer: a question changes nothing', () => {
  /** Asks each time twice, and takes the second answer. */
  const twice = (inner: Generator): Generator => ({
    next(context) {
      const first = inner.next(context);
      const second = inner.next(context);
      expect({ ...second, then: undefined }).toEqual({ ...first, then: undefined });
      switch (second.kind) {
        case 'exhausted':
          return second;
        case 'pending':
          return second.then === undefined ? second : { ...second, then: twice(second.then) };
        default:
          return { ...second, then: twice(second.then) };
      }
    },
    update: (context, event) => twice(inner.update(context, event)),
  });
  fc.assert(
    fc.property(someGenerator, fc.nat(), (described, seed) => {
      ifPossible(described, () => {
        expect(simulated(twice(described.generator), seed)).toEqual(
          simulated(described.generator, seed),
        );
      });
    }),
    { numRuns },
  );
});

test('what is exhausted stays exhausted', () => {
  fc.assert(
    fc.property(someGenerator, fc.nat(), (described, seed) => {
      let isOver = false;
      const watched = (inner: Generator): Generator => ({
        next(context) {
          const answer = inner.next(context);
          if (isOver) expect(answer.kind).toBe('exhausted');
          if (answer.kind === 'exhausted') isOver = true;
          if (answer.kind === 'exhausted' || answer.then === undefined) return answer;
          return { ...answer, then: watched(answer.then) };
        },
        update: (context, event) => watched(inner.update(context, event)),
      });
      ifPossible(described, () => {
        simulated(watched(described.generator), seed);
      });
    }),
    { numRuns },
  );
});

test('a limit is never passed', () => {
  fc.assert(
    fc.property(
      someGenerator,
      fc.integer({ min: 0, max: 20 }),
      fc.nat(),
      (described, max, seed) => {
        ifPossible(described, () => {
          const isInvoke = ({ type, process }: HistoryEvent) =>
            type === 'invoke' && process !== 'nemesis';
          const limited = simulated(gen.limit(max, described.generator), seed).filter(isInvoke);
          expect(limited.length).toBeLessThanOrEqual(max);
        });
      },
    ),
    { numRuns },
  );
});

test('no step of a time limit begins after it', () => {
  fc.assert(
    fc.property(
      someGenerator,
      fc.integer({ min: 1, max: 500 }),
      fc.nat(),
      (described, limitNs, seed) => {
        ifPossible(described, () => {
          const events = simulated(gen.timeLimit(limitNs, described.generator, 'asked'), seed);
          for (const { type, time } of events)
            if (type === 'invoke') expect(time).toBeLessThan(limitNs);
        });
      },
    ),
    { numRuns },
  );
});

test('every phase begins when the one before has quite ended', () => {
  const marked = (f: string, inner: Generator) => gen.map((op) => ({ ...op, f }), inner);
  fc.assert(
    fc.property(someGenerator, someGenerator, fc.nat(), (one, two, seed) => {
      const both = { text: one.text + two.text, generator: gen.of() };
      ifPossible(both, () => {
        const phases = gen.phases(
          gen.timeLimit(500, marked('one', one.generator), 'asked'),
          gen.timeLimit(500, marked('two', two.generator), 'asked'),
        );
        const events = simulated(gen.clients(phases), seed);
        const lastOfOne = events.findLastIndex(({ f }) => f === 'one');
        const firstOfTwo = events.findIndex(({ f }) => f === 'two');
        if (firstOfTwo >= 0) expect(lastOfOne).toBeLessThan(firstOfTwo);
      });
    }),
    { numRuns },
  );
});

test('concurrent keys: no operation is lost, each key stays with one group', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 0, max: 8 }),
      fc.integer({ min: 0, max: 9 }),
      fc.nat(),
      (perKey, groups, keyCount, opsPerKey, seed) => {
        const keys = Array.from({ length: keyCount }, (_, key) => key);
        const schedule = gen.concurrentKeys(perKey, keys, () =>
          gen.of(...Array.from({ length: opsPerKey }, (_, value) => ({ f: 'x', value }))),
        );
        const concurrency = perKey * groups;
        const events = simulate(schedule, { concurrency, respond: moody(seed), seed });
        expectLawful(events, concurrency);
        for (const key of keys) {
          const invoked = events.filter((event) => event.key === key && event.type === 'invoke');
          expect(invoked.map(({ value }) => value)).toEqual(
            Array.from({ length: opsPerKey }, (_, value) => value),
          );
          const used = new Set(
            invoked.map(({ process }) => Math.floor((Number(process) % concurrency) / perKey)),
          );
          expect(used.size).toBeLessThanOrEqual(1);
        }
        expect(events).toHaveLength(2 * keyCount * opsPerKey);
      },
    ),
    { numRuns },
  );
});

test('a narrow context shows what filtering shows, after any changes', () => {
  const change = fc.record({ thread: fc.integer({ min: 0, max: 5 }), renumber: fc.boolean() });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 40 }), fc.nat(), (changes, seed) => {
      const roster = new Roster(6, { nemesis: true, chance: prng(seed) });
      const isOdd = (thread: number | 'nemesis') => Number(thread) % 2 === 1;
      const filter = new ThreadFilter(isOdd);
      const inner = new ThreadFilter((thread) => thread !== 3);
      for (const { thread, renumber } of changes) {
        if (roster.isFree(thread)) roster.begin(thread);
        else {
          roster.end(thread);
          if (renumber) roster.renumber(thread);
        }
        const whole = roster.context(1);
        const narrow = filter.narrow(whole);
        const narrower = inner.narrow(narrow);
        expect(narrow.freeThreads).toEqual(whole.freeThreads.filter(isOdd));
        expect(narrower.freeThreads.toSorted()).toEqual([1, 5].filter((odd) => roster.isFree(odd)));
        expect(narrower.threads).toEqual([1, 5]);
        expect(new Set(whole.freeThreads).size).toBe(whole.freeThreads.length);
        expect(whole.threadOf(whole.processOf(thread))).toBe(thread);
      }
    }),
    { numRuns },
  );
});
