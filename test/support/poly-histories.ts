/**
 * Small random histories of objects: first of a correct object, driven by concurrent processes
 * that crash and fail, then damaged, so that both verdicts are common.
 */
import type { Json } from '../../src/base/json.ts';
import { prng, Random } from '../../src/base/prng.ts';
import { HistoryBuilder } from '../../src/history/builder.ts';
import type { History } from '../../src/history/history.ts';

export interface Call {
  readonly f: string;
  readonly input: Json;
}

/** A correct object for one history. `undefined` from `apply`: not now (a lock that is held). */
export interface Simulated {
  /** What a process asks next; `own`: what it has asked before, with answers. */
  propose(random: Random, own: readonly SimulatedOp[]): Call;
  apply(call: Call, process: number): Json | undefined;
  /** Another answer, wrong more often than not. */
  damage?(random: Random, op: SimulatedOp): Json;
}

export interface SimulatedOp extends Call {
  readonly process: number;
  outcome: 'ok' | 'fail' | 'info';
  output: Json;
}

export interface Shape {
  readonly operations: number;
  readonly processes: number;
  readonly crashRate: number;
  readonly failRate: number;
  /** How likely a history is damaged, and then damaged once more. */
  readonly damageRate: number;
}

interface Half {
  readonly op: SimulatedOp;
  readonly isInvoke: boolean;
}

/** The same history for the same seed. */
export function randomHistory(seed: number, object: (random: Random) => Simulated, shape: Shape): History {
  const random = new Random(prng(seed));
  const simulated = object(random);
  const halves = run(random, simulated, shape);
  while (random.chance(shape.damageRate)) damage(random, simulated, halves);
  return built(halves);
}

interface Thread {
  process: number;
  own: SimulatedOp[];
  current: SimulatedOp | undefined;
  isApplied: boolean;
  /** Steps in which nothing could be done. */
  waits: number;
}

function run(random: Random, object: Simulated, shape: Shape): Half[] {
  const halves: Half[] = [];
  const late: SimulatedOp[] = [];
  let processes = shape.processes;
  const threads: Thread[] = Array.from({ length: shape.processes }, (_, process) => ({
    process,
    own: [],
    current: undefined,
    isApplied: false,
    waits: 0,
  }));
  let begun = 0;
  while (begun < shape.operations || threads.some((each) => each.current !== undefined)) {
    const thread = threads[random.int(threads.length)];
    if (thread === undefined) continue;
    const lateOp = late.length > 0 && random.chance(0.1) ? late.pop() : undefined;
    if (lateOp !== undefined) object.apply(lateOp, lateOp.process);
    if (thread.current === undefined) {
      if (begun >= shape.operations) continue;
      begun += 1;
      const call = object.propose(random, thread.own);
      const op: SimulatedOp = { ...call, process: thread.process, outcome: 'ok', output: null };
      thread.current = op;
      thread.isApplied = false;
      thread.waits = 0;
      thread.own.push(op);
      halves.push({ op, isInvoke: true });
      continue;
    }
    const op = thread.current;
    const ends = (outcome: 'ok' | 'fail' | 'info'): void => {
      op.outcome = outcome;
      halves.push({ op, isInvoke: false });
      thread.current = undefined;
      if (outcome !== 'info') return;
      thread.process = processes;
      processes += 1;
      thread.own = [];
    };
    if (!thread.isApplied) {
      if (random.chance(shape.failRate)) ends('fail');
      else if (random.chance(shape.crashRate)) {
        late.push(op);
        ends('info');
      } else {
        const output = object.apply(op, op.process);
        if (output === undefined) {
          thread.waits += 1;
          if (thread.waits > 6) ends('info');
        } else {
          op.output = output;
          thread.isApplied = true;
        }
      }
    } else ends(random.chance(shape.crashRate) ? 'info' : 'ok');
  }
  return halves;
}

/** Wrong answers, effects of operations that failed, events in another order. */
function damage(random: Random, object: Simulated, into: Half[]): void {
  const halves = into;
  if (random.chance(0.5)) {
    const op = halves[random.int(halves.length)]?.op;
    const other = halves[random.int(halves.length)]?.op;
    if (op?.outcome === 'ok' && other?.outcome === 'ok') {
      if (object.damage !== undefined && random.chance(0.7)) op.output = object.damage(random, op);
      else if (op.f === other.f) [op.output, other.output] = [other.output, op.output];
    }
  }
  if (random.chance(0.1)) {
    const op = halves[random.int(halves.length)]?.op;
    if (op?.outcome === 'ok') op.outcome = 'fail';
  }
  const swaps = random.int(halves.length);
  for (let i = 0; i < swaps; i += 1) {
    const at = random.int(halves.length - 1);
    const [a, b] = [halves[at], halves[at + 1]];
    if (a === undefined || b === undefined || a.op.process === b.op.process) continue;
    [halves[at], halves[at + 1]] = [b, a];
  }
}

function built(halves: readonly Half[]): History {
  const builder = new HistoryBuilder();
  for (const [time, { op, isInvoke }] of halves.entries()) {
    const { f, process, input, outcome, output } = op;
    if (isInvoke) builder.add({ time, type: 'invoke', process, f, value: input });
    else if (outcome === 'ok') builder.add({ time, type: 'ok', process, f, value: output });
    else builder.add({ time, type: outcome, process, f, value: input, error: ['drawn', ''] });
  }
  return builder.build();
}

/** A history as lines of text, for the message of a failed test. */
export function historyText(history: History): string {
  return [...history.eachEvent()]
    .map(({ index, type, process, f, value }) => `${index} ${type} ${process} ${f} ${JSON.stringify(value)}`)
    .join('\n');
}
