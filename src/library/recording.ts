/** Records what a program does with its own code, as a history that checkers can judge. */
import { HistoryError, messageOf } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import { nsPerMs } from '../base/units.ts';
import { HistoryBuilder } from '../history/builder.ts';
import type { EventType, HistoryEvent, OpError } from '../history/event.ts';
import type { History } from '../history/history.ts';

/** What is asked of the system. */
export interface RecordedOp {
  /** What is done, as the model calls it: `read`, `write`, `cas`, `enqueue`, … */
  readonly f: string;
  /** The object, where there are several that are independent. */
  readonly key?: Json;
  /** What is handed over: the value of a write, `[from, to]` of a cas. */
  readonly value?: Json;
}

/** Returned by `record`: the call came back, and said that nothing was done. */
export const noEffect: unique symbol = Symbol('no effect');

export interface RecordingOptions {
  /**
   * True if an operation that threw certainly did nothing. Of anything else that throws nobody
   * knows: it may have taken effect. When in doubt: false. A `read` never has an effect.
   */
  readonly hadNoEffect?: (error: unknown, op: RecordedOp) => boolean;
}

/** An operation that has begun; end it with one of these, once. */
export interface OpenOperation {
  /** It happened. `value`: what came back, or nothing where the model looks at no result. */
  ok(value?: Json): void;
  /** It certainly did not happen. */
  fail(error: unknown): void;
  /** It may have happened, or may yet. */
  info(error: unknown): void;
}

interface Client {
  process: number;
  isOpen: boolean;
}

/**
 * Histories of your own code:
 *
 *     const recording = new Recording();
 *     await recording.run('alice', { f: 'write', value: 1 }, () => store.set('x', 1));
 *     await recording.run('bob', { f: 'read' }, () => store.get('x'));
 *     linearizable('register').check(recording.history(), …);
 *
 * A client does one thing at a time; different clients may do theirs at once.
 */
export class Recording {
  readonly #events: Omit<HistoryEvent, 'index'>[] = [];
  readonly #clients = new Map<string | number, Client>();
  readonly #startMs = performance.now();
  readonly #hadNoEffect: (error: unknown, op: RecordedOp) => boolean;
  #processes = 0;

  constructor(options: RecordingOptions = {}) {
    this.#hadNoEffect = options.hadNoEffect ?? ((): boolean => false);
  }

  /**
   * Calls, records, and returns what the call returned; throws what it threw.
   *
   * @param client who does it: a name or a number
   * @param record what the result says, as the history has it. Unless given: the value that was
   *   handed over, and where none was (a read), the result itself.
   * @throws HistoryError if this client is still at something else
   */
  async run<Result>(
    client: string | number,
    op: RecordedOp,
    call: () => Result | Promise<Result>,
    record?: (result: Result) => Json | typeof noEffect,
  ): Promise<Result> {
    const operation = this.invoke(client, op);
    let result: Result;
    try {
      result = await call();
    } catch (thrown) {
      const isHarmless = op.f === 'read' || this.#hadNoEffect(thrown, op);
      if (isHarmless) operation.fail(thrown);
      else operation.info(thrown);
      throw thrown;
    }
    try {
      const recorded = record === undefined ? (op.value ?? (result as Json)) : record(result);
      if (recorded === noEffect) operation.fail('the call said that it did nothing');
      else operation.ok(recorded);
    } catch (thrown) {
      operation.info(thrown);
      throw thrown;
    }
    return result;
  }

  /** Begins an operation, where `run` does not fit. @throws HistoryError as `run` does */
  invoke(client: string | number, op: RecordedOp): OpenOperation {
    const state = this.#client(client);
    if (state.isOpen)
      throw new HistoryError(
        `client ${JSON.stringify(client)} begins ${op.f} before its last operation has ended; a client does one thing at a time: give each task a client of its own`,
      );
    state.isOpen = true;
    this.#add(state.process, 'invoke', op, {});
    const end = (type: EventType, body: Pick<HistoryEvent, 'value' | 'error'>): void => {
      if (!state.isOpen) throw new HistoryError(`${op.f} of client ${client} has ended already`);
      this.#add(state.process, type, op, body);
      state.isOpen = false;
      // It may still take effect, beside whatever this client does next.
      if (type === 'info') this.#clients.delete(client);
    };
    return {
      ok: (value) => {
        end('ok', { value: jsonOf(value === undefined ? op.value : value) });
      },
      fail: (error) => {
        end('fail', { error: opError(error) });
      },
      info: (error) => {
        end('info', { error: opError(error) });
      },
    };
  }

  /**
   * What was recorded until now. What has not ended is of unknown outcome.
   * @throws HistoryError if a value cannot be written as JSON
   */
  history(): History {
    const builder = new HistoryBuilder();
    for (const event of this.#events) builder.add(event);
    return builder.build();
  }

  #client(name: string | number): Client {
    const known = this.#clients.get(name);
    if (known !== undefined) return known;
    const client = { process: this.#processes, isOpen: false };
    this.#processes += 1;
    this.#clients.set(name, client);
    return client;
  }

  #add(
    process: number,
    type: EventType,
    op: RecordedOp,
    body: Pick<HistoryEvent, 'value' | 'error'>,
  ): void {
    const { f, key, value } = op;
    this.#events.push({
      time: Math.round((performance.now() - this.#startMs) * nsPerMs),
      type,
      process,
      f,
      ...(key === undefined ? {} : { key: jsonOf(key) }),
      value: jsonOf(value),
      ...body,
    });
  }
}

function opError(error: unknown): OpError {
  const code = error instanceof Error ? error.name : 'error';
  return [code, messageOf(error)];
}

/**
 * A copy, since a program may change its objects later. `undefined` is the null of JSON; what
 * JSON has no word for is refused: `null` in place of `NaN` would be a value that nobody read.
 */
function jsonOf(value: unknown): Json {
  if (value === undefined || value === null) return null;
  const text = JSON.stringify(value, (_, inner: unknown) => {
    const isNumber = typeof inner === 'number';
    if (isNumber ? Number.isFinite(inner) : !wordless.includes(typeof inner)) return inner;
    const what = isNumber ? String(inner) : `a ${typeof inner}`;
    throw new HistoryError(
      `a history holds JSON, which has no word for ${what}; say with the fourth argument of run() what to record`,
    );
  });
  return JSON.parse(text) as Json;
}

const wordless = ['bigint', 'function', 'symbol'];
