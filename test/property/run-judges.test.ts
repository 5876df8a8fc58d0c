/** What is asked of any run, and how verdicts on parts are joined, against naive judges. */
import { describe, expect, test } from 'vitest';
import { canonical } from '../../src/base/json.ts';
import { prng, Random } from '../../src/base/prng.ts';
import { availability } from '../../src/checker/availability.ts';
import { echoes } from '../../src/checker/echo.ts';
import { enough } from '../../src/checker/enough.ts';
import { linearizable } from '../../src/checker/linearizability/linearizability.ts';
import { mergeVerdicts } from '../../src/checker/merge.ts';
import { anomaliesOf, type Verdict, worst } from '../../src/checker/verdict.ts';
import { HistoryBuilder } from '../../src/history/builder.ts';
import type { History } from '../../src/history/history.ts';
import {
  one,
  type Plain,
  plainOperations,
  type SmallPlan,
  shuffled,
  smallHistory,
} from '../support/naive-judges.ts';

const runs = Number(process.env['DSX_RUNS'] ?? 300);
const firstSeed = Number(process.env['DSX_SEED'] ?? 1);
const limits = { timeoutMs: 5_000, memoryMb: 200, nowMs: () => 0 };

function eachSeed(judge: (random: Random, where: string) => void): void {
  for (let seed = firstSeed; seed < firstSeed + runs; seed += 1)
    judge(new Random(prng(seed)), `seed ${seed}`);
}

/** Echoes and pings of this and that, some of them answered with something else. */
function echoing(random: Random): SmallPlan {
  const honesty = random.chance(0.5) ? 1 : 0.8;
  const payload = (): Plain['input'] => one(random, [1, 'one', null, { a: 1, b: [2] }, [1, [2]]]);
  return {
    operations: 1 + random.int(9),
    clients: 1 + random.int(3),
    info: random.unit() / 2,
    fail: random.unit() / 2,
    ask(): ReturnType<SmallPlan['ask']> {
      const input = payload();
      return {
        f: one(random, ['echo', 'ping']),
        input,
        answer: () => (random.chance(honesty) ? input : payload()),
      };
    },
  };
}

describe('availability', () => {
  test('is the share of invocations that ended ok', () => {
    const said = { true: 0, false: 0, unknown: 0 };
    const nothing = availability(0).check(new HistoryBuilder().build(), limits);
    expect(nothing).toMatchObject({ valid: 'unknown', reason: { kind: 'too-few-ok' } });
    eachSeed((random, where) => {
      const history = smallHistory(random, echoing(random));
      const all = plainOperations(history);
      const minimum = one(random, [0, 0.25, 1 / 3, 0.5, 2 / 3, 0.9, 1]);
      const verdict = availability(minimum).check(history, limits);
      said[`${verdict.valid}`] += 1;
      const bad = all.filter(({ isOk }) => !isOk);
      const good = all.length - bad.length;
      const due = good >= minimum * all.length - 1e-9;
      expect(verdict.valid, where).toBe(due);
      const okFraction = good / all.length;
      expect(verdict.details, where).toEqual({ ok: good, count: all.length, okFraction });
      for (const anomaly of anomaliesOf(verdict)) {
        expect(anomaly.operations, where).toEqual([bad[0]?.begin]);
        expect(anomaly.explanation).toContain(`${good} of ${all.length} operations`);
        // The one that is shown is unavailable alone.
        const row = history.operations.invoke.indexOf(anomaly.operations[0] ?? -1);
        expect(availability(minimum).check(history.picked([row]), limits).valid).toBe(false);
      }
    });
    expect(Math.min(said.true, said.false), JSON.stringify(said)).toBeGreaterThan(0);
  });

  test('more is never asked for by less', () => {
    eachSeed((random, where) => {
      const history = smallHistory(random, echoing(random));
      const [less = 0, more = 1] = [random.unit(), random.unit()].toSorted();
      if (availability(more).check(history, limits).valid === true)
        expect(availability(less).check(history, limits).valid, where).toBe(true);
      expect(availability(0).check(history, limits).valid, where).toBe(true);
    });
  });
});

test('enough is that each function succeeded once, and never an accusation', () => {
  eachSeed((random, where) => {
    const history = smallHistory(random, echoing(random));
    const asked = ['echo', 'ping', 'nobody'].filter(() => random.chance(0.4));
    const verdict = enough(asked).check(history, limits);
    const isThere = asked.every((name) =>
      plainOperations(history).some(({ f, isOk }) => f === name && isOk),
    );
    expect(verdict.valid, where).toBe(isThere ? true : 'unknown');
  });
});

test('an echo is wrong exactly if it was answered, with something else', () => {
  let wrongs = 0;
  eachSeed((random, where) => {
    const history = smallHistory(random, echoing(random));
    const wrong = [...history.eachOperation()].filter(
      (operation) =>
        operation.outcome === 'ok' && canonical(operation.input) !== canonical(operation.output),
    );
    const verdict = echoes().check(history, limits);
    wrongs += wrong.length;
    expect(
      anomaliesOf(verdict).map(({ operations }) => operations),
      where,
    ).toEqual(wrong.map(({ invokeIndex }) => [invokeIndex]));
    expect(verdict.valid, where).toBe(wrong.length === 0);
  });
  expect(wrongs).toBeGreaterThan(0);
});

/** Registers, one of them mostly with nothing that succeeded. */
function registers(random: Random): SmallPlan {
  return {
    operations: 2 + random.int(10),
    clients: 1 + random.int(3),
    info: 0.1,
    fail: 0.2,
    ask: () => ({
      f: one(random, ['read', 'write']),
      input: random.int(3),
      key: one(random, ['x', 'y', 'z']),
      answer: (): number => random.int(3),
    }),
  };
}

function byKey(history: History): readonly History[] {
  return [...history.rowsByKey().keys()].map((key) => history.restrictedTo(new Set([key])));
}

test('verdicts on parts are joined to what is said of the whole, in whatever order', () => {
  const said = { true: 0, false: 0, unknown: 0 };
  const checker = linearizable('register:0');
  eachSeed((random, where) => {
    const history = smallHistory(random, registers(random));
    const verdicts = shuffled(random, byKey(history)).map((part) => checker.check(part, limits));
    const whole = checker.check(history, limits);
    const merged = mergeVerdicts(verdicts);
    said[`${whole.valid}`] += 1;
    expect(merged.valid, where).toBe(whole.valid);
    expect(merged.models, where).toEqual(whole.models);
    expect(merged.operationCount, where).toBe(whole.operationCount);
    const shown = (verdict: Verdict): readonly unknown[] =>
      anomaliesOf(verdict)
        .map(({ type, operations }) => [...operations, type].join())
        .toSorted();
    expect(shown(merged), where).toEqual(shown(whole));
    const firsts = anomaliesOf(merged).map(({ operations }) => operations[0] ?? 0);
    expect(firsts, where).toEqual(firsts.toSorted((a, b) => a - b));
  });
  expect(Math.min(said.true, said.false, said.unknown), JSON.stringify(said)).toBeGreaterThan(0);
});

test('false beats unknown beats true', () => {
  expect(worst([])).toBe(true);
  expect(worst([true, 'unknown', true])).toBe('unknown');
  expect(worst(['unknown', false, true])).toBe(false);
});
