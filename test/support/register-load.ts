/**
 * Clients of a key-value store inside a simulation, faults beside them, and a judge of what
 * the clients saw: one call runs one seed from start to verdict.
 */

import type { Body, NodeProgram } from '../../src/node/node.ts';
import { randomFrom } from '../../src/node/random.ts';
import { checkOperations, type Model, type Operation } from '../../src/porcupine/porcupine.ts';
import { Simulation } from './simulation.ts';

interface Input {
  readonly f: 'read' | 'write' | 'cas';
  readonly key: number;
  /** Of a write, or the new value of a cas. */
  readonly value: number | undefined;
  /** The old value of a cas. */
  readonly from: number | undefined;
}

type Call = Operation<Input, number | null>;

export interface Trial {
  readonly seed: string;
  readonly program: NodeProgram;
  readonly args?: readonly string[];
  readonly nodeCount?: number;
  readonly durationMs?: number;
  readonly clientCount?: number;
  /** Mean time between two operations of one client. */
  readonly pauseMs?: number;
  readonly keyCount?: number;
  readonly functions?: readonly Input['f'][];
  /** Sets the world up and plans faults; everything is healed at `durationMs`. */
  readonly faults?: (simulation: Simulation, random: () => number, untilMs: number) => void;
}

export interface TrialResult {
  readonly seed: string;
  readonly result: 'Ok' | 'Illegal' | 'Unknown';
  readonly okCount: number;
  readonly failCount: number;
  readonly unknownCount: number;
  /** Operations that succeeded in the last second, after everything was healed. */
  readonly okAtEnd: number;
  readonly messageCount: number;
  readonly calls: readonly Call[];
  readonly logs: readonly string[];
}

const clientTimeoutMs = 1000;
const recoveryMs = 3000;

export async function runTrial(trial: Trial): Promise<TrialResult> {
  const count = trial.nodeCount ?? 5;
  const nodeIds = Array.from({ length: count }, (_, i) => `n${i + 1}`);
  const { seed, program, args = [], durationMs = 10_000 } = trial;
  const simulation = new Simulation({ seed, nodeIds, program, args });
  const load = new Load(simulation, trial, durationMs + recoveryMs);
  trial.faults?.(simulation, randomFrom(`${seed} faults`), durationMs);
  await simulation.runUntil(durationMs);
  healAll(simulation);
  await simulation.runUntil(durationMs + recoveryMs + clientTimeoutMs);
  if (simulation.crashes.length > 0)
    throw new Error(`seed ${seed}: node code threw`, { cause: simulation.crashes[0] });
  return {
    seed,
    result: verdictOf(load.calls),
    okCount: load.counts.ok,
    failCount: load.counts.fail,
    unknownCount: load.counts.unknown,
    okAtEnd: load.calls.filter(
      (call) => call.returnNs !== undefined && call.returnNs >= durationMs + recoveryMs - 1000,
    ).length,
    messageCount: simulation.messageCount,
    calls: load.calls,
    logs: simulation.logs,
  };
}

export function healAll(simulation: Simulation): void {
  simulation.cuts.clear();
  simulation.network = { ...simulation.network, lossProbability: 0, duplicateProbability: 0 };
  simulation.network.reorderProbability = 0;
  simulation.network.delayMs = 1;
  for (const nodeId of simulation.nodeIds) {
    const node = simulation.node(nodeId);
    node.resume();
    node.start();
    node.wallOffsetMs = 0;
  }
}

class Load {
  /** What is known to have happened, or may have; times are in milliseconds of the world. */
  readonly calls: Call[] = [];
  readonly counts = { ok: 0, fail: 0, unknown: 0 };
  readonly #simulation: Simulation;
  readonly #random: () => number;
  readonly #trial: Trial;
  readonly #untilMs: number;
  /** Per key, values that were seen lately: what a cas may hope to find. */
  readonly #seen = new Map<number, number>();
  #nextValue = 1;
  #nextId = 1;

  constructor(simulation: Simulation, trial: Trial, untilMs: number) {
    this.#simulation = simulation;
    this.#trial = trial;
    this.#untilMs = untilMs;
    this.#random = randomFrom(`${trial.seed} load`);
    for (let client = 0; client < (trial.clientCount ?? 10); client += 1) this.#later(client);
  }

  #later(client: number): void {
    const atMs =
      this.#simulation.nowMs - Math.log(1 - this.#random()) * (this.#trial.pauseMs ?? 50);
    if (atMs >= this.#untilMs) return;
    this.#simulation.at(atMs, () => {
      this.#call(client);
    });
  }

  #call(client: number): void {
    const simulation = this.#simulation;
    const input = this.#draw();
    const id = this.#nextId;
    this.#nextId += 1;
    const callNs = simulation.nowMs;
    // As in Jepsen a client keeps to one node.
    const dest = simulation.nodeIds[client % simulation.nodeIds.length] ?? '';
    let isOpen = true;
    const finish = (answer: Body | undefined): void => {
      if (!isOpen) return;
      isOpen = false;
      this.#record(input, callNs, answer);
      this.#later(client);
    };
    simulation.at(callNs + clientTimeoutMs, () => {
      finish(undefined);
    });
    simulation.request(`c${client}`, dest, bodyOf(input, id), (body) => {
      if (body['in_reply_to'] === id) finish(body);
    });
  }

  #draw(): Input {
    const functions = this.#trial.functions ?? ['read', 'read', 'write', 'cas'];
    const f = functions[Math.floor(this.#random() * functions.length)] ?? 'read';
    const key = Math.floor(this.#random() * (this.#trial.keyCount ?? 3));
    const from = this.#seen.get(key);
    if (f === 'read') return { f, key, value: undefined, from: undefined };
    const value = this.#nextValue;
    this.#nextValue += 1;
    return f === 'cas' && from !== undefined
      ? { f, key, value, from }
      : { f: 'write', key, value, from: undefined };
  }

  #record(input: Input, callNs: number, answer: Body | undefined): void {
    const kind = outcomeOf(input, answer);
    this.counts[kind] += 1;
    if (kind === 'fail') return;
    if (kind === 'unknown') {
      this.calls.push({ input, callNs });
      return;
    }
    const read = answer?.type === 'read_ok' ? answer['value'] : null;
    const output = typeof read === 'number' ? read : null;
    const value = input.value ?? output;
    if (value !== null) this.#seen.set(input.key, value);
    this.calls.push({ input, callNs, output, returnNs: this.#simulation.nowMs });
  }
}

function bodyOf(input: Input, id: number): Body {
  const common = { type: input.f, msg_id: id, key: input.key };
  if (input.f === 'read') return common;
  if (input.f === 'write') return { ...common, value: input.value ?? null };
  return { ...common, from: input.from ?? null, to: input.value ?? null };
}

function outcomeOf(input: Input, answer: Body | undefined): 'ok' | 'fail' | 'unknown' {
  if (answer !== undefined && answer.type !== 'error') return 'ok';
  // "No such key" is what a read of a key finds that was never written.
  if (input.f === 'read') return answer?.['code'] === 20 ? 'ok' : 'fail';
  const code = answer?.['code'];
  return code === undefined || code === 0 || code === 13 ? 'unknown' : 'fail';
}

const register: Model<number | null, Input, number | null> = {
  partition(calls) {
    const parts = new Map<number, Call[]>();
    for (const call of calls) {
      const part = parts.get(call.input.key);
      if (part === undefined) parts.set(call.input.key, [call]);
      else part.push(call);
    }
    return [...parts.values()];
  },
  init: () => null,
  step(state, input, output) {
    if (input.f === 'read') return [output === undefined || output === state, state];
    if (input.f === 'write') return [true, input.value ?? null];
    return [state === input.from, input.value ?? null];
  },
  hash: (state) => state ?? -1,
};

/** Values are distinct, so a lost update that nobody saw needs no place in the order. */
function verdictOf(calls: readonly Call[]): 'Ok' | 'Illegal' | 'Unknown' {
  const seen = new Set<number | null | undefined>();
  for (const call of calls) {
    if (call.input.f === 'read') seen.add(call.output);
    seen.add(call.input.from);
  }
  const relevant = calls.filter(
    (call) => call.returnNs !== undefined || seen.has(call.input.value),
  );
  const startedMs = performance.now();
  const nowMs = (): number => performance.now() - startedMs;
  return checkOperations(register, relevant, { budget: { timeoutMs: 5000, nowMs } });
}
