/** The one way into the history: stamps an event, keeps it, journals it, counts it. */
import type { Json } from '../base/json.ts';
import type { Clock } from '../contract/clock.ts';
import type { NodeId } from '../fault/fault.ts';
import type { OpRequest } from '../generator/generator.ts';
import { HistoryBuilder } from '../history/builder.ts';
import { nemesisProcess, typeCode } from '../history/columns.ts';
import type { EventType, HistoryEvent, OpError, ProcessId } from '../history/event.ts';
import type { EventExtra, History } from '../history/history.ts';
import { noValue } from '../history/values.ts';
import type { Settled } from './workers.ts';

/** Where events go as they happen. */
export interface Journal {
  append(event: HistoryEvent): void;
  /** Puts everything appended out of this program's hands; called before the run ends. */
  flush?(): Promise<void> | void;
}

/** Client operations so far. */
export interface Counts {
  readonly invoked: number;
  readonly ok: number;
  readonly fail: number;
  readonly info: number;
}

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

/** What an event has besides its stamp. */
interface Body {
  readonly type: EventType;
  readonly process: ProcessId;
  readonly op: OpRequest;
  readonly value: Json | undefined;
  readonly node: NodeId | undefined;
  readonly error: OpError | undefined;
}

export class Recorder {
  readonly #clock: Clock;
  readonly #journal: Journal;
  readonly #builder = new HistoryBuilder();
  readonly #counts = { invoked: 0, ok: 0, fail: 0, info: 0 };
  #lastNs = 0;

  constructor(clock: Clock, journal: Journal) {
    this.#clock = clock;
    this.#journal = journal;
  }

  get counts(): Counts {
    return { ...this.#counts };
  }

  history(): History {
    return this.#builder.build();
  }

  invoke(process: ProcessId, op: OpRequest, node: NodeId | undefined): HistoryEvent {
    const type = process === 'nemesis' ? 'info' : 'invoke';
    if (process !== 'nemesis') this.#counts.invoked += 1;
    return this.#record({ type, process, op, value: op.value, node, error: undefined });
  }

  complete(
    process: ProcessId,
    op: OpRequest,
    settled: Settled,
    node: NodeId | undefined,
  ): HistoryEvent {
    const { type, error } = settled;
    if (process !== 'nemesis') this.#counts[type] += 1;
    // Without an answer the value stays that of the invocation, as Jepsen has it.
    const value = type === 'ok' ? settled.value : (settled.value ?? op.value);
    return this.#record({ type, process, op, value, node, error });
  }

  #record({ type, process, op, value, node, error }: Body): HistoryEvent {
    const { f, key, final } = op;
    // A clock that is not quite monotonic must not make a history that is not.
    const time = Math.max(this.#clock.nowNs(), this.#lastNs);
    this.#lastNs = time;
    const builder = this.#builder;
    const index = builder.addRow(
      typeCode[type],
      process === 'nemesis' ? nemesisProcess : process,
      builder.functionId(f),
      key === undefined ? noValue : builder.values.internComposite(key),
      value === undefined ? noValue : builder.valueId(value),
      time,
    );
    const event: Mutable<HistoryEvent> = { index, time, type, process, f };
    if (key !== undefined) event.key = key;
    if (value !== undefined) event.value = value;
    addExtras(event, node, error, final);
    // Most events have a node and nothing else, and need no object of their own for that.
    if (error === undefined && final !== true) {
      if (node !== undefined) builder.addNode(index, node);
    } else builder.addExtra(index, addExtras({}, node, error, final));
    this.#journal.append(event);
    return event;
  }
}

function addExtras<T extends Mutable<EventExtra>>(
  to: T,
  node: NodeId | undefined,
  error: OpError | undefined,
  final: boolean | undefined,
): T {
  const target: Mutable<EventExtra> = to;
  if (node !== undefined) target.node = node;
  if (error !== undefined) target.error = error;
  if (final === true) target.final = final;
  return to;
}
