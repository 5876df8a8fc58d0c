/**
 * Targets with transactions under simulation: each variant keeps what it promises whatever
 * happens to it, and shows what it does not promise to who asks for more. DSX_RUNS is the
 * number of seeds of each case, DSX_SEED the first.
 */
import { describe, expect, test } from 'vitest';
import type { Workload } from '../../src/contract/workload.ts';
import type { NodeProgram } from '../../src/node/node.ts';
import { transactions } from '../../targets/transactions/transactions.ts';
import { twoPhaseCommit } from '../../targets/two-phase-commit/two-phase-commit.ts';
import bank from '../../workloads/bank.ts';
import listAppend from '../../workloads/list-append.ts';
import longFork from '../../workloads/long-fork.ts';
import rwRegister from '../../workloads/rw-register.ts';
import writeSkew from '../../workloads/write-skew.ts';
import { runWorkload, type WorkloadResult } from '../support/workload-trial.ts';

const runs = Number(process.env['DSX_RUNS'] ?? 1);
const firstSeed = Number(process.env['DSX_SEED'] ?? 0);
const timeoutMs = 60_000 + runs * 20_000;

interface Case {
  readonly program: NodeProgram;
  readonly variant: string;
  readonly workload: Workload;
  /** The workload's default unless given. */
  readonly model?: string;
  readonly nemesis: string;
}

async function trials({ variant, ...what }: Case): Promise<readonly WorkloadResult[]> {
  const results: WorkloadResult[] = [];
  for (let seed = firstSeed; seed < firstSeed + runs; seed += 1)
    results.push(
      await runWorkload({
        ...what,
        args: ['--variant', variant],
        seed,
        durationMs: 3000,
        intervalMs: 500,
      }),
    );
  return results;
}

const everything = 'partition,kill,pause,packet';

const kept: readonly (readonly [variant: string, workload: Workload, model: string])[] = [
  ['strict-serializable', listAppend, 'strict-serializable'],
  ['strict-serializable', rwRegister, 'strict-serializable'],
  ['strict-serializable', bank, 'snapshot-isolation'],
  ['serializable', listAppend, 'serializable'],
  ['snapshot-isolation', listAppend, 'snapshot-isolation'],
  ['parallel-snapshot-isolation', listAppend, 'read-atomic'],
  ['read-committed', listAppend, 'read-committed'],
  ['read-uncommitted', listAppend, 'read-uncommitted'],
];

describe('under every fault at once', () => {
  test.each(kept)(
    'transactions %s keep to it',
    async (variant, workload, model) => {
      const what = { program: transactions, variant, workload, model, nemesis: everything };
      for (const { valid, verdicts } of await trials(what))
        expect([valid, verdicts.find((verdict) => verdict.valid !== true)]).toEqual([
          true,
          undefined,
        ]);
    },
    timeoutMs,
  );

  test(
    'transfers by two-phase commit are whole',
    async () => {
      const what = { program: twoPhaseCommit, variant: 'correct', workload: bank };
      for (const { valid } of await trials({ ...what, nemesis: everything }))
        expect(valid).toBe(true);
    },
    timeoutMs,
  );
});

const shown: readonly (readonly [string, Case, anomaly: string])[] = [
  ['write skew', of('snapshot-isolation', listAppend, 'serializable'), 'G2-item'],
  ['write skew of guarded inserts', of('snapshot-isolation', writeSkew), 'G2'],
  ['a long fork', of('parallel-snapshot-isolation', longFork), 'long-fork'],
  ['read skew at the bank', of('read-committed', bank), 'wrong-total'],
  ['aborted reads', of('read-uncommitted', listAppend, 'read-committed'), 'G1a'],
  ['intermediate reads', of('read-uncommitted', listAppend, 'read-committed'), 'G1b'],
  [
    'read skew of reads without locks',
    { program: twoPhaseCommit, variant: 'unlocked-reads', workload: bank, nemesis: '' },
    'wrong-total',
  ],
];

test.each(shown)(
  '%s is caught',
  async (_name, what, anomaly) => {
    for (const { verdicts } of await trials(what)) {
      const types = verdicts.flatMap((verdict) =>
        verdict.valid === false ? verdict.anomalies.map(({ type }) => type) : [],
      );
      expect(types).toContain(anomaly);
    }
  },
  timeoutMs,
);

function of(variant: string, workload: Workload, model?: string): Case {
  const judged = model === undefined ? {} : { model };
  return { program: transactions, variant, workload, nemesis: '', ...judged };
}
