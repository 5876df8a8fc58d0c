import { describe, expect, test } from 'vitest';
import { prng } from '../../src/base/prng.ts';
import type { Client, ClientOp } from '../../src/contract/client.ts';
import * as gen from '../../src/generator/combinators.ts';
import type { Generator } from '../../src/generator/generator.ts';
import type { HistoryEvent, Outcome } from '../../src/history/event.ts';
import { RunClock } from '../../src/runner/clock.ts';
import { type InterpretOptions, interpret, type Progress } from '../../src/runner/interpreter.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const ms = 1_000_000;
const never = new Promise<never>(() => {});

/** Clients that answer through `respond`, and what was done with them. */
class Lab {
  readonly clock = new VirtualClock();
  readonly journal: HistoryEvent[] = [];
  readonly opened: string[] = [];
  readonly closed: string[] = [];
  readonly abort = new AbortController();

  async run(
    generator: Generator,
    respond: (op: ClientOp, signal: AbortSignal) => Promise<Outcome>,
    options: Partial<InterpretOptions> = {},
  ): Promise<readonly HistoryEvent[]> {
    const history = await interpret({
      generator,
      concurrency: 1,
      nodes: ['n1', 'n2'],
      open: async (process, node): Promise<Client> => {
        const name = `${process}@${node}`;
        this.opened.push(name);
        return {
          invoke: respond,
          close: async () => {
            this.closed.push(name);
          },
        };
      },
      nemesis: async () => ({}),
      clock: this.clock,
      journal: { append: (event) => this.journal.push(event) },
      operationTimeoutMs: 100,
      graceMs: 10,
      signal: this.abort.signal,
      rng: prng(1),
      ...options,
    });
    const events = [...history.eachEvent()];
    expect(events).toEqual(this.journal);
    return events;
  }

  sleep(lengthMs: number): Promise<void> {
    return this.clock.sleepUntil(this.clock.nowNs() + lengthMs * ms, new AbortController().signal);
  }
}

const ok: Outcome = { type: 'ok', value: null };
const reads = (count: number) => gen.clients(gen.limit(count, gen.repeat(gen.of({ f: 'read' }))));
const said = (events: readonly HistoryEvent[]) =>
  events.map(({ type, process, time, error }) =>
    [type, process, time / ms, ...(error === undefined ? [] : [error[0]])].join(' '),
  );

describe('outcomes', () => {
  test('ok, fail and info are recorded as the client says, and info renews the process', async () => {
    const lab = new Lab();
    const answers: Outcome[] = [
      { type: 'ok', value: 7 },
      { type: 'fail', error: ['no', 'thanks'] },
      { type: 'info', error: ['perhaps', ''] },
      { type: 'ok', value: 8 },
    ];
    const events = await lab.run(reads(4), async () => answers.shift() ?? ok);
    expect(said(events)).toEqual([
      'invoke 0 0',
      'ok 0 0',
      'invoke 0 0',
      'fail 0 0 no',
      'invoke 0 0',
      'info 0 0 perhaps',
      'invoke 1 0',
      'ok 1 0',
    ]);
    expect(events[1]).toEqual({
      index: 1,
      time: 0,
      type: 'ok',
      process: 0,
      f: 'read',
      value: 7,
      node: 'n1',
    });
    expect(lab.opened).toEqual(['0@n1', '1@n1']);
    expect(lab.closed).toEqual(['0@n1', '1@n1']);
  });

  test('a client that throws, now or later, leaves an info and is replaced', async () => {
    const lab = new Lab();
    let calls = 0;
    const events = await lab.run(reads(3), (): Promise<Outcome> => {
      calls += 1;
      if (calls === 1) throw new Error('at once');
      return calls === 2 ? Promise.reject(new Error('later')) : Promise.resolve(ok);
    });
    expect(events.map(({ error }) => error).filter((error) => error !== undefined)).toEqual([
      ['client-crashed', 'at once'],
      ['client-crashed', 'later'],
    ]);
    expect(lab.closed).toEqual(['0@n1', '1@n1', '2@n1']);
  });

  test.each([
    [undefined],
    [{ type: 'maybe' }],
    [{ type: 'fail' }],
    [{ type: 'info', error: 'text' }],
  ])('an outcome that is none (%j) is an outcome that nobody knows', async (outcome) => {
    const events = await new Lab().run(reads(1), async () => outcome as never);
    expect(events[1]).toMatchObject({
      type: 'info',
      error: ['client-crashed', expect.any(String)],
    });
  });

  test('a failed or unknown operation keeps the value that it was invoked with', async () => {
    const write = gen.clients(gen.of({ f: 'write', key: 'x', value: 3, final: true }));
    const events = await new Lab().run(write, async () => ({ type: 'fail', error: ['no', ''] }));
    expect(events[1]).toMatchObject({ type: 'fail', key: 'x', value: 3, final: true });
  });

  test('thread t talks to node t mod n, whatever its process', async () => {
    const events = await new Lab().run(
      gen.clients(gen.eachThread(gen.limit(3, gen.repeat(gen.of({ f: 'read' }))))),
      async () => ({ type: 'info', error: ['perhaps', ''] }),
      { concurrency: 5 },
    );
    for (const { process, node } of events)
      expect(node).toBe((Number(process) % 5) % 2 === 0 ? 'n1' : 'n2');
    expect(events).toHaveLength(30);
  });
});

describe('connections', () => {
  test('no connection is a fail: nothing was sent; and the thread rests a little', async () => {
    const lab = new Lab();
    let attempts = 0;
    const events = await lab.run(reads(3), async () => ok, {
      reconnectPauseMs: 50,
      open: async () => {
        attempts += 1;
        if (attempts < 3) throw new Error('connection refused');
        return { invoke: async () => ok, close: async () => {} };
      },
    });
    expect(said(events)).toEqual([
      'invoke 0 0',
      'fail 0 0 no-client',
      'invoke 0 50',
      'fail 0 50 no-client',
      'invoke 0 100',
      'ok 0 100',
    ]);
    expect(events[1]?.error).toEqual(['no-client', 'connection refused']);
  });

  test('a client that itself says no-client does not make the thread rest', async () => {
    const answer: Outcome = { type: 'fail', error: ['no-client', 'lost it'] };
    const events = await new Lab().run(reads(2), async () => answer);
    expect(events.at(-1)?.time).toBe(0);
  });

  test('a connection that takes too long is a fail, and is closed when it opens after all', async () => {
    const lab = new Lab();
    const closed: string[] = [];
    const events = await lab.run(
      gen.phases(reads(1), gen.clients(gen.sleep(500 * ms))),
      async () => ok,
      {
        open: async () => {
          await lab.sleep(300);
          return { invoke: async () => ok, close: async () => void closed.push('late') };
        },
      },
    );
    expect(said(events)).toEqual(['invoke 0 0', 'fail 0 110 no-client']);
    expect(closed).toEqual(['late']);
  });

  test('a client that cannot be closed holds nobody up', async () => {
    const lab = new Lab();
    const events = await lab.run(reads(2), async () => ok, {
      concurrency: 2,
      open: async (process) => ({
        invoke: async () => ok,
        close: () => (process === 0 ? never : Promise.reject(new Error('no'))),
      }),
    });
    expect(events).toHaveLength(4);
  });
});

describe('timeouts', () => {
  test('the signal aborts at the timeout, and what the client then says is recorded', async () => {
    const events = await new Lab().run(
      reads(1),
      (_op, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            resolve({ type: 'fail', error: ['timeout', String(signal.reason)] });
          });
        }),
    );
    expect(said(events)).toEqual(['invoke 0 0', 'fail 0 100 timeout']);
    expect(events[1]?.error?.[1]).toBe('Error: no answer after 100 ms');
  });

  test('a client that never settles is given up after the grace: info, closed, replaced', async () => {
    const lab = new Lab();
    const events = await lab.run(reads(2), ({ process }) =>
      process === 0 ? never : Promise.resolve(ok),
    );
    expect(said(events)).toEqual(['invoke 0 0', 'info 0 110 timeout', 'invoke 1 110', 'ok 1 110']);
    expect(lab.closed).toEqual(['0@n1', '1@n1']);
  });

  test('an answer that comes after that is nobody’s', async () => {
    const lab = new Lab();
    const events = await lab.run(reads(2), async ({ process }) => {
      await lab.sleep(process === 0 ? 120 : 50);
      return { type: 'ok', value: process };
    });
    expect(said(events)).toEqual(['invoke 0 0', 'info 0 110 timeout', 'invoke 1 110', 'ok 1 160']);
  });

  test('a signal that aborted is not handed out again', async () => {
    const lab = new Lab();
    const aborted: boolean[] = [];
    await lab.run(reads(40), async (_op, signal) => {
      aborted.push(signal.aborted);
      if (aborted.length % 3 === 0) await lab.sleep(105);
      return ok;
    });
    expect(aborted).toEqual(Array.from({ length: 40 }, () => false));
  });
});

describe('nemesis', () => {
  test('both halves are info, with what it said', async () => {
    const lab = new Lab();
    const events = await lab.run(
      gen.nemesis(gen.of({ f: 'break', value: 'n1' }, { f: 'heal' }, { f: 'break' })),
      async () => ok,
      {
        nemesis: async ({ f, value }) => {
          await lab.sleep(1000);
          if (f === 'break' && value === undefined) throw new Error('will not');
          return f === 'break' ? { value: 'broken' } : { error: ['failed', 'to heal'] };
        },
      },
    );
    expect(
      events.map(({ type, process, time, f, value, error }) => [
        type,
        process,
        time / ms,
        f,
        value,
        error,
      ]),
    ).toEqual([
      ['info', 'nemesis', 0, 'break', 'n1', undefined],
      ['info', 'nemesis', 1000, 'break', 'broken', undefined],
      ['info', 'nemesis', 1000, 'heal', undefined, undefined],
      ['info', 'nemesis', 2000, 'heal', undefined, ['failed', 'to heal']],
      ['info', 'nemesis', 2000, 'break', undefined, undefined],
      ['info', 'nemesis', 3000, 'break', undefined, ['nemesis-crashed', 'will not']],
    ]);
  });
});

describe('the end', () => {
  test('stopping: open operations become info, later ones do not begin', async () => {
    const lab = new Lab();
    const endless = gen.clients(gen.repeat(gen.of({ f: 'read' })), gen.of({ f: 'break' }));
    void lab.sleep(25).then(() => {
      lab.abort.abort();
    });
    const events = await lab.run(
      endless,
      async ({ process }) => {
        if (process === 0) return never;
        await lab.sleep(10);
        return ok;
      },
      { concurrency: 2, operationTimeoutMs: 60_000, nemesis: () => never },
    );
    const ends = events
      .slice(-3)
      .map(({ type, process, time, error }) => [type, process, time / ms, error?.[0]]);
    expect(ends.toSorted()).toEqual(
      [
        ['info', 0, 35, 'aborted'],
        ['info', 'nemesis', 35, 'aborted'],
        ['ok', 1, 30, undefined],
      ].toSorted(),
    );
    expect(lab.closed.toSorted()).toEqual(['0@n1', '1@n2']);
  });

  test('stopped before it began: an empty history', async () => {
    const lab = new Lab();
    lab.abort.abort();
    expect(await lab.run(reads(5), async () => ok)).toEqual([]);
  });

  test('a sleep of the schedule is waited for, a pause after a refusal is not', async () => {
    const lab = new Lab();
    await lab.run(gen.sequence(reads(1), gen.clients(gen.sleep(70 * ms))), async () => ok);
    expect(lab.clock.nowNs()).toBe(70 * ms);
    const refused = new Lab();
    await refused.run(reads(1), async () => ok, {
      open: () => Promise.reject(new Error('refused')),
      reconnectPauseMs: 5000,
    });
    expect(refused.clock.nowNs()).toBe(0);
  });

  test('a generator that throws ends the run with what it threw; clients are closed', async () => {
    const lab = new Lab();
    const failing = gen.map((op) => {
      if (lab.journal.length > 3) throw new Error('boom');
      return op;
    }, reads(10));
    await expect(lab.run(failing, async () => ok)).rejects.toThrow(
      /a generator's next threw: boom/,
    );
    expect(lab.journal).toHaveLength(4);
    expect(lab.closed).toEqual(['0@n1']);
  });

  test('a journal that cannot write ends the run', async () => {
    const journal = {
      append: () => {
        throw new Error('no space left on device');
      },
    };
    await expect(new Lab().run(reads(1), async () => ok, { journal })).rejects.toThrow(
      'no space left on device',
    );
  });

  test('the journal is flushed before the history is handed over', async () => {
    let flushed = 0;
    const written: HistoryEvent[] = [];
    const lab = new Lab();
    await lab.run(reads(1), async () => ok, {
      journal: {
        append: (event) => {
          written.push(event);
          lab.journal.push(event);
        },
        flush: async () => {
          flushed = written.length;
        },
      },
    });
    expect(flushed).toBe(2);
  });

  test('a generator that waits for what can never come is found out', async () => {
    const stuck: Generator = { next: () => ({ kind: 'pending' }), update: () => stuck };
    await expect(new Lab().run(stuck, async () => ok)).rejects.toThrow(/would wait for ever/);
  });

  test.each([
    [{ concurrency: 0 }, 'concurrency'],
    [{ nodes: [] }, 'node'],
    [{ operationTimeoutMs: 0 }, 'timeout'],
  ])('%j makes no sense', async (options, word) => {
    await expect(new Lab().run(reads(1), async () => ok, options)).rejects.toThrow(word);
  });
});

describe('watching', () => {
  test('progress counts, and its last word is the total', async () => {
    const lab = new Lab();
    const progress: Progress[] = [];
    await lab.run(
      gen.clients(gen.limit(50, gen.delay(20 * ms, gen.repeat(gen.of({ f: 'read' }))))),
      async () => ok,
      { onProgress: (now) => progress.push(now) },
    );
    expect(progress.at(-1)).toMatchObject({ invoked: 50, ok: 50, fail: 0, info: 0, inFlight: 0 });
    expect(progress.length).toBeGreaterThan(8);
    expect(progress.length).toBeLessThan(14);
  });

  test('logs reach the watcher', async () => {
    const lines: string[] = [];
    await new Lab().run(gen.log('hello'), async () => ok, { onLog: (line) => lines.push(line) });
    expect(lines).toEqual(['hello']);
  });
});

describe('real time', () => {
  test('a clock sleeps until then and not much longer, and wakes when aborted', async () => {
    const clock = new RunClock();
    const until = clock.nowNs() + 5 * ms;
    await clock.sleepUntil(until, new AbortController().signal);
    expect(clock.nowNs()).toBeGreaterThanOrEqual(until);
    const abort = new AbortController();
    const long = clock.sleepUntil(clock.nowNs() + 3_600_000 * ms, abort.signal);
    abort.abort(new Error('enough'));
    await expect(long).rejects.toThrow('enough');
    await expect(clock.sleepUntil(0, abort.signal)).rejects.toThrow('enough');
    await clock.sleepUntil(0, new AbortController().signal);
  });

  test('clients that answer at once do not keep timers and signals out', async () => {
    const lab = new Lab();
    const endless = gen.clients(gen.repeat(gen.of({ f: 'read' })));
    // If timers were kept out, nothing would end this.
    const timer = setInterval(() => {
      if (lab.journal.length > 100) lab.abort.abort();
    }, 1);
    const events = await lab.run(endless, async () => ok, {
      clock: new RunClock(),
      concurrency: 3,
    });
    clearInterval(timer);
    expect(events.length).toBeGreaterThan(100);
  });

  test('many answers at once, one after the other, all arrive', async () => {
    const events = await new Lab().run(reads(3000), async () => ok, { clock: new RunClock() });
    expect(events).toHaveLength(6000);
  });

  test('a thousand a second is met', async () => {
    const load = gen.rate(prng(1), 1000, gen.repeat(gen.of({ f: 'read' })));
    const invokedMs = async (more: Partial<InterpretOptions>): Promise<number[]> => {
      const options = { concurrency: 5, ...more };
      const events = await new Lab().run(
        gen.clients(gen.limit(600, load)),
        async () => ok,
        options,
      );
      return events.filter(({ type }) => type === 'invoke').map(({ time }) => time / ms);
    };
    const due = await invokedMs({});
    const real = await invokedMs({ clock: new RunClock() });
    expect(due.at(-1)).toBeGreaterThan(500);
    const lateMs = real.map((time, i) => time - (due[i] ?? Infinity));
    expect(Math.min(...lateMs)).toBeGreaterThanOrEqual(0);
    // A busy machine may hold up any of them; what falls behind, as with timers that are all
    // late by a little, is late with all of the second half.
    expect(Math.min(...lateMs.slice(300))).toBeLessThan(50);
  });
});
