import { describe, expect, test } from 'vitest';
import { prng, Random } from '../../src/base/prng.ts';
import type { Checker } from '../../src/checker/checker.ts';
import { counterBounds } from '../../src/checker/invariant/counter.ts';
import { lockHolds } from '../../src/checker/invariant/lock.ts';
import { queueSources } from '../../src/checker/invariant/queue.ts';
import { rateLimit } from '../../src/checker/invariant/rate-limit.ts';
import { setByLastRead } from '../../src/checker/invariant/set.ts';
import { setFull } from '../../src/checker/invariant/set-full.ts';
import { totalQueue } from '../../src/checker/invariant/total-queue.ts';
import { HistoryBuilder } from '../../src/history/builder.ts';
import type { History } from '../../src/history/history.ts';
import { modelNamed } from '../../src/model/library.ts';
import { isLinearizable } from '../support/exhaustive.ts';
import { type OpShape, randomHistory } from '../support/random-history.ts';

const runs = Number(process.env['DSX_RUNS'] ?? 300);
const firstSeed = Number(process.env['DSX_SEED'] ?? 1);
const limits = { timeoutMs: 1000, memoryMb: 64, nowMs: () => 0 };

interface Case {
  readonly name: string;
  readonly model: string;
  readonly shapes: readonly OpShape[];
  readonly checkers: readonly Checker[];
}

const queueShapes: readonly OpShape[] = [
  { f: 'enqueue', inputs: [1, 2, 3, 4], outputs: [null] },
  { f: 'dequeue', inputs: [null], outputs: [1, 2, 3, 4, null] },
];
const lockShapes = (outputs: readonly (boolean | number)[]): readonly OpShape[] => [
  { f: 'acquire', inputs: [null, null, 'ann'], outputs },
  { f: 'release', inputs: [null, null, 'ann'], outputs: [true, true, false] },
];
const cases: readonly Case[] = [
  {
    name: 'counter',
    model: 'counter',
    shapes: [
      { f: 'add', inputs: [1, 2, -1, -3, null], outputs: [null] },
      { f: 'read', inputs: [null], outputs: [-4, -1, 0, 1, 2, 3, 5] },
    ],
    checkers: [counterBounds()],
  },
  {
    name: 'fifo-queue',
    model: 'fifo-queue',
    shapes: queueShapes,
    checkers: [queueSources(), totalQueue({ duplicates: 'fail' })],
  },
  {
    name: 'lock',
    model: 'mutex',
    shapes: lockShapes([true, true, false]),
    checkers: [lockHolds()],
  },
  {
    name: 'fenced lock',
    model: 'fenced-mutex',
    shapes: lockShapes([1, 2, 3, 4, 5]),
    checkers: [lockHolds()],
  },
  {
    name: 'set',
    model: 'set',
    shapes: [
      { f: 'add', inputs: [1, 2, 3, 4], outputs: [null] },
      {
        f: 'read',
        inputs: [null],
        outputs: [[], [1], [2], [1, 2], [2, 3], [1, 2, 3], [1, 2, 3, 4]],
      },
    ],
    checkers: [setByLastRead(), setFull({ linearizable: true, everyFinalRead: true })],
  },
];

describe.each(cases.map((each) => ({ ...each })))('$name', ({ model, shapes, checkers }: Case) => {
  const object = modelNamed(model);

  test('no linearizable history is refused, and some wrong ones are', () => {
    let refused = 0;
    for (let seed = firstSeed; seed < firstSeed + runs; seed += 1) {
      const trouble = { info: 0.15, fail: 0.1, lie: seed % 2 === 0 ? 0 : 0.2 };
      const history = randomHistory(object, shapes, seed, 4 + (seed % 6), trouble);
      const verdicts = checkers.map((checker) => checker.check(history, limits));
      const wrong = verdicts.find((verdict) => verdict.valid === false);
      if (wrong === undefined) continue;
      refused += 1;
      const rows = Array.from({ length: history.operationCount }, (_, row) => row);
      const where = `seed ${seed}\n${JSON.stringify(wrong)}\n${JSON.stringify([...history.eachEvent()])}`;
      expect(isLinearizable(history, rows, object), where).toBe(false);
    }
    expect(refused).toBeGreaterThan(0);
  });
});

/** Requests of random length, refused or let through, of some overlapping clients. */
function requests(random: Random): History {
  const builder = new HistoryBuilder();
  const open = new Set<number>();
  let time = 0;
  const count = 2 + random.int(14);
  for (let i = 0; i < count; i += 1) {
    time += random.int(3) * 1_000_000;
    const process = random.int(4);
    if (open.delete(process))
      builder.add({ time, process, type: 'ok', f: 'request', value: random.chance(0.8) });
    else {
      open.add(process);
      builder.add({ time, process, type: 'invoke', f: 'request', value: null });
    }
  }
  return builder.build();
}

test('the worst window of a rate limit is the one that trying all windows finds', () => {
  const tally = { valid: 0, violated: 0 };
  for (let seed = firstSeed; seed < firstSeed + runs; seed += 1) {
    const random = new Random(prng(seed));
    const history = requests(random);
    const [ratePerSecond, burst] = [100 * (1 + random.int(4)), 1 + random.int(2)];
    const passed = [...history.eachOperation()].filter(
      (operation) => operation.outcome === 'ok' && operation.output !== false,
    );
    let worst = -Infinity;
    for (const first of passed)
      for (const last of passed) {
        if (last.outcome !== 'ok' || last.returnNs < first.invokeNs) continue;
        const inside = passed.filter(
          (operation) =>
            operation.outcome === 'ok' &&
            operation.invokeNs >= first.invokeNs &&
            operation.returnNs <= last.returnNs,
        );
        const allowed = burst + (ratePerSecond * (last.returnNs - first.invokeNs)) / 1e9;
        worst = Math.max(worst, inside.length - allowed);
      }
    const verdict = rateLimit({ ratePerSecond, burst }).check(history, limits);
    if (passed.length === 0) {
      expect(verdict.valid).toBe('unknown');
      continue;
    }
    expect(verdict.details?.['worstExcess'], `seed ${seed}`).toBeCloseTo(worst, 6);
    expect(verdict.valid, `seed ${seed}`).toBe(worst <= 1e-6);
    tally[worst <= 1e-6 ? 'valid' : 'violated'] += 1;
  }
  expect(Math.min(tally.valid, tally.violated)).toBeGreaterThan(0);
});
