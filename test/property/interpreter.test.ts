import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { assert } from '../../src/base/assert.ts';
import { UsageError } from '../../src/base/errors.ts';
import { drawUnit, prng } from '../../src/base/prng.ts';
import type { Client, ClientOp } from '../../src/contract/client.ts';
import * as gen from '../../src/generator/combinators.ts';
import type { Generator } from '../../src/generator/generator.ts';
import { simulate } from '../../src/generator/simulate.ts';
import type { HistoryEvent, Outcome } from '../../src/history/event.ts';
import { interpret } from '../../src/runner/interpreter.ts';
import { expectLawful, openOperations } from '../support/history-laws.ts';
import { someGenerator } from '../support/random-generators.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const numRuns = Number(process.env['DSX_RUNS'] ?? 200);
const concurrency = 4;
const nodes = ['n1', 'n2', 'n3'];
const timeoutMs = 1;
const timeoutNs = timeoutMs * 1e6;

type Behaviour =
  | 'ok'
  | 'fail'
  | 'info'
  | 'throw'
  | 'reject'
  | 'never'
  | 'late'
  | 'on-abort'
  | 'nonsense'
  | 'refuse'
  | 'slow-open';
const behaviours: readonly Behaviour[] = [
  'ok',
  'ok',
  'ok',
  'fail',
  'info',
  'throw',
  'reject',
  'never',
  'late',
  'on-abort',
  'nonsense',
  'refuse',
  'slow-open',
];

/** What really happened at a client, to compare with what was recorded. */
interface Truth {
  readonly process: number;
  readonly value: unknown;
  /** Undefined until it settles. */
  outcome?: Outcome | 'crashed';
  settledNs?: number;
}

/** A system in which everything goes wrong by chance; it keeps a log of the truth. */
class Madhouse {
  readonly clock = new VirtualClock();
  readonly journal: HistoryEvent[] = [];
  readonly truths: Truth[] = [];
  readonly problems: string[] = [];
  openCount = 0;
  closeCount = 0;
  #source;
  readonly #allowed: readonly Behaviour[];

  constructor(seed: number, allowed: readonly Behaviour[]) {
    this.#source = prng(seed);
    this.#allowed = allowed;
  }

  unit(): number {
    const [value, next] = drawUnit(this.#source);
    this.#source = next;
    return value;
  }

  behaviour(): Behaviour {
    return this.#allowed[Math.floor(this.unit() * this.#allowed.length)] ?? 'ok';
  }

  async sleep(lengthNs: number): Promise<void> {
    await this.clock.sleepUntil(this.clock.nowNs() + lengthNs, new AbortController().signal);
  }

  readonly open = async (process: number, node: string): Promise<Client> => {
    const behaviour = this.behaviour();
    if (nodes[(process % concurrency) % nodes.length] !== node) this.problems.push('wrong node');
    if (behaviour === 'refuse') throw new Error('refused');
    if (behaviour === 'slow-open') await this.sleep(this.unit() * 3 * timeoutNs);
    this.openCount += 1;
    let isBusy = false;
    let isClosed = false;
    return {
      invoke: (op, signal) => {
        if (isBusy) this.problems.push('two operations at once on one client');
        if (isClosed) this.problems.push('an operation on a closed client');
        if (op.process !== process) this.problems.push('a client changed its process');
        if (signal.aborted) this.problems.push('a signal that had aborted already');
        isBusy = true;
        const truth: Truth = { process, value: op.value };
        this.truths.push(truth);
        const settle = (outcome: Outcome | 'crashed'): void => {
          truth.outcome = outcome;
          truth.settledNs = this.clock.nowNs();
          isBusy = false;
        };
        return this.#answer(this.behaviour(), op, signal, settle);
      },
      close: async () => {
        if (isClosed) this.problems.push('closed twice');
        isClosed = true;
        this.closeCount += 1;
        if (this.unit() < 0.2) throw new Error('cannot close');
      },
    };
  };

  #answer(
    behaviour: Behaviour,
    op: ClientOp,
    signal: AbortSignal,
    settle: (outcome: Outcome | 'crashed') => void,
  ): Promise<Outcome> {
    if (behaviour === 'throw') {
      settle('crashed');
      throw new Error('thrown');
    }
    const answered = async (): Promise<Outcome> => {
      if (behaviour === 'never') await new Promise(() => {});
      if (behaviour === 'late') await this.sleep(timeoutNs * (0.5 + this.unit() * 2));
      else if (behaviour === 'on-abort')
        await new Promise((resolve) => {
          signal.addEventListener('abort', resolve);
        });
      else if (this.unit() < 0.8) await this.sleep(Math.floor(this.unit() * 500));
      const outcome = this.#outcome(behaviour, op);
      settle(outcome);
      if (outcome === 'crashed' && behaviour === 'nonsense') return undefined as never;
      if (outcome === 'crashed') throw new Error('rejected');
      return outcome;
    };
    return answered();
  }

  #outcome(behaviour: Behaviour, { value }: ClientOp): Outcome | 'crashed' {
    switch (behaviour) {
      case 'fail':
      case 'on-abort':
        return { type: 'fail', error: ['no', 'thanks'] };
      case 'info':
        return { type: 'info', error: ['perhaps', ''] };
      case 'reject':
      case 'nonsense':
        return 'crashed';
      default:
        return { type: 'ok', value };
    }
  }
}

async function interpreted(
  house: Madhouse,
  generator: Generator,
  seed: number,
  stopAfterNs = Infinity,
): Promise<readonly HistoryEvent[] | undefined> {
  const abort = new AbortController();
  if (stopAfterNs < Infinity)
    void house.sleep(stopAfterNs).then(() => {
      abort.abort();
    });
  try {
    const history = await interpret({
      generator,
      concurrency,
      nodes,
      open: house.open,
      nemesis: async () => {
        await house.sleep(house.unit() * 100);
        if (house.unit() < 0.2) throw new Error('could not');
        return { value: 'done' };
      },
      clock: house.clock,
      journal: { append: (event) => house.journal.push(event) },
      operationTimeoutMs: timeoutMs,
      graceMs: timeoutMs,
      reconnectPauseMs: timeoutMs,
      signal: abort.signal,
      rng: prng(seed),
    });
    return [...history.eachEvent()];
  } catch (thrown) {
    if (thrown instanceof UsageError) return undefined;
    throw thrown;
  }
}

/** Every recorded completion against what the client knows to have happened. */
function expectTruthful(events: readonly HistoryEvent[], house: Madhouse): void {
  expect(house.problems).toEqual([]);
  const truths = new Map<number, Truth[]>();
  for (const truth of house.truths) {
    const of = truths.get(truth.process);
    if (of === undefined) truths.set(truth.process, [truth]);
    else of.push(truth);
  }
  for (const event of events) {
    if (event.process === 'nemesis') continue;
    expect(event.node).toBe(nodes[(event.process % concurrency) % nodes.length]);
    if (event.type === 'invoke') continue;
    // Nothing was sent: the client never heard of it.
    if (event.error?.[0] === 'no-client') expect(event.type).toBe('fail');
    else expectTrue(event, truths.get(event.process)?.shift());
  }
  for (const [process, left] of truths) expect([process, left]).toEqual([process, []]);
}

function expectTrue({ type, error, value, time }: HistoryEvent, truth: Truth | undefined): void {
  assert(truth !== undefined, 'an operation that no client ever had');
  if (error !== undefined && ['timeout', 'aborted'].includes(error[0])) {
    expect(type).toBe('info');
    expect(truth.settledNs ?? Infinity).toBeGreaterThanOrEqual(time);
    return;
  }
  expect(time, 'an answer is recorded when it comes').toBe(truth.settledNs);
  expect(type).toBe(truth.outcome === 'crashed' ? 'info' : truth.outcome?.type);
  if (type === 'ok') expect(value ?? null).toEqual(truth.value);
}

const load = (generator: Generator): Generator =>
  gen.limit(60, gen.timeLimit(20 * timeoutNs, generator, 'asked'));

test('whatever clients do, the history is lawful and true, and every client is closed', async () => {
  await fc.assert(
    fc.asyncProperty(someGenerator, fc.nat(), async ({ generator }, seed) => {
      const house = new Madhouse(seed, behaviours);
      const events = await interpreted(house, load(generator), seed);
      if (events === undefined) return;
      expect(events).toEqual(house.journal);
      expectLawful(events, concurrency);
      expect(openOperations(events)).toBe(0);
      expectTruthful(events, house);
      // Those that opened too late are closed when they open.
      await house.sleep(10 * timeoutNs);
      expect(house.closeCount).toBe(house.openCount);
    }),
    { numRuns },
  );
});

test('under a steady load too: every thread, every behaviour', async () => {
  const busy = gen.clients(
    gen.repeatedly(prng(1), (source) => [
      { f: 'write', value: source.state },
      prng(source.state + 1),
    ]),
    gen.repeat(gen.of({ f: 'break' })),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.subarray([...behaviours], { minLength: 1 }),
      fc.nat(),
      async (allowed, seed) => {
        const house = new Madhouse(seed, allowed);
        const generator = gen.limit(200, gen.stagger(prng(seed), 300, busy));
        const events = await interpreted(house, generator, seed);
        expect(events).toEqual(house.journal);
        expect(events).toHaveLength(400);
        expectLawful(events ?? [], concurrency);
        expect(openOperations(events ?? [])).toBe(0);
        expectTruthful(events ?? [], house);
        await house.sleep(10 * timeoutNs);
        expect(house.closeCount).toBe(house.openCount);
      },
    ),
    { numRuns },
  );
});

test('stopped at any moment, nothing recorded is lost and nothing stays open', async () => {
  const busy = gen.clients(
    gen.repeatedly(prng(1), (source) => [
      { f: 'write', value: source.state },
      prng(source.state + 1),
    ]),
    gen.repeat(gen.of({ f: 'break' })),
  );
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: 10_000 }), fc.nat(), async (stopAfterNs, seed) => {
      const house = new Madhouse(seed, behaviours);
      const events = await interpreted(
        house,
        gen.stagger(prng(seed), 100, busy),
        seed,
        stopAfterNs,
      );
      expect(events).toEqual(house.journal);
      expectLawful(events ?? [], concurrency);
      expect(openOperations(events ?? [])).toBe(0);
      expectTruthful(events ?? [], house);
      for (const { type, time } of events ?? [])
        if (type === 'invoke') expect(time).toBeLessThanOrEqual(stopAfterNs);
    }),
    { numRuns },
  );
});

test('the interpreter does what the simulation does, event for event', async () => {
  /** Latencies by process and time alone, with a fraction, so that no two things fall together. */
  const latencyNs = (process: number | 'nemesis', atNs: number): number => {
    const [unit] = drawUnit(prng(((process === 'nemesis' ? 99 : process) * 7919 + atNs) >>> 0));
    return unit * 20_000;
  };
  const outcomeAt = (atNs: number, value: HistoryEvent['value']): Outcome => {
    const [unit] = drawUnit(prng(atNs >>> 0));
    if (unit < 0.7) return { type: 'ok', value: value ?? null };
    if (unit < 0.85) return { type: 'fail', error: ['no', ''] };
    return { type: 'info', error: ['perhaps', ''] };
  };
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(someGenerator, fc.nat(), async ({ generator }, seed) => {
      const limited = gen.limit(60, gen.timeLimit(100_000, generator, 'asked'));
      let expected: readonly HistoryEvent[];
      try {
        expected = simulate(limited, {
          concurrency,
          seed,
          respond: ({ process, atNs, value }) => ({
            latencyNs: latencyNs(process, atNs),
            outcome: outcomeAt(atNs, value),
          }),
        });
      } catch (thrown) {
        if (thrown instanceof UsageError) return;
        throw thrown;
      }
      const clock = new VirtualClock();
      const signal = new AbortController().signal;
      const history = await interpret({
        generator: limited,
        concurrency,
        nodes: ['n1'],
        open: async () => ({
          invoke: async ({ process, value }) => {
            const atNs = clock.nowNs();
            await clock.sleepUntil(atNs + latencyNs(process, atNs), signal);
            return outcomeAt(atNs, value);
          },
          close: async () => {},
        }),
        nemesis: async ({ value }) => {
          const atNs = clock.nowNs();
          await clock.sleepUntil(atNs + latencyNs('nemesis', atNs), signal);
          const outcome = outcomeAt(atNs, value);
          return outcome.type === 'ok' ? { value: outcome.value } : { error: outcome.error };
        },
        clock,
        journal: { append: () => {} },
        operationTimeoutMs: 1_000_000_000,
        signal,
        rng: prng(seed),
      });
      const events = [...history.eachEvent()].map(({ value = null, ...event }) => ({
        ...event,
        value,
        node: undefined,
      }));
      expect(events).toEqual(expected.map(({ value = null, ...event }) => ({ ...event, value })));
      if (events.length > 10) compared += 1;
    }),
    { numRuns },
  );
  expect(compared).toBeGreaterThan(numRuns / 10);
});
