/**
 * Workloads of coordination and sessions against their bundled targets, under simulation: a
 * correct target is never accused whatever happens to it, and each broken variant is caught
 * under the fault that its target names. DSX_RUNS is the number of seeds of each case,
 * DSX_SEED the first.
 */
import { describe, expect, test } from 'vitest';
import { anomaliesOf } from '../../src/checker/verdict.ts';
import type { Target } from '../../src/contract/target.ts';
import type { Workload } from '../../src/contract/workload.ts';
import type { NodeProgram } from '../../src/node/node.ts';
import { bully } from '../../targets/bully/bully.ts';
import bullyTarget from '../../targets/bully.ts';
import { causal } from '../../targets/causal/causal.ts';
import causalTarget from '../../targets/causal.ts';
import { lock } from '../../targets/lock/lock.ts';
import lockTarget from '../../targets/lock.ts';
import multiLeaderTarget from '../../targets/multi-leader.ts';
import { queue } from '../../targets/queue/queue.ts';
import queueTarget from '../../targets/queue.ts';
import { raft } from '../../targets/raft/raft.ts';
import replicasTarget from '../../targets/replicas.ts';
import { watch } from '../../targets/watch/watch.ts';
import watchTarget from '../../targets/watch.ts';
import causalWorkload from '../../workloads/causal.ts';
import election from '../../workloads/election.ts';
import lockWorkload from '../../workloads/lock.ts';
import monotonic from '../../workloads/monotonic.ts';
import queueWorkload from '../../workloads/queue.ts';
import register from '../../workloads/register.ts';
import sequential from '../../workloads/sequential.ts';
import watchWorkload from '../../workloads/watch.ts';
import { runWorkload } from '../support/workload-trial.ts';

const runs = Number(process.env['DSX_RUNS'] ?? 2);
const firstSeed = Number(process.env['DSX_SEED'] ?? 1);
const timeoutMs = 30_000 + runs * 5000;
const seeds = Array.from({ length: runs }, (_, i) => firstSeed + i);
/** A mistake that shows in every run need not be shown as often. */
const fewSeeds = seeds.slice(0, Math.ceil(runs / 2));
const everything = 'partition,kill,pause,packet,clock';

interface Bundled {
  readonly target: Target;
  readonly program: NodeProgram;
  readonly workload: Workload;
}

const bundled: readonly Bundled[] = [
  { target: lockTarget, program: lock, workload: lockWorkload },
  { target: queueTarget, program: queue, workload: queueWorkload },
  { target: bullyTarget, program: bully, workload: election },
  { target: watchTarget, program: watch, workload: watchWorkload },
  { target: causalTarget, program: causal, workload: causalWorkload },
  { target: replicasTarget, program: causal, workload: monotonic },
  { target: replicasTarget, program: causal, workload: sequential },
  { target: multiLeaderTarget, program: causal, workload: register },
];

describe.each(bundled.map((each) => [each.target.name, each.workload.name, each] as const))(
  'target %s, workload %s',
  (_target, _workload, { target, program, workload }) => {
    const model = target.keeps?.[workload.name];
    const common = {
      workload,
      program,
      ...(typeof model === 'string' ? { model } : {}),
      options: workload.options['cas'] === undefined ? {} : (target.defaults ?? {}),
    };
    const correct = target.variants.filter(({ broken }) => broken === undefined);
    const broken = target.variants.flatMap(({ name, broken: how }) =>
      how?.shownBy.workload === workload.name ? [[name, how.shownBy.nemesis] as const] : [],
    );

    test.each(correct.map(({ name }) => name))(
      'variant %s keeps its promise under all that it survives',
      async (variant) => {
        expect(target.survives.join()).toBe(everything);
        for (const seed of seeds) {
          const args = ['--variant', variant];
          const result = await runWorkload({
            ...common,
            args,
            nemesis: everything,
            seed,
            durationMs: 6000,
          });
          expect({
            seed,
            valid: result.valid,
            found: result.verdicts.flatMap(anomaliesOf),
          }).toEqual({ seed, valid: true, found: [] });
        }
      },
      timeoutMs,
    );

    test.each(broken)(
      'variant %s is caught under %s',
      async (variant, nemesis) => {
        let caught = 0;
        for (const seed of fewSeeds) {
          const args = ['--variant', variant];
          const { valid } = await runWorkload({ ...common, args, nemesis, seed });
          if (valid === false) caught += 1;
        }
        expect(caught / fewSeeds.length).toBeGreaterThan(0.4);
      },
      timeoutMs,
    );
  },
);

test(
  'Raft elects one leader a term, whatever happens to it',
  async () => {
    for (const seed of seeds)
      expect(
        (await runWorkload({ workload: election, program: raft, nemesis: everything, seed })).valid,
      ).toBe(true);
  },
  timeoutMs,
);

describe('a queue without acknowledgements', () => {
  const immediate = { workload: queueWorkload, program: queue, options: { delivery: 'immediate' } };

  test('is first-in-first-out on a network that works', async () => {
    const { valid } = await runWorkload({ ...immediate, model: 'fifo-queue', seed: firstSeed });
    expect(valid).toBe(true);
  });

  test('is not, if enqueues are acknowledged too early', async () => {
    const broken = { ...immediate, args: ['--variant', 'early-ack'], model: 'fifo-queue' };
    const nemesis = 'partition:primaries';
    expect((await runWorkload({ ...broken, nemesis, seed: firstSeed })).valid).toBe(false);
  });

  test('is needed for models of queues that know no acknowledgement', () => {
    expect(() => queueWorkload.checkers('fifo-queue', { delivery: 'acknowledged' })).toThrow(
      /use it with --option delivery=immediate/,
    );
  });
});

describe('a lock without leases', () => {
  const options = { lease: '0', fencing: 'no' };

  test('is a linearizable mutex with growing tokens', async () => {
    const without = { workload: lockWorkload, program: lock, options, model: 'fenced-mutex' };
    const { verdicts } = await runWorkload({ ...without, nemesis: 'partition', seed: firstSeed });
    expect(verdicts.map(({ valid }) => valid)).toEqual([true, true]);
  });

  test('is needed for models of locks that know no leases', () => {
    const given = { lease: '400', fencing: 'yes' };
    expect(() => lockWorkload.checkers('mutex', given)).toThrow(/lock without lease/);
  });
});
