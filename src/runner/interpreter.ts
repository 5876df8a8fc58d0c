/**
 * Turns a generator into a history: the only place where time, clients, faults and
 * generators meet.
 *
 * Completions are taken before new operations begin: one left waiting would look concurrent
 * with operations that it in fact preceded, and a violation could hide behind that. For the
 * same reason `index` and `time` are given in one place, when an event is recorded.
 */
import { unreachable } from '../base/assert.ts';
import { InvariantError, messageOf, UsageError } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import { type Prng, prng } from '../base/prng.ts';
import { nsPerMs } from '../base/units.ts';
import type { OpenClient } from '../contract/client.ts';
import type { Clock } from '../contract/clock.ts';
import type { NodeId } from '../fault/fault.ts';
import type { Step } from '../generator/emission.ts';
import type { Generator, OpRequest, ThreadId } from '../generator/generator.ts';
import { Roster } from '../generator/roster.ts';
import { validate } from '../generator/validate.ts';
import type { HistoryEvent, OpError } from '../history/event.ts';
import type { History } from '../history/history.ts';
import { Alarm } from './clock-alarm.ts';
import { type Counts, type Journal, Recorder } from './interpreter-recorder.ts';
import { Mailbox } from './mailbox.ts';
import { ClientWorker, OpenCall, type Settled, Signals } from './workers.ts';

export type { Journal } from './interpreter-recorder.ts';

/** What the nemesis did. An `error` is recorded; whether it ends the run is the caller's matter. */
interface NemesisAnswer {
  readonly value?: Json;
  readonly error?: OpError;
}

/** How the run goes, for a live view. */
export interface Progress extends Counts {
  readonly nowNs: number;
  /** Operations of clients that are open now. */
  readonly inFlight: number;
}

export interface InterpretOptions {
  readonly generator: Generator;
  /** Number of client threads; thread t talks to node t mod n. */
  readonly concurrency: number;
  readonly nodes: readonly NodeId[];
  readonly open: OpenClient;
  readonly nemesis: (op: OpRequest, signal: AbortSignal) => Promise<NemesisAnswer>;
  readonly clock: Clock;
  readonly journal: Journal;
  /** After this the signal of an operation aborts. */
  readonly operationTimeoutMs: number;
  /** So long a client may take to settle after that; then its operation is `info`. */
  readonly graceMs?: number;
  /** So long a thread rests after it found no connection, lest a dead node keep it spinning. */
  readonly reconnectPauseMs?: number;
  /** Stops the run: open operations become `info`, and what was recorded is the history. */
  readonly signal: AbortSignal;
  /** Decides which of the free threads is taken. */
  readonly rng?: Prng;
  readonly onLog?: (message: string) => void;
  /** Called about ten times a second, and once at the end. */
  readonly onProgress?: (progress: Progress) => void;
}

/**
 * Runs until the generator has nothing more and no operation is open, or until `signal`
 * aborts; both resolve.
 *
 * @throws UsageError if the options make no sense. Rejects with whatever the generator, the
 *   journal or a callback throws; what was recorded until then is in the journal.
 */
export async function interpret(options: InterpretOptions): Promise<History> {
  const { concurrency, nodes, operationTimeoutMs } = options;
  if (!Number.isInteger(concurrency) || concurrency < 1)
    throw new UsageError(`concurrency must be a whole number from 1, got ${concurrency}`);
  if (nodes.length === 0) throw new UsageError('a run needs at least one node');
  if (!(operationTimeoutMs > 0))
    throw new UsageError(`the operation timeout must be more than 0 ms, got ${operationTimeoutMs}`);
  return new Interpreter(options).run();
}

const progressIntervalNs = 100 * nsPerMs;
/** A generator that never pauses must not keep the event loop for itself. */
const stepsPerTurn = 10_000;

/** A thread that does nothing for a while. */
interface Rest {
  readonly thread: ThreadId;
  readonly untilNs: number;
  /** A sleep is a part of the schedule, and the run lasts until it is over; a pause is not. */
  readonly why: 'sleep' | 'pause';
}

interface Done {
  readonly call: OpenCall;
  readonly settled: Settled;
}

class Interpreter {
  readonly #options: InterpretOptions;
  readonly #graceNs: number;
  readonly #roster: Roster;
  readonly #workers: readonly ClientWorker[];
  readonly #nemesisSignals = new Signals();
  readonly #closing = new Set<Promise<void>>();
  readonly #recorder: Recorder;
  readonly #mailbox = new Mailbox<Done>(() => {
    this.#turn();
  });
  readonly #alarm: Alarm;
  readonly #calls = new Set<OpenCall>();
  #rests: Rest[] = [];
  #generator: Generator;
  /** When to look at deadlines and rests: at the first of them, or before. */
  #tickNs = Infinity;
  #progressNs: number;
  #phase: 'running' | 'stopping' | 'ended' = 'running';
  #resolve: (history: History) => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;

  constructor(options: InterpretOptions) {
    const { concurrency, nodes, rng = prng(0) } = options;
    this.#options = options;
    this.#graceNs = (options.graceMs ?? Math.min(1000, options.operationTimeoutMs)) * nsPerMs;
    this.#roster = new Roster(concurrency, { nemesis: true, chance: rng });
    this.#workers = Array.from({ length: concurrency }, (_, thread) => {
      const node = nodes[thread % nodes.length] ?? '';
      return new ClientWorker(node, options.open, this.#closing);
    });
    this.#recorder = new Recorder(options.clock, options.journal);
    this.#alarm = new Alarm(options.clock, () => {
      this.#turn();
    });
    this.#generator = validate(options.generator);
    this.#progressNs = options.onProgress === undefined ? Infinity : 0;
  }

  run(): Promise<History> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#options.signal.addEventListener('abort', this.#stop, { once: true });
      if (this.#options.signal.aborted) this.#stop();
      else this.#turn();
    });
  }

  /** Everything that can happen now, happens. Called at each completion, and by the alarm. */
  #turn(): void {
    if (this.#phase === 'ended') return;
    try {
      for (let steps = 0; steps < stepsPerTurn; steps += 1) if (!this.#advance()) return;
      setImmediate(() => {
        this.#turn();
      });
    } catch (thrown) {
      this.#crash(thrown);
    }
  }

  /** One thing. False if the next one has to be waited for. */
  #advance(): boolean {
    this.#settleAll();
    const nowNs = this.#options.clock.nowNs();
    this.#keepTime(nowNs);
    if (this.#phase === 'stopping') return this.#endIf(this.#calls.size === 0);
    const emission = this.#generator.next(this.#roster.context(nowNs));
    switch (emission.kind) {
      case 'exhausted':
        return this.#endIf(this.#isIdle);
      case 'pending':
        this.#generator = emission.then ?? this.#generator;
        return this.#waitUntil(emission.untilNs, nowNs);
      case 'op':
      case 'sleep':
      case 'log':
        if (emission.atNs > nowNs) return this.#wait(emission.atNs);
        this.#take(emission, nowNs);
        return true;
      default:
        return unreachable(emission, 'emission');
    }
  }

  #keepTime(nowNs: number): void {
    if (nowNs >= this.#tickNs && this.#tick(nowNs)) this.#settleAll();
    if (nowNs >= this.#progressNs) this.#tellProgress(nowNs);
  }

  /** True if no operation is open, and no sleep of the schedule is under way. */
  get #isIdle(): boolean {
    return this.#calls.size === 0 && this.#rests.every(({ why }) => why === 'pause');
  }

  #settleAll(): void {
    for (let done = this.#mailbox.take(); done !== undefined; done = this.#mailbox.take())
      this.#complete(done);
  }

  #take(step: Step, nowNs: number): void {
    const thread = this.#roster.threadOf(step.process);
    this.#generator = step.then;
    switch (step.kind) {
      case 'log':
        this.#options.onLog?.(step.message);
        return;
      case 'sleep':
        this.#roster.begin(thread);
        this.#rest({ thread, untilNs: step.untilNs, why: 'sleep' });
        return;
      case 'op':
        this.#invoke(thread, step, nowNs);
        return;
      default:
        unreachable(step, 'step');
    }
  }

  #invoke(thread: ThreadId, { process, op }: Extract<Step, { kind: 'op' }>, nowNs: number): void {
    this.#roster.begin(thread);
    const isNemesis = process === 'nemesis';
    // The nemesis has no deadline: healing takes what it takes.
    const deadlineNs = isNemesis ? Infinity : nowNs + this.#options.operationTimeoutMs * nsPerMs;
    const times = { deadlineNs, giveUpNs: deadlineNs + this.#graceNs };
    const call = new OpenCall({ thread, process, op }, times, this.#put);
    this.#calls.add(call);
    this.#tickNs = Math.min(this.#tickNs, deadlineNs);
    const node = thread === 'nemesis' ? undefined : this.#workers[thread]?.node;
    this.#tell(this.#recorder.invoke(process, op, node));
    if (isNemesis) void this.#fault(call);
    else this.#workers[Number(thread)]?.begin(call, process);
  }

  /** Never rejects: whatever goes wrong is the answer. */
  async #fault(call: OpenCall): Promise<void> {
    try {
      const { value, error } = await this.#options.nemesis(call.op, this.#nemesisSignals.next());
      call.settle({
        type: 'info',
        ...(value === undefined ? {} : { value }),
        ...(error === undefined ? {} : { error }),
      });
    } catch (thrown) {
      call.settle({ type: 'info', error: ['nemesis-crashed', messageOf(thrown)] });
    }
  }

  readonly #put = (call: OpenCall, settled: Settled): void => {
    this.#mailbox.put({ call, settled });
  };

  #complete({ call, settled }: Done): void {
    const { thread, process, op } = call;
    this.#calls.delete(call);
    const worker = thread === 'nemesis' ? undefined : this.#workers[thread];
    if (worker !== undefined && settled.type === 'info') {
      // The old process may still be at work over there; its connection is its own.
      worker.close();
      this.#roster.renumber(thread);
    }
    if (settled.type === 'fail' && settled.error?.[0] === 'no-client' && !call.isSent)
      this.#pause(thread);
    else this.#roster.end(thread);
    this.#tell(this.#recorder.complete(process, op, settled, worker?.node));
  }

  #tell(event: HistoryEvent): void {
    this.#generator = this.#generator.update(this.#roster.context(event.time), event);
  }

  #pause(thread: ThreadId): void {
    const pauseNs = (this.#options.reconnectPauseMs ?? 100) * nsPerMs;
    this.#rest({ thread, untilNs: this.#options.clock.nowNs() + pauseNs, why: 'pause' });
  }

  #rest(rest: Rest): void {
    this.#rests.push(rest);
    this.#tickNs = Math.min(this.#tickNs, rest.untilNs);
  }

  /** Looks at every deadline. True if a call was given up, so that there is one to record. */
  #tick(nowNs: number): boolean {
    let hasGivenUp = false;
    this.#tickNs = Infinity;
    for (const call of this.#calls) {
      if (nowNs >= call.deadlineNs && !call.isAborted) this.#abort(call);
      if (nowNs >= call.giveUpNs) {
        this.#giveUp(call);
        hasGivenUp = true;
      }
      const nextNs = call.isAborted ? call.giveUpNs : call.deadlineNs;
      if (!call.isSettled) this.#tickNs = Math.min(this.#tickNs, nextNs);
    }
    const over = this.#rests.filter(({ untilNs }) => untilNs <= nowNs);
    if (over.length > 0) this.#rests = this.#rests.filter(({ untilNs }) => untilNs > nowNs);
    for (const { thread } of over) this.#roster.end(thread);
    for (const { untilNs } of this.#rests) this.#tickNs = Math.min(this.#tickNs, untilNs);
    return hasGivenUp;
  }

  #abort(call: OpenCall): void {
    const reason = new Error(this.#whyAborted());
    call.markAborted();
    if (call.thread === 'nemesis') this.#nemesisSignals.abort(reason);
    else this.#workers[call.thread]?.abort(reason);
  }

  #giveUp(call: OpenCall): void {
    const code = this.#phase === 'stopping' ? 'aborted' : 'timeout';
    if (call.isSent || call.thread === 'nemesis')
      call.settle({ type: 'info', error: [code, this.#whyAborted()] });
    else {
      const text = `no connection yet, and nothing was sent: ${this.#whyAborted()}`;
      call.settle({ type: 'fail', error: ['no-client', text] });
    }
  }

  #whyAborted(): string {
    if (this.#phase === 'stopping') return 'the run was stopped before an answer came';
    return `no answer after ${this.#options.operationTimeoutMs} ms`;
  }

  #waitUntil(untilNs: number | undefined, nowNs: number): false {
    if (untilNs === undefined && this.#roster.busyCount === 0)
      throw new InvariantError(
        'the generator is pending with no operation open and no time to wait for: it would wait for ever',
      );
    // One that names a moment in the past is asked again, but not in a tight loop.
    return this.#wait(untilNs === undefined || untilNs > nowNs ? untilNs : nowNs + nsPerMs);
  }

  #wait(untilNs = Infinity): false {
    const atNs = Math.min(untilNs, this.#tickNs, this.#progressNs);
    if (atNs < Infinity) this.#alarm.set(atNs);
    return false;
  }

  #tellProgress(nowNs: number): void {
    this.#progressNs = nowNs + progressIntervalNs;
    // Those of clients: the nemesis may have one open, or rest.
    let inFlight = 0;
    for (const { thread } of this.#calls) if (thread !== 'nemesis') inFlight += 1;
    this.#options.onProgress?.({ ...this.#recorder.counts, nowNs, inFlight });
  }

  readonly #stop = (): void => {
    if (this.#phase !== 'running') return;
    this.#phase = 'stopping';
    const nowNs = this.#options.clock.nowNs();
    for (const call of this.#calls) call.hurry(nowNs, nowNs + this.#graceNs);
    this.#tickNs = nowNs;
    this.#turn();
  };

  #endIf(isOver: boolean): false {
    if (!isOver) return this.#wait();
    this.#phase = 'ended';
    void this.#cleanUp().then(
      () => {
        this.#resolve(this.#recorder.history());
      },
      (thrown: unknown) => {
        this.#reject(errorOf(thrown));
      },
    );
    return false;
  }

  /** Something broke that must not: give back what is held, keep what was recorded, say it. */
  #crash(thrown: unknown): void {
    this.#phase = 'ended';
    for (const call of this.#calls) {
      this.#abort(call);
      // Nobody records it any more; but a connection that opens late is closed again.
      call.settle({ type: 'info', error: ['aborted', messageOf(thrown)] });
    }
    const rejected = (): void => {
      this.#reject(errorOf(thrown));
    };
    void this.#cleanUp().then(rejected, rejected);
  }

  async #cleanUp(): Promise<void> {
    const { clock, journal, onProgress, signal } = this.#options;
    signal.removeEventListener('abort', this.#stop);
    this.#alarm.cancel();
    for (const worker of this.#workers) worker.close();
    if (onProgress !== undefined) this.#tellProgress(clock.nowNs());
    await journal.flush?.();
    await this.#allClosed();
  }

  /** Waits for connections to close, within reason. */
  async #allClosed(): Promise<void> {
    if (this.#closing.size === 0) return;
    const { clock } = this.#options;
    const enough = new AbortController();
    const limit = clock.sleepUntil(clock.nowNs() + this.#graceNs, enough.signal);
    await Promise.race([Promise.all(this.#closing), limit]);
    enough.abort();
    await limit.catch(() => undefined);
  }
}

function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(messageOf(thrown), { cause: thrown });
}
