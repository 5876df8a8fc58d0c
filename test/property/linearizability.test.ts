/**
 * The checker against an oracle that tries every order, on random histories of every model,
 * right and wrong, with crashed, failed and refused operations.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isArray, isObject, type Json } from '../../src/base/json.ts';
import { prng, Random } from '../../src/base/prng.ts';
import type { CheckLimits } from '../../src/checker/checker.ts';
import { type Outcome, solve } from '../../src/checker/linearizability/engine.ts';
import { frontierSearch } from '../../src/checker/linearizability/frontier.ts';
import { linearizable } from '../../src/checker/linearizability/linearizability.ts';
import {
  type Call,
  callsOf,
  never,
  partsOf,
  ungrouped,
  valueGroups,
} from '../../src/checker/linearizability/part.ts';
import { race } from '../../src/checker/linearizability/race.ts';
import { search } from '../../src/checker/linearizability/search.ts';
import {
  cutAt,
  type Effort,
  reachableStates,
  shrink,
  truncateAt,
} from '../../src/checker/linearizability/witness.ts';
import type { History } from '../../src/history/history.ts';
import { illegal, type Model } from '../../src/model/model.ts';
import { checkOperations } from '../../src/porcupine/porcupine.ts';
import { everyModel, modelsWithoutShapes } from '../support/model-shapes.ts';
import { hasOrder, isLinearizable, type OracleCall } from '../support/oracle.ts';
import { randomHistory, type Trouble } from '../support/random-history.ts';

const numRuns = Number(process.env['DSX_RUNS'] ?? 300);
const limits: CheckLimits = { timeoutMs: 60_000, memoryMb: 500, nowMs: () => 0 };
const troubles: readonly Trouble[] = [
  { info: 0, fail: 0, lie: 0 },
  { info: 0.2, fail: 0.1, lie: 0.1 },
  { info: 0.4, fail: 0, lie: 0.05 },
  { info: 0, fail: 0.2, lie: 0.3 },
];
const seeds = fc.record({
  seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  count: fc.integer({ min: 1, max: 10 }),
  trouble: fc.constantFrom(...troubles),
});
const effort: Effort = { engine: search, stepsMax: 1e6, outOfTime: () => false };

function toOracle(calls: readonly Call[]): OracleCall[] {
  return calls.map(({ op, invoke, returned }) => ({
    op,
    invoke,
    returned: returned === never ? Infinity : returned,
  }));
}

/** Calls of the only part, where the search itself is looked at; undefined if there are more. */
function onlyCalls(history: History, model: Model<unknown>): readonly Call[] | undefined {
  const parts = partsOf(history, model);
  const [part] = parts;
  return part === undefined || parts.length > 1 ? undefined : callsOf(part, model);
}

test('every model of the library is put to the test', () => {
  expect(modelsWithoutShapes).toEqual([]);
});

describe.each(everyModel)('%s', (specification, model, shapes) => {
  test('the checker says what the oracle says, and both say both', () => {
    const said = { valid: 0, invalid: 0 };
    fc.assert(
      fc.property(seeds, ({ seed, count, trouble }) => {
        const history = randomHistory(model, shapes, seed, count, trouble);
        const verdict = linearizable(specification).check(history, limits);
        const expected = isLinearizable(history, model);
        said[expected ? 'valid' : 'invalid'] += 1;
        const hasOk = [...history.eachOperation()].some(({ outcome }) => outcome === 'ok');
        expect(verdict.valid).toBe(expected ? (hasOk ? true : 'unknown') : false);
        if (verdict.valid !== false) return;
        for (const anomaly of verdict.anomalies) {
          expect(anomaly.operations.length).toBeGreaterThan(0);
          expect([...anomaly.operations]).toEqual(anomaly.operations.toSorted((a, b) => a - b));
          for (const index of anomaly.operations) expect(history.event(index).type).toBe('invoke');
          const witness: Json = anomaly.evidence?.['witness'] ?? null;
          if (!isArray(witness)) throw new Error('no witness');
          for (const shown of witness) {
            if (!isObject(shown)) throw new Error('not an operation');
            expect(anomaly.operations).toContain(shown['invokeIndex']);
            const { label, text } = shown as { label: string; text: string };
            expect(anomaly.explanation).toContain(`${label}  ${text}`);
          }
        }
      }),
      { numRuns },
    );
    // A generator that makes only good histories, or only bad ones, would prove nothing.
    expect(said.valid).toBeGreaterThan(numRuns / 20);
    expect(said.invalid).toBeGreaterThan(numRuns / 20);
  });

  test('each search, the port of porcupine and the oracle agree, call by call', () => {
    fc.assert(
      fc.property(seeds, ({ seed, count, trouble }) => {
        const history = randomHistory(model, shapes, seed, count, trouble);
        const calls = onlyCalls(history, model);
        if (calls === undefined) return;
        const expected = hasOrder(toOracle(calls), model, model.init);
        expect(porcupineSays(calls, model)).toBe(expected ? 'Ok' : 'Illegal');
        for (const engine of [search, frontierSearch, race]) {
          const outcome = solve(engine, { model, calls, start: model.init }, 1e6);
          expect(outcome?.linearizable).toBe(expected);
          if (outcome !== undefined) expectRightEnd(calls, outcome, model);
        }
      }),
      { numRuns },
    );
  });

  test('a witness has no order, and loses that with any value or pure operation', () => {
    fc.assert(
      fc.property(seeds, ({ seed, count, trouble }) => {
        const history = randomHistory(model, shapes, seed, count, trouble);
        const calls = onlyCalls(history, model);
        if (calls === undefined) return;
        const outcome = solve(search, { model, calls, start: model.init }, 1e6);
        if (outcome?.linearizable !== false) return;
        const witness = shrink(model, calls, outcome, effort);
        const isCondemned = (some: readonly Call[]): boolean =>
          witness.starts.every((start) => !hasOrder(toOracle(some), model, start));
        expect(witness.isMinimal).toBe(true);
        expect(isCondemned(witness.calls)).toBe(true);
        for (const call of witness.calls)
          if (model.isPure(call.op))
            expect(isCondemned(witness.calls.filter((other) => other !== call))).toBe(false);
        if (witness.isCut) return;
        const groups = valueGroups(witness.calls, model);
        for (const group of new Set(groups))
          if (group !== ungrouped)
            expect(isCondemned(witness.calls.filter((_, at) => groups?.[at] !== group))).toBe(
              false,
            );
      }),
      { numRuns },
    );
  });

  test('what a witness may leave out never breaks a history that was right', () => {
    fc.assert(
      fc.property(seeds, ({ seed, count, trouble }) => {
        const history = randomHistory(model, shapes, seed, count, { ...trouble, lie: 0 });
        const calls = onlyCalls(history, model);
        if (calls === undefined || !hasOrder(toOracle(calls), model, model.init)) return;
        const random = new Random(prng(seed));
        const groups = valueGroups(calls, model);
        const kept = new Map([...new Set(groups)].map((group) => [group, random.chance(0.5)]));
        kept.set(ungrouped, true);
        const rest = calls.filter(
          (call, at) =>
            (kept.get(groups?.[at] ?? ungrouped) ?? true) &&
            !(model.isPure(call.op) && random.chance(0.3)),
        );
        expect(hasOrder(toOracle(rest), model, model.init)).toBe(true);
      }),
      { numRuns },
    );
  });
});

describe.each(everyModel)('%s', (_, model, shapes) => {
  test('truncating never breaks a history that was right', () => {
    fc.assert(
      fc.property(seeds, fc.nat(30), ({ seed, count, trouble }, end) => {
        const history = randomHistory(model, shapes, seed, count, { ...trouble, lie: 0 });
        const calls = onlyCalls(history, model);
        if (calls === undefined || !hasOrder(toOracle(calls), model, model.init)) return;
        expect(hasOrder(toOracle(truncateAt(model, calls, end)), model, model.init)).toBe(true);
      }),
      { numRuns },
    );
  });

  test('cutting the beginning off never breaks a history that was right', () => {
    fc.assert(
      fc.property(seeds, fc.nat(30), ({ seed, count, trouble }, cut) => {
        const history = randomHistory(model, shapes, seed, count, { ...trouble, lie: 0 });
        const calls = onlyCalls(history, model);
        if (calls === undefined || !hasOrder(toOracle(calls), model, model.init)) return;
        const starts = reachableStates(model, calls);
        if (starts === undefined) return;
        const rest = toOracle(cutAt(model, calls, cut));
        expect(starts.some((start) => hasOrder(rest, model, start))).toBe(true);
      }),
      { numRuns },
    );
  });
});

test('canary: an oracle that ignores time is caught', () => {
  const [specification, model, shapes] = everyModel[0] ?? [];
  if (specification === undefined || model === undefined || shapes === undefined) return;
  let differences = 0;
  for (let seed = 0; seed < 300; seed += 1) {
    const history = randomHistory(model, shapes, seed, 6, { info: 0.1, fail: 0, lie: 0.3 });
    const calls = onlyCalls(history, model) ?? [];
    const timeless = toOracle(calls).map((call) => ({ ...call, invoke: -1 }));
    const verdict = linearizable(specification).check(history, limits);
    if ((verdict.valid !== false) !== hasOrder(timeless, model, model.init)) differences += 1;
  }
  expect(differences).toBeGreaterThan(10);
});

/** Where it stops, it must: the calls up to that return have no order, those before do. */
function expectRightEnd(calls: readonly Call[], outcome: Outcome, model: Model<unknown>): void {
  expectOrder(calls, outcome, model);
  if (outcome.linearizable) return;
  const end = calls[outcome.stuck]?.returned ?? 0;
  const upTo = (event: number): OracleCall[] =>
    toOracle(calls.filter(({ invoke }) => invoke < event)).map((call) =>
      call.returned > event ? { ...call, returned: Infinity } : call,
    );
  expect(hasOrder(upTo(end), model, model.init)).toBe(false);
  expect(hasOrder(upTo(end - 1), model, model.init)).toBe(true);
}

/** The order is legal, respects time, and has all that returned before it stops. */
function expectOrder(calls: readonly Call[], outcome: Outcome, model: Model<unknown>): void {
  let state = model.init;
  const placed = outcome.order.flatMap((index) => calls[index] ?? []);
  for (const [at, call] of placed.entries()) {
    const next = model.step(state, call.op);
    expect(next).not.toBe(illegal);
    if (next !== illegal) state = next;
    for (const later of placed.slice(at + 1)) expect(later.returned).toBeGreaterThan(call.invoke);
  }
  const end = outcome.linearizable ? never : (calls[outcome.stuck]?.returned ?? 0);
  for (const call of calls) if (call.returned < end) expect(placed).toContain(call);
}

function porcupineSays(calls: readonly Call[], model: Model<unknown>): string {
  return checkOperations(
    {
      init: () => model.init,
      step(state: unknown, input: Call['op']) {
        const next = model.step(state, input);
        return next === illegal ? [false, state] : [true, next];
      },
      equal: (a, b) => model.fingerprint(a) === model.fingerprint(b),
    },
    calls.map(({ op, invoke, returned }) =>
      returned === never
        ? { input: op, callNs: invoke }
        : { input: op, callNs: invoke, output: null, returnNs: returned },
    ),
  );
}
