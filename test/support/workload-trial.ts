/**
 * A workload of dsx against a node program, all inside a simulation: its own generator, its
 * own client and its own checkers, with virtual time. One call is one run from start to verdicts.
 */
import { fork, prng } from '../../src/base/prng.ts';
import { nsPerMs, nsToMs, secondsToNs } from '../../src/base/units.ts';
import { type Validity, type Verdict, worst } from '../../src/checker/verdict.ts';
import { rpcErrorOf } from '../../src/client/rpc-errors.ts';
import { type RpcChannel, RpcError } from '../../src/contract/client.ts';
import type { Clock } from '../../src/contract/clock.ts';
import type { Workload } from '../../src/contract/workload.ts';
import {
  clients,
  nemesis,
  of,
  phases,
  rate,
  sleep,
  timeLimit,
} from '../../src/generator/combinators.ts';
import { remember } from '../../src/generator/remember.ts';
import type { History } from '../../src/history/history.ts';
import type { Body, NodeProgram } from '../../src/node/node.ts';
import { randomFrom } from '../../src/node/random.ts';
import { completeOptions, parseConcurrency } from '../../src/plan/parse.ts';
import { interpret } from '../../src/runner/interpreter.ts';
import { healAll } from './register-load.ts';
import { faultsOf } from './simulated-faults.ts';
import { Simulation } from './simulation.ts';

export interface WorkloadTrial {
  readonly workload: Workload;
  readonly program: NodeProgram;
  readonly args?: readonly string[];
  readonly options?: Readonly<Record<string, string>>;
  /** One of the workload's models; its first unless said otherwise. */
  readonly model?: string;
  /** As in `--nemesis kill,partition:primaries`. */
  readonly nemesis?: string;
  readonly intervalMs?: number;
  readonly seed: number;
  readonly nodeCount?: number;
  readonly durationMs?: number;
  readonly rateHz?: number;
}

export interface WorkloadResult {
  readonly valid: Validity;
  readonly verdicts: readonly Verdict[];
  readonly history: History;
  readonly logs: readonly string[];
}

const operationTimeoutMs = 1000;
const recoveryMs = 1000;
/** A run that is not over then never will be. */
const endMs = 200_000;

export async function runWorkload(trial: WorkloadTrial): Promise<WorkloadResult> {
  const { workload, program, args = [], seed, durationMs = 10_000 } = trial;
  const nodeIds = Array.from({ length: trial.nodeCount ?? 5 }, (_, i) => `n${i + 1}`);
  const simulation = new Simulation({ seed: `s${seed}`, nodeIds, program, args });
  const options = completeOptions(workload.name, workload.options, trial.options ?? {});
  const interval = trial.intervalMs ?? 2000;
  await prepared(trial, simulation, options);
  faultsOf({ nemesis: trial.nemesis ?? '', intervalMs: interval })(
    simulation,
    randomFrom(`s${seed} faults`),
    durationMs,
  );
  const concurrency = parseConcurrency(workload.defaults.concurrency, nodeIds.length);
  const source = fork(prng(seed), 'workload');
  const schedule = workload.generator({ rng: source, nodes: nodeIds, concurrency, options });
  const paced = rate(fork(source, 'rate'), trial.rateHz ?? workload.defaults.rate, schedule.main);
  const load = clients(timeLimit(secondsToNs(durationMs / 1000), paced, 'asked'));
  let clientCount = 0;
  let outcome: { readonly history: History } | { readonly thrown: unknown } | undefined;
  interpret({
    generator: remember(load, schedule.remembers ?? (() => false), ({ keys, completions }) =>
      phases(
        nemesis(of({ f: 'heal', value: null })),
        nemesis(sleep(secondsToNs(recoveryMs / 1000))),
        clients(schedule.final?.(keys, completions) ?? of()),
      ),
    ),
    concurrency,
    nodes: nodeIds,
    open: (_process, node) => {
      clientCount += 1;
      const channel = new SimulatedChannel(simulation, `c${clientCount}`, node);
      const client = workload.maelstrom?.(channel, options);
      if (client === undefined) throw new Error(`${workload.name} speaks no Maelstrom`);
      return Promise.resolve(client);
    },
    nemesis: () => {
      healAll(simulation);
      return Promise.resolve({ value: 'healed' });
    },
    clock: new SimulatedClock(simulation),
    journal: { append: () => undefined },
    operationTimeoutMs: operationTimeoutMs + 500,
    signal: new AbortController().signal,
    rng: fork(source, 'threads'),
  }).then(
    (history) => {
      outcome = { history };
    },
    (thrown: unknown) => {
      outcome = { thrown };
    },
  );
  while (outcome === undefined && simulation.nowMs < endMs)
    await simulation.runUntil(simulation.nowMs + 50);
  if (outcome === undefined) throw new Error(`seed ${seed}: not over after ${endMs} ms`);
  if ('thrown' in outcome) throw outcome.thrown;
  if (simulation.crashes.length > 0)
    throw new Error(`seed ${seed}: node code threw`, { cause: simulation.crashes[0] });
  const { history } = outcome;
  const model = trial.model ?? workload.models[0] ?? '';
  const limits = { timeoutMs: 10_000, memoryMb: 512, nowMs: () => performance.now() };
  const verdicts = workload
    .checkers(model, options)
    .map((checker) => checker.check(history, limits));
  const valid = worst(verdicts.map((verdict) => verdict.valid));
  return { valid, verdicts, history, logs: simulation.logs };
}

/** What the workload wants to tell each node before the load. */
async function prepared(
  { workload }: WorkloadTrial,
  simulation: Simulation,
  options: Readonly<Record<string, string>>,
): Promise<void> {
  const { nodeIds } = simulation;
  const progress = { isOver: false };
  const all = async (): Promise<void> => {
    for (const node of nodeIds)
      await workload.prepare?.(new SimulatedChannel(simulation, 'c0', node), nodeIds, options);
  };
  const preparing = all().finally(() => {
    progress.isOver = true;
  });
  while (!progress.isOver && simulation.nowMs < endMs)
    await simulation.runUntil(simulation.nowMs + 50);
  await preparing;
}

class SimulatedClock implements Clock {
  readonly #simulation: Simulation;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  nowNs(): number {
    return Math.round(this.#simulation.nowMs * nsPerMs);
  }

  sleepUntil(atNs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.addEventListener(
        'abort',
        () => {
          reject(new Error('aborted'));
        },
        { once: true },
      );
      // A little late, so that rounding never wakes anybody a nanosecond too soon, for ever.
      this.#simulation.at(nsToMs(atNs + 10), resolve);
    });
  }
}

class SimulatedChannel implements RpcChannel {
  readonly node: string;
  readonly #simulation: Simulation;
  readonly #name: string;
  readonly #waiting = new Map<number, (body: Body) => void>();
  #id = 0;

  constructor(simulation: Simulation, name: string, node: string) {
    this.#simulation = simulation;
    this.#name = name;
    this.node = node;
  }

  request(body: Body, signal: AbortSignal): Promise<Body> {
    this.#id += 1;
    const id = this.#id;
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        this.#waiting.delete(id);
        reject(new RpcError('net-timeout', `${this.node} did not answer`, false));
      };
      this.#waiting.set(id, (reply) => {
        this.#waiting.delete(id);
        const text = reply['text'];
        if (reply.type !== 'error') resolve(reply);
        else reject(rpcErrorOf(Number(reply['code']), typeof text === 'string' ? text : ''));
      });
      signal.addEventListener('abort', giveUp, { once: true });
      this.#simulation.at(this.#simulation.nowMs + operationTimeoutMs, giveUp);
      this.#simulation.request(this.#name, this.node, { ...body, msg_id: id }, (reply) => {
        this.#waiting.get(Number(reply['in_reply_to']))?.(reply);
      });
    });
  }

  close(): void {
    this.#waiting.clear();
  }
}
