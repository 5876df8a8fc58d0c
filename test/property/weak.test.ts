import { describe, expect, test } from 'vitest';
import { canonical } from '../../src/base/json.ts';
import { weakerThan } from '../../src/checker/weak/lattice.ts';
import {
  strongestAndWeakest,
  type WeakModelName,
  weakModel,
  weakModelNames,
} from '../../src/checker/weak/weak.ts';
import type { History } from '../../src/history/history.ts';
import { register } from '../../src/model/register.ts';
import { isLinearizable } from '../support/oracle.ts';
import { randomRegisters } from '../support/random-registers.ts';

const runs = Number(process.env['DSX_RUNS'] ?? 1500);
const firstSeed = Number(process.env['DSX_SEED'] ?? 1);
const limits = { timeoutMs: 10_000, memoryMb: 64, nowMs: () => 0 };

interface Op {
  readonly id: number;
  readonly process: number;
  readonly isWrite: boolean;
  readonly key: string;
  readonly value: string;
  readonly optional: boolean;
  readonly invoked: number;
  readonly returned: number;
}

function opsOf(history: History): Op[] {
  return [...history.eachOperation()].flatMap((operation) => {
    const isWrite = operation.f === 'write';
    if (operation.outcome === 'fail' || (operation.outcome === 'info' && !isWrite)) return [];
    const value = isWrite ? operation.input : operation.outcome === 'ok' ? operation.output : null;
    return [
      {
        id: operation.id,
        process: operation.process,
        isWrite,
        key: canonical(operation.key ?? null),
        value: canonical(value),
        optional: operation.outcome === 'info',
        invoked: operation.invokeIndex,
        returned: operation.outcome === 'ok' ? operation.returnIndex : Infinity,
      },
    ];
  });
}

type Before = (a: Op, b: Op) => boolean;

/** Whether some order of the ops that respects `before` explains the reads that `explains`. */
function hasOrder(ops: readonly Op[], before: Before, explains: (read: Op) => boolean): boolean {
  const dead = new Set<string>();
  const go = (left: readonly Op[], state: ReadonlyMap<string, string>): boolean => {
    if (left.every(({ optional }) => optional)) return true;
    const name = `${left.map(({ id }) => id).join()} ${JSON.stringify([...state].toSorted())}`;
    if (dead.has(name)) return false;
    for (const op of left) {
      if (left.some((other) => other !== op && before(other, op))) continue;
      if (!op.isWrite && explains(op) && (state.get(op.key) ?? 'null') !== op.value) continue;
      const after = op.isWrite ? new Map([...state, [op.key, op.value]]) : state;
      if (
        go(
          left.filter((other) => other !== op),
          after,
        )
      )
        return true;
    }
    dead.add(name);
    return false;
  };
  return go(ops, new Map());
}

const sameProcess: Before = (a, b) => a.process === b.process && a.id < b.id;

/** The causal order as a closure; undefined if it has a circle or a read reads from nowhere. */
function causalOrder(ops: readonly Op[]): Before | undefined {
  const reach = new Set<string>();
  const add = (a: Op, b: Op): void => {
    reach.add(`${a.id} ${b.id}`);
  };
  for (const a of ops)
    for (const b of ops) {
      if (sameProcess(a, b)) add(a, b);
      if (a.isWrite && !b.isWrite && a.key === b.key && a.value === b.value) add(a, b);
    }
  for (const k of ops)
    for (const a of ops)
      for (const b of ops)
        if (reach.has(`${a.id} ${k.id}`) && reach.has(`${k.id} ${b.id}`)) add(a, b);
  if (ops.some((op) => reach.has(`${op.id} ${op.id}`))) return undefined;
  return (a, b) => reach.has(`${a.id} ${b.id}`);
}

function withoutUnread(ops: readonly Op[]): Op[] {
  return ops.filter(
    (op) => !op.optional || ops.some((r) => !r.isWrite && r.key === op.key && r.value === op.value),
  );
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, i) =>
    permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]),
  );
}

/** Definitions, tried out. */
const definitions: Partial<Record<WeakModelName, (history: History) => boolean>> = {
  linearizable: (history) => isLinearizable(history, register()),
  sequential: (history) => hasOrder(opsOf(history), sameProcess, () => true),
  coherent: (history) => {
    const ops = opsOf(history);
    return [...new Set(ops.map(({ key }) => key))].every((key) =>
      hasOrder(
        ops.filter((op) => op.key === key),
        sameProcess,
        () => true,
      ),
    );
  },
  pram: (history) => {
    const ops = opsOf(history);
    return [...new Set(ops.map(({ process }) => process))].every((process) =>
      hasOrder(
        ops.filter((op) => op.isWrite || op.process === process),
        sameProcess,
        () => true,
      ),
    );
  },
  'causal-memory': (history) => {
    const ops = withoutUnread(opsOf(history));
    const order = causalOrder(ops);
    if (order === undefined) return false;
    return ops.every((last) =>
      hasOrder(
        ops.filter((op) => op === last || order(op, last)),
        order,
        (read) => read.process === last.process,
      ),
    );
  },
  causal: (history) => {
    const ops = withoutUnread(opsOf(history));
    const order = causalOrder(ops);
    if (order === undefined) return false;
    return ops.every((last) =>
      hasOrder(
        ops.filter((op) => op === last || order(op, last)),
        order,
        (read) => read === last,
      ),
    );
  },
  'causal-convergence': (history) => {
    const ops = withoutUnread(opsOf(history));
    const order = causalOrder(ops);
    if (order === undefined) return false;
    const writes = ops.filter((op) => op.isWrite);
    const reads = ops.filter((op) => !op.isWrite);
    return permutations(writes).some(
      (line) =>
        line.every((a, i) => line.slice(i + 1).every((b) => !order(b, a))) &&
        reads.every((read) => {
          const newest = line.findLast((write) => write.key === read.key && order(write, read));
          return (newest?.value ?? 'null') === read.value;
        }),
    );
  },
  regular: (history) => {
    const ops = opsOf(history);
    const before: Before = (a, b) => a.returned < b.invoked;
    return ops.every(
      (read) =>
        read.isWrite ||
        hasOrder(
          ops.filter((op) => op === read || (op.isWrite && op.key === read.key)),
          before,
          () => true,
        ),
    );
  },
  safe: (history) => {
    const ops = opsOf(history);
    const before: Before = (a, b) => a.returned < b.invoked;
    return ops.every((read) => {
      const writes = ops.filter((op) => op.isWrite && op.key === read.key);
      const overlaps = writes.some((w) => w.invoked < read.returned && w.returned > read.invoked);
      return read.isWrite || overlaps || hasOrder([...writes, read], before, () => true);
    });
  },
};

describe.each(Object.keys(definitions) as WeakModelName[])('%s', (name) => {
  test('the decision agrees with the definition, tried out', () => {
    const tally = { valid: 0, violated: 0 };
    for (let seed = firstSeed; seed < firstSeed + runs; seed += 1) {
      const history = randomRegisters(seed);
      const verdict = weakModel(name).check(history, limits);
      if (verdict.valid === 'unknown') {
        expect(verdict.reason.kind).toBe('too-few-ok');
        continue;
      }
      const truth = definitions[name]?.(history);
      const where = `seed ${seed}\n${JSON.stringify(verdict)}\n${[...history.eachEvent()].map((e) => JSON.stringify(e)).join('\n')}`;
      expect(verdict.valid, where).toBe(truth);
      tally[verdict.valid ? 'valid' : 'violated'] += 1;
      if (!verdict.valid) expect(JSON.stringify(verdict), where).not.toMatch(/undefined|NaN/);
    }
    expect(Math.min(tally.valid, tally.violated)).toBeGreaterThan(0);
  });
});

test('what a model implies holds wherever it holds, and the standing says so', () => {
  for (let seed = firstSeed; seed < firstSeed + runs; seed += 1) {
    const history = randomRegisters(seed);
    const validity = new Map(
      weakModelNames.map((name) => [name, weakModel(name).check(history, limits).valid]),
    );
    for (const name of weakModelNames)
      if (validity.get(name) === true)
        for (const weaker of weakerThan(name))
          expect(validity.get(weaker), `seed ${seed}: ${name} without ${weaker}`).toBe(true);
    const { holds, violated, open } = strongestAndWeakest(history, limits);
    expect(open).toEqual([]);
    for (const name of holds) expect(validity.get(name)).toBe(true);
    for (const name of violated) expect(validity.get(name)).toBe(false);
  }
});
