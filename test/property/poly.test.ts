import { describe, expect, test } from 'vitest';
import { prng, Random } from '../../src/base/prng.ts';
import { explainViolation } from '../../src/checker/linearizability/poly/explain.ts';
import { checkPolynomial } from '../../src/checker/linearizability/poly/polynomial.ts';
import type { Violation } from '../../src/checker/linearizability/poly/result.ts';
import { HistoryBuilder } from '../../src/history/builder.ts';
import type { History } from '../../src/history/history.ts';
import { isLinearizable } from '../support/exhaustive.ts';
import { historyText, randomHistory, type Shape } from '../support/poly-histories.ts';
import { type ObjectCase, objectCases } from '../support/poly-objects.ts';

/** Histories per object. DSX_RUNS=400000 takes hours and is meant to. */
const runs = Number(process.env['DSX_RUNS'] ?? 600);
const firstSeed = Number(process.env['DSX_SEED'] ?? 1);

function shapeOf(seed: number, { operations = 9, processes = 4 }: ObjectCase): Shape {
  return {
    operations: 3 + (seed % (operations - 2)),
    processes: 2 + (seed % (processes - 1)),
    crashRate: [0, 0.08, 0.2][seed % 3] ?? 0,
    failRate: seed % 5 === 0 ? 0.1 : 0,
    damageRate: 0.75,
  };
}

function allRows(history: History): Int32Array {
  return Int32Array.from({ length: history.operationCount }, (_, row) => row);
}

const takes = ['dequeue', 'pop', 'poll'];

/**
 * The operations of the evidence, and what may speak against it although it is not part of it:
 * takes of unknown outcome, and what the same processes did last.
 */
function evidenceRows(history: History, { operations }: Violation): number[] {
  const rows = new Set(operations);
  const processes = new Set(operations.map((row) => history.operation(row).process));
  for (const { id, outcome, f, process } of history.eachOperation())
    if (outcome === 'info' && (takes.includes(f) || processes.has(process))) rows.add(id);
  return [...rows].toSorted((a, b) => a - b);
}

describe.each(objectCases.map((each) => ({ ...each })))('$name', (object: ObjectCase) => {
  const tally = { linearizable: 0, violation: 0, 'not-applicable': 0 };
  const draw = (seed: number): History =>
    randomHistory(seed, object.simulate, shapeOf(seed, object));
  const judge = (history: History): ReturnType<typeof checkPolynomial> =>
    checkPolynomial(object.model, history, allRows(history), object.parameter);

  test('the algorithm agrees with trying everything, and its evidence stands alone', () => {
    for (let seed = firstSeed; seed < firstSeed + runs; seed += 1) {
      const history = draw(seed);
      const result = judge(history);
      tally[result.kind] += 1;
      if (result.kind === 'not-applicable') continue;
      const truth = isLinearizable(history, allRows(history), object.specification);
      const where = `seed ${seed}\n${historyText(history)}\n${JSON.stringify(result)}`;
      expect(result.kind, where).toBe(truth ? 'linearizable' : 'violation');
      if (result.kind !== 'violation') continue;
      const text = explainViolation(history, result);
      expect(text, where).not.toMatch(/[{}]|undefined|NaN/u);
      expect(Object.keys(result.explain.roles).length, where).toBeLessThanOrEqual(6);
      expect(result.operations, where).not.toEqual([]);
      if (!result.standalone) continue;
      const evidence = evidenceRows(history, result);
      expect(isLinearizable(history, evidence, object.specification), `evidence of ${where}`).toBe(
        false,
      );
    }
  });

  test('both verdicts were common, and few histories were declined', () => {
    const { linearizable, violation } = tally;
    const share = (count: number): number => count / runs;
    const most = object.declinedMax ?? 0;
    // Four standard deviations: other seeds draw a few more or a few less.
    const slack = (rate: number): number => 4 * Math.sqrt((rate * (1 - rate)) / runs);
    const declined = share(tally['not-applicable']);
    expect(declined, JSON.stringify(tally)).toBeLessThanOrEqual(most + slack(most));
    expect(
      Math.min(linearizable, violation) / (linearizable + violation),
      JSON.stringify(tally),
    ).toBeGreaterThan(0.12 - slack(0.12));
  });
});

/** The same operations in the same order, thinly spread over a history of something else. */
function spread(history: History): { readonly history: History; readonly rows: Int32Array } {
  const builder = new HistoryBuilder();
  const rows: number[] = [];
  let row = 0;
  const noise = (): void => {
    for (const type of ['invoke', 'ok'] as const)
      builder.add({ time: builder.length, process: 900, type, f: 'noise', value: builder.length });
    row += 1;
  };
  for (const event of history.eachEvent()) {
    for (let i = 0; i < 9; i += 1) noise();
    builder.add(event);
    if (event.type !== 'invoke') continue;
    rows.push(row);
    row += 1;
  }
  return { history: builder.build(), rows: Int32Array.from(rows) };
}

test('what else happens in the history changes nothing', () => {
  for (const object of objectCases)
    for (let seed = firstSeed; seed < firstSeed + Math.ceil(runs / 10); seed += 1) {
      const history = randomHistory(seed, object.simulate, shapeOf(seed, object));
      const thin = spread(history);
      const alone = checkPolynomial(object.model, history, allRows(history), object.parameter);
      const among = checkPolynomial(object.model, thin.history, thin.rows, object.parameter);
      const where = `${object.name}, seed ${seed}\n${historyText(history)}`;
      expect(among.kind, where).toBe(alone.kind);
      if (alone.kind !== 'violation' || among.kind !== 'violation') continue;
      expect(among.type, where).toBe(alone.type);
      expect(among.operations, where).toEqual(alone.operations.map((each) => thin.rows[each]));
    }
});

describe('lease', () => {
  interface Drawn {
    readonly fromMs: number;
    readonly toMs: number;
    readonly releasedMs: number;
  }

  /** The definition: some order in which each lease, granted as soon as it can be, is in time. */
  function fits(leases: readonly Drawn[], freeMs: number, ttlMs: number): boolean {
    if (leases.length === 0) return true;
    return leases.some((lease) => {
      const grantedMs = Math.max(lease.fromMs, freeMs);
      if (grantedMs > lease.toMs) return false;
      const endMs = Math.min(grantedMs + ttlMs, Math.max(grantedMs, lease.releasedMs));
      const rest = leases.filter((other) => other !== lease);
      return fits(rest, endMs, ttlMs);
    });
  }

  function drawLeases(random: Random): Drawn[] {
    return Array.from({ length: 2 + random.int(4) }, () => {
      const fromMs = random.int(40);
      const toMs = fromMs + 1 + random.int(12);
      return { fromMs, toMs, releasedMs: random.chance(0.6) ? toMs + random.int(10) : Infinity };
    });
  }

  function recordedLeases(leases: readonly Drawn[]): History {
    const events = leases.flatMap(({ fromMs, toMs, releasedMs }, process) => [
      { process, type: 'invoke', f: 'acquire', timeMs: fromMs } as const,
      { process, type: 'ok', f: 'acquire', timeMs: toMs } as const,
      { process, type: 'invoke', f: 'release', timeMs: releasedMs } as const,
      { process, type: 'ok', f: 'release', timeMs: releasedMs + 0.5 } as const,
    ]);
    const builder = new HistoryBuilder();
    for (const { process, type, f, timeMs } of events.toSorted((a, b) => a.timeMs - b.timeMs))
      if (timeMs !== Infinity) builder.add({ process, type, f, time: timeMs * 1_000_000 });
    return builder.build();
  }

  test('the algorithm agrees with trying every order', () => {
    const tally = { linearizable: 0, violation: 0, 'not-applicable': 0 };
    for (let seed = firstSeed; seed < firstSeed + runs; seed += 1) {
      const random = new Random(prng(seed));
      const leases = drawLeases(random);
      const ttlMs = 5 + random.int(15);
      const history = recordedLeases(leases);
      const result = checkPolynomial('lease', history, allRows(history), ttlMs);
      tally[result.kind] += 1;
      if (result.kind === 'not-applicable') continue;
      const truth = fits(leases, 0, ttlMs);
      expect(result.kind, `seed ${seed}, ${ttlMs} ms\n${historyText(history)}`).toBe(
        truth ? 'linearizable' : 'violation',
      );
    }
    expect(Math.min(tally.linearizable, tally.violation) / runs).toBeGreaterThan(0.12);
    expect(tally['not-applicable']).toBe(0);
  });
});
