import { expect, test } from 'vitest';
import { measuredStaleness } from '../../src/checker/staleness.ts';
import {
  initialWrite,
  isWrite,
  type RegisterOps,
  registerOps,
  thinAir,
} from '../../src/checker/weak/register-ops.ts';
import { randomRegisters } from '../support/random-registers.ts';

const runs = Number(process.env['DSX_RUNS'] ?? 1000);
const firstSeed = Number(process.env['DSX_SEED'] ?? 1);

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

test('the least k of k-atomicity lies within the bounds, which mostly agree', () => {
  let [exact, stale] = [0, 0];
  for (let seed = firstSeed; seed < firstSeed + runs; seed += 1) {
    const ops = registerOps(randomRegisters(seed));
    if ('why' in ops || ops.readCount === 0) continue;
    const { versionsAtLeast, versionsAtMost } = measuredStaleness(ops);
    const least = leastVersions(ops);
    expect(versionsAtLeast, `seed ${seed}`).toBeLessThanOrEqual(least);
    expect(versionsAtMost, `seed ${seed}`).toBeGreaterThanOrEqual(least);
    if (versionsAtLeast === versionsAtMost) exact += 1;
    if (versionsAtLeast > 1) stale += 1;
  }
  expect(stale).toBeGreaterThan(runs / 20);
  expect(exact).toBeGreaterThan(runs / 2);
});
