/** How stale reads are, in time and in versions, against the definitions, tried out. */
import { describe, expect, test } from 'vitest';
import { canonical } from '../../src/base/json.ts';
import { nsPerMs } from '../../src/base/units.ts';
import { measuredStaleness, staleness } from '../../src/checker/staleness.ts';
import { anomaliesOf } from '../../src/checker/verdict.ts';
import {
  initialWrite,
  isWrite,
  type RegisterOps,
  registerOps,
  thinAir,
} from '../../src/checker/weak/register-ops.ts';
import type { History } from '../../src/history/history.ts';
import { casRegister } from '../../src/model/register.ts';
import { hasOrder, type OracleCall } from '../support/oracle.ts';
import { randomRegisters } from '../support/random-registers.ts';

const runs = Number(process.env['DSX_RUNS'] ?? 1000);
const firstSeed = Number(process.env['DSX_SEED'] ?? 1);

const limits = { timeoutMs: 10_000, memoryMb: 64, nowMs: () => 0 };

/** The least k such that some order in real time lets each read return one of the k newest. */
function leastVersions(ops: RegisterOps): number {
  let least = Infinity;
  const go = (left: readonly number[], writes: readonly number[], most: number): void => {
    if (most >= least) return;
    if (left.length === 0) {
      least = most;
      return;
    }
    for (const op of left) {
      const early = left.some((other) => (ops.returned[other] ?? 0) < (ops.invoked[op] ?? 0));
      if (early) continue;
      const rest = left.filter((other) => other !== op);
      const source = ops.from[op] ?? isWrite;
      if (source === isWrite) {
        go(rest, [...writes, op], most);
        continue;
      }
      const ofKey = writes.filter((write) => ops.key[write] === ops.key[op]);
      const place = source === initialWrite ? -1 : ofKey.indexOf(source);
      if (source === thinAir || (source >= 0 && place < 0)) continue;
      if (ops.writes[op] === 1) {
        // A cas acts on the newest value.
        if (place === ofKey.length - 1) go(rest, [...writes, op], most);
        continue;
      }
      go(rest, writes, Math.max(most, ofKey.length - place));
    }
  };
  go(
    Array.from({ length: ops.count }, (_, op) => op),
    [],
    1,
  );
  return least;
}

const kinds = [
  ['reads and writes', 0, 0],
  ['cas too', 0.4, 0],
  ['cas that are refused too', 0.4, 0.4],
] as const;

test.each(kinds)(
  'the least k of k-atomicity lies within the bounds, which mostly agree: %s',
  (...kind) => {
    const [, casShare, refusedShare] = kind;
    let [exact, stale] = [0, 0];
    for (let seed = firstSeed; seed < firstSeed + runs; seed += 1) {
      const ops = registerOps(randomRegisters(seed, casShare, refusedShare));
      if ('why' in ops || ops.readCount === 0) continue;
      const { versionsAtLeast, versionsAtMost } = measuredStaleness(ops, limits);
      const least = leastVersions(ops);
      expect(versionsAtLeast, `seed ${seed}`).toBeLessThanOrEqual(least);
      expect(versionsAtMost, `seed ${seed}`).toBeGreaterThanOrEqual(least);
      if (versionsAtLeast === versionsAtMost) exact += 1;
      if (versionsAtLeast > 1) stale += 1;
    }
    expect(stale).toBeGreaterThan(runs / 50);
    expect(exact).toBeGreaterThan(runs / 4);
  },
);

interface Timed extends OracleCall {
  readonly key: string;
  readonly looks: boolean;
}

/** The definition of Δ-atomicity: what only looks may have looked so long before. */
function isExplained(calls: readonly Timed[], back: number): boolean {
  const moved = calls.map((call) => (call.looks ? { ...call, invoke: call.invoke - back } : call));
  return [...new Set(calls.map(({ key }) => key))].every((key) =>
    hasOrder(
      moved.filter((call) => call.key === key),
      casRegister(),
      null,
    ),
  );
}

function callsOf(history: History): Timed[] {
  return [...history.eachOperation()].flatMap((operation): Timed[] => {
    const { f, input, process, invokeNs, outcome } = operation;
    if (outcome === 'fail') return [];
    const isKnown = outcome === 'ok';
    const output = isKnown ? operation.output : undefined;
    return [
      {
        op: { f, input, process, output },
        key: canonical(operation.key ?? null),
        looks: f === 'read' || output === false,
        invoke: invokeNs,
        returned: isKnown ? operation.returnNs : Infinity,
      },
    ];
  });
}

describe.each(kinds)(
  'Δ is the least time that reads must look back: %s',
  (_, casShare, refusedShare) => {
    const draw = (seed: number): History => randomRegisters(seed, casShare, refusedShare);

    test('of all that the history may need', () => {
      const said = { none: 0, some: 0, endless: 0, least: 0 };
      for (let seed = firstSeed; seed < firstSeed + runs; seed += 1) {
        const history = draw(seed);
        const ops = registerOps(history);
        if ('why' in ops) continue;
        const calls = callsOf(history);
        const horizon = history.eventCount + 1;
        let least = 0;
        while (least <= horizon && !isExplained(calls, least)) least += 1;
        const { staleMs = -1, isLeast } = measuredStaleness(ops, limits);
        const found = Math.round(staleMs * nsPerMs);
        const where = `seed ${seed}`;
        if (isLeast) expect(found, where).toBeLessThanOrEqual(least);
        else expect(found, where).toBe(least > horizon ? Infinity : least);
        if (isLeast) said.least += 1;
        else said[least === 0 ? 'none' : least > horizon ? 'endless' : 'some'] += 1;
      }
      expect(Math.min(said.none, said.some), JSON.stringify(said)).toBeGreaterThan(runs / 100);
      // About one in eleven.
      expect(said.least).toBeLessThanOrEqual(refusedShare === 0 ? 0 : runs / 7);
    });

    test('and operations that need more than was promised are shown, and no other verdict is given', () => {
      const said = { true: 0, false: 0, unknown: 0 };
      for (let seed = firstSeed; seed < firstSeed + runs; seed += 1) {
        const history = draw(seed);
        const promised = seed % 7;
        const verdict = staleness({ maxMs: promised / nsPerMs }).check(history, limits);
        if (verdict.valid === 'unknown' && verdict.reason.kind === 'too-few-ok') continue;
        said[`${verdict.valid}`] += 1;
        const calls = callsOf(history);
        const where = `seed ${seed}\n${JSON.stringify(verdict)}`;
        if (verdict.valid !== 'unknown')
          expect(verdict.valid, where).toBe(isExplained(calls, promised));
        for (const { operations, explanation } of anomaliesOf(verdict)) {
          const shown = calls.filter(({ invoke }) => operations.includes(invoke));
          expect(isExplained(shown, promised), where).toBe(false);
          expect(explanation).not.toMatch(/undefined|NaN/);
        }
      }
      expect(Math.min(said.true, said.false), JSON.stringify(said)).toBeGreaterThan(runs / 50);
      expect(said.unknown).toBeLessThanOrEqual(refusedShare === 0 ? 0 : runs / 10);
    });
  },
);
