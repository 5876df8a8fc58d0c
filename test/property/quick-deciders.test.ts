/**
 * The quick deciders against the thorough ones that they stand in for: the same verdict, the
 * same shortest prefix, the same evidence, to the letter.
 */
import { describe, expect, test } from 'vitest';
import { present } from '../../src/base/assert.ts';
import { prng, Random } from '../../src/base/prng.ts';
import type { CheckLimits } from '../../src/checker/checker.ts';
import { linearizable } from '../../src/checker/linearizability/linearizability.ts';
import { partsOf } from '../../src/checker/linearizability/part.ts';
import { polynomialDecider } from '../../src/checker/linearizability/poly/decider.ts';
import { quickDecider } from '../../src/checker/linearizability/poly/quick-decider.ts';
import type { Verdict } from '../../src/checker/verdict.ts';
import { HistoryBuilder } from '../../src/history/builder.ts';
import type { History } from '../../src/history/history.ts';
import { historyText, randomHistory, type Shape } from '../support/poly-histories.ts';
import { type ObjectCase, objectCases } from '../support/poly-objects.ts';

const runs = Number(process.env['DSX_RUNS'] ?? 120);
const firstSeed = Number(process.env['DSX_SEED'] ?? 1);
const limits: CheckLimits = { timeoutMs: 60_000, memoryMb: 500, nowMs: () => 0 };

/** From a few operations to some hundred; the bigger ones have conflicts of all kinds at once. */
function shapeOf(seed: number): Shape {
  return {
    operations: [6, 12, 40, 150][seed % 4] ?? 6,
    processes: 2 + (seed % 7),
    crashRate: [0, 0.05, 0.2][seed % 3] ?? 0,
    failRate: seed % 5 === 0 ? 0.1 : 0,
    damageRate: [0.5, 0.75][seed % 2] ?? 0,
  };
}

/** Some histories at once, each under its own key. */
function amongEachOther(histories: readonly History[], random: Random): History {
  const builder = new HistoryBuilder();
  const queues = histories.map((history) => [...history.eachEvent()]);
  for (;;) {
    const open = queues.flatMap((queue, key) => (queue.length > 0 ? [key] : []));
    const key = open[random.int(open.length)];
    if (key === undefined) return builder.build();
    const event = present(queues[key]?.shift(), 'an event');
    const process = typeof event.process === 'number' ? 1000 * key + event.process : 0;
    builder.add({ ...event, key: `k${key}`, process, time: builder.length });
  }
}

/** Every letter of a text as some letters and a dot: texts of several lengths with one end. */
function dotted(history: History): History {
  const builder = new HistoryBuilder();
  for (const event of history.eachEvent()) {
    const { value } = event;
    const longer = (text: string): string =>
      Array.from(text, (c) => `${c.repeat(1 + ((c.codePointAt(0) ?? 0) % 3))}.`).join('');
    builder.add(typeof value === 'string' ? { ...event, value: longer(value) } : event);
  }
  return builder.build();
}

const nameOf = ({ model, parameter }: ObjectCase): string =>
  parameter === undefined ? model : `${model}:${JSON.stringify(parameter)}`;

const cases = objectCases.filter((object) => {
  const name = nameOf(object);
  const thorough = polynomialDecider(name);
  const isOne = object.model === 'register' || object.model === 'kv';
  return isOne && thorough !== undefined && quickDecider(name, thorough) !== undefined;
});

describe.each(cases.map((each) => ({ ...each })))('$name', (object: ObjectCase) => {
  const { model } = object;
  const name = nameOf(object);
  const thorough = present(polynomialDecider(name), 'the decider');
  const slow = linearizable(name, { deciders: [thorough] });
  const said = { quick: 0, parts: 0, wrong: 0 };

  function judge(history: History): { quick: Verdict; slow: Verdict } {
    // Not one decider for all: what an object leaves behind in its memory must not matter either.
    const decider = present(quickDecider(name, thorough), 'the quick one');
    const quick = linearizable(name, { deciders: [decider, thorough] });
    for (const part of partsOf(history, object.specification)) {
      said.parts += 1;
      const decision = decider(part, object.specification);
      if (decision !== undefined) said.quick += 1;
    }
    return { quick: quick.check(history, limits), slow: slow.check(history, limits) };
  }

  test('one object: the same verdict and the same evidence', () => {
    for (let seed = firstSeed; seed < firstSeed + runs; seed += 1) {
      const drawn = randomHistory(seed, object.simulate, shapeOf(seed));
      const history = model === 'kv' && seed % 2 === 0 ? dotted(drawn) : drawn;
      const verdicts = judge(history);
      if (verdicts.slow.valid === false) said.wrong += 1;
      expect(verdicts.quick, `seed ${seed}\n${historyText(history)}`).toEqual(verdicts.slow);
      if (verdicts.slow.valid !== true) continue;
      // A quick decider that is at a loss would go unnoticed, the thorough one being right.
      const [part] = partsOf(history, object.specification);
      const decider = present(quickDecider(name, thorough), 'the quick one');
      const decision = part === undefined ? undefined : decider(part, object.specification);
      expect(decision?.linearizable, `seed ${seed}\n${historyText(history)}`).toBe(true);
    }
  });

  test('many objects: the same verdicts and the same evidence', () => {
    for (let seed = firstSeed; seed < firstSeed + runs / 4; seed += 1) {
      const random = new Random(prng(seed));
      const drawn = Array.from({ length: 2 + random.int(12) }, (_, key) =>
        randomHistory(100 * seed + key, object.simulate, shapeOf(seed + key)),
      );
      const history = amongEachOther(drawn, random);
      const verdicts = judge(history);
      expect(verdicts.quick, `seed ${seed}\n${historyText(history)}`).toEqual(verdicts.slow);
    }
  });

  test('most were decided quickly, and many were wrong', () => {
    const text = JSON.stringify(said);
    expect(said.wrong, text).toBeGreaterThan(runs * 0.2);
    expect(said.quick, text).toBeGreaterThan(said.parts * (model === 'kv' ? 0.2 : 0.95));
  });
});
