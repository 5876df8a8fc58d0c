import * as fc from 'fast-check';
import { drawInt, prng } from '../../src/base/prng.ts';
import * as gen from '../../src/generator/combinators.ts';
import type { Generator } from '../../src/generator/generator.ts';

/** A generator with the text that made it, so that a counterexample can be read. */
export interface Described {
  readonly text: string;
  readonly generator: Generator;
}

const seeds = fc.integer({ min: 0, max: 1000 });
const counts = fc.integer({ min: 0, max: 6 });
const lengthsNs = fc.integer({ min: 1, max: 400 });

const leaf: fc.Arbitrary<Described> = fc.oneof(
  counts.map((n) => ({
    text: `of×${n}`,
    generator: gen.of(...Array.from({ length: n }, (_, value) => ({ f: 'write', value }))),
  })),
  seeds.map((seed) => ({
    text: `repeatedly(${seed})`,
    generator: gen.repeatedly(prng(seed), (source) => {
      const [value, next] = drawInt(source, 10);
      return [{ f: value < 5 ? 'read' : 'write', value }, next];
    }),
  })),
  lengthsNs.map((ns) => ({ text: `sleep(${ns})`, generator: gen.sleep(ns) })),
  fc.constant({ text: 'log', generator: gen.log('a line') }),
);

type Wrap = (inner: Generator) => Generator;

function wrapped(inner: fc.Arbitrary<Described>): fc.Arbitrary<Described> {
  const named = (name: string, number: fc.Arbitrary<number>, wrap: (n: number) => Wrap) =>
    fc.tuple(number, inner).map(([n, { text, generator }]) => ({
      text: `${name}(${n}, ${text})`,
      generator: wrap(n)(generator),
    }));
  return fc.oneof(
    named('limit', counts, (n) => (g) => gen.limit(n, g)),
    named('repeat', counts, (n) => (g) => gen.repeat(g, n)),
    named('cycle', counts, (n) => (g) => gen.cycle(g, n)),
    named('timeLimit', lengthsNs, (n) => (g) => gen.timeLimit(n, g)),
    named('timeLimitAsked', lengthsNs, (n) => (g) => gen.timeLimit(n, g, 'asked')),
    named('stagger', lengthsNs, (n) => (g) => gen.stagger(prng(n), n, g)),
    named('delay', lengthsNs, (n) => (g) => gen.delay(n, g)),
    named('untilOk', counts, () => (g) => gen.untilOk(g)),
    named('processLimit', counts, (n) => (g) => gen.processLimit(3 * n, g)),
    named('concurrencyLimit', counts, (n) => (g) => gen.concurrencyLimit(n + 1, g)),
    named('synchronize', counts, () => (g) => gen.synchronize(g)),
    named('eachThread', counts, () => (g) => gen.eachThread(g)),
    named('eachProcess', counts, () => (g) => gen.limit(40, gen.eachProcess(g))),
    named('clients', counts, () => (g) => gen.clients(g)),
    named('nemesis', counts, () => (g) => gen.nemesis(g)),
    named('evenThreads', counts, () => (g) => gen.onThreads((t) => Number(t) % 2 === 0, g)),
    named('validate', counts, () => (g) => gen.validate(g)),
    named('filter', counts, () => (g) => gen.filter((op) => op.f !== 'write' || op.value !== 1, g)),
    named(
      'concurrentKeys',
      counts,
      () => (g) => gen.concurrentKeys(2, ['a', 'b', 'c', 'd'], () => gen.limit(5, g)),
    ),
    named(
      'sequentialKeys',
      counts,
      () => (g) => gen.sequentialKeys([0, 1, 2], () => gen.limit(5, g)),
    ),
  );
}

function joined(inner: fc.Arbitrary<Described>): fc.Arbitrary<Described> {
  const named = (name: string, join: (n: number, parts: readonly Generator[]) => Generator) =>
    fc.tuple(seeds, fc.array(inner, { minLength: 2, maxLength: 3 })).map(([n, parts]) => ({
      text: `${name}(${n}, ${parts.map(({ text }) => text).join(', ')})`,
      generator: join(
        n,
        parts.map(({ generator }) => generator),
      ),
    }));
  const [first, second] = [0, 1];
  const at = (parts: readonly Generator[], i: number): Generator => parts[i] ?? gen.of();
  return fc.oneof(
    named('sequence', (_, parts) => gen.sequence(...parts)),
    named('phases', (_, parts) => gen.phases(...parts)),
    named('any', (n, parts) => gen.any(prng(n), ...parts)),
    named('shortestAny', (n, parts) => gen.shortestAny(prng(n), ...parts)),
    named('mix', (n, parts) => gen.mix(prng(n), parts)),
    named('flipFlop', (_, parts) => gen.flipFlop(at(parts, first), at(parts, second))),
    named('clients+nemesis', (_, parts) => gen.clients(at(parts, first), at(parts, second))),
    named('reserve', (_, parts) => gen.reserve([2, at(parts, first)], at(parts, second))),
    named('cycleTimes', (n, parts) =>
      gen.cycleTimes([n + 10, at(parts, first)], [n + 5, at(parts, second)]),
    ),
  );
}

/** Small generators of every kind. Most end; give them a `limit` and a `timeLimit`. */
export const someGenerator: fc.Arbitrary<Described> = fc.letrec<{ any: Described }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'generator' },
    leaf,
    wrapped(tie('any')),
    joined(tie('any')),
  ),
})).any;
