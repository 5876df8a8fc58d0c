/**
 * The bundled targets under simulation: a correct one is linearizable whatever happens to
 * it, and each mistake shows under the fault that its target names. DSX_RUNS is the number
 * of seeds of each case, DSX_SEED the first.
 */
import { describe, expect, test } from 'vitest';
import type { NodeProgram } from '../../src/node/node.ts';
import { primaryBackup } from '../../targets/primary-backup/primary-backup.ts';
import { quorum } from '../../targets/quorum/quorum.ts';
import { raft } from '../../targets/raft/raft.ts';
import { single } from '../../targets/single/single.ts';
import { runTrial, type Trial, type TrialResult } from '../support/register-load.ts';
import { faultsOf } from '../support/simulated-faults.ts';

const runs = Number(process.env['DSX_RUNS'] ?? 8);
const firstSeed = Number(process.env['DSX_SEED'] ?? 0);
const timeoutMs = 30_000 + runs * 3000;

type Case = Omit<Trial, 'seed' | 'faults'>;

const everything = 'partition,kill,pause,packet,clock';
/** Without cas, which quorums cannot do; with short logs, so that snapshots are taken. */
const noCas: Partial<Trial> = { functions: ['read', 'read', 'write'] };
const shortLogs = ['--snapshot-every', '60'];

async function trials(
  what: Case,
  nemesis: string,
  intervalMs = 1000,
  count = runs,
): Promise<readonly TrialResult[]> {
  const results: TrialResult[] = [];
  for (let seed = firstSeed; seed < firstSeed + count; seed += 1)
    results.push(
      await runTrial({ ...what, seed: `s${seed}`, faults: faultsOf({ nemesis, intervalMs }) }),
    );
  return results;
}

function caught(results: readonly TrialResult[]): number {
  return results.filter(({ result }) => result === 'Illegal').length / results.length;
}

const correct: Readonly<Record<string, Case>> = {
  raft: { program: raft, args: shortLogs },
  single: { program: single },
  'primary-backup': { program: primaryBackup },
  quorum: { program: quorum, ...noCas },
};

describe.each(Object.entries(correct))('%s', (_name, what) => {
  test.each([everything, 'partition', 'kill', 'pause', 'packet'])(
    'is linearizable under %s, and serves again afterwards',
    async (nemesis) => {
      for (const { seed, result, okCount, okAtEnd } of await trials(what, nemesis)) {
        expect(`${seed}: ${result}`).toBe(`${seed}: Ok`);
        expect(okCount).toBeGreaterThan(300);
        expect(okAtEnd).toBeGreaterThan(20);
      }
    },
    timeoutMs,
  );
});

/** Mistake, program, fault that shows it, and the fraction of seeds that must be caught. */
const broken: readonly (readonly [string, Case, string, number])[] = [
  ['raft stale-reads', variantOf(raft, 'stale-reads'), 'partition:primaries', 0.8],
  ['raft no-fsync', variantOf(raft, 'no-fsync'), 'kill:all', 0.8],
  ['raft double-vote', variantOf(raft, 'double-vote'), 'kill:primaries', 0.3],
  ['raft ack-before-quorum', variantOf(raft, 'ack-before-quorum'), 'partition:primaries', 0.8],
  ['primary-backup async', variantOf(primaryBackup, 'async'), 'partition', 0.8],
  ['quorum majority', { ...variantOf(quorum, 'majority'), ...noCas }, 'packet:loss', 0.05],
  ['quorum weak', { ...variantOf(quorum, 'weak'), ...noCas }, 'partition', 0.8],
  ['quorum wall-clock', { ...variantOf(quorum, 'wall-clock'), ...noCas }, 'clock', 0.8],
];

test.each(broken)(
  '%s is caught',
  async (_name, what, nemesis, fraction) => {
    expect(caught(await trials(what, nemesis))).toBeGreaterThanOrEqual(fraction);
  },
  timeoutMs,
);

function variantOf(program: NodeProgram, variant: string): Case {
  return { program, args: ['--variant', variant] };
}
