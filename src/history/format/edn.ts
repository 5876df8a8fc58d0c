/**
 * Reads events in EDN: op maps one after the other (`history.edn`), or all in one vector or
 * list (Knossos' examples), tagged or not, with comments between them.
 */
import { HistoryError } from '../../base/errors.ts';
import type { Json } from '../../base/json.ts';
import { nemesisProcess, typeCode } from '../columns.ts';
import { noValue } from '../values.ts';
import {
  badAt,
  byte,
  inEventAt,
  lineNumber,
  type Source,
  TornEnd,
  textAt,
  tornWarning,
} from './bytes.ts';
import { EdnScanner } from './edn-scanner.ts';
import { EventSink } from './event-sink.ts';

/** @throws HistoryError with line and column for what is no op map */
export function readEdn(source: Source, start: number): EventSink {
  const sink = new EventSink();
  const reader = new EdnReader(source, start, sink);
  try {
    reader.readAll();
  } catch (thrown) {
    if (thrown instanceof TornEnd) sink.warnings.push(tornEvent(source, reader.eventStart));
    else if (thrown instanceof HistoryError && !thrown.message.startsWith(source.name))
      throw inEventAt(source, reader.eventStart, thrown);
    else throw thrown;
  }
  return sink;
}

/**
 * An event that was cut off is the last one. If more events follow, a bracket or a quote is
 * missing instead, and all of them would be left out.
 */
function tornEvent(source: Source, start: number): string {
  const followed = textAt(source, start, source.bytes.length).split(/:type\b/).length > 2;
  if (!followed) return tornWarning(source, start);
  throw badAt(source, start, 'an op map whose brackets and quotes are all closed');
}

class EdnReader {
  /** Where the event that is being read begins. */
  eventStart: number;
  readonly #source: Source;
  readonly #sink: EventSink;
  readonly #scanner: EdnScanner;

  constructor(source: Source, start: number, sink: EventSink) {
    this.#source = source;
    this.#sink = sink;
    this.#scanner = new EdnScanner(source, start);
    this.eventStart = start;
  }

  readAll(): void {
    const scanner = this.#scanner;
    for (;;) {
      const next = this.#nextEvent();
      if (next === -1) return;
      if (next === byte.openCurly) this.#event();
      else if (next === byte.openSquare) this.#all(byte.closeSquare);
      else if (next === byte.open) this.#all(byte.close);
      else scanner.fail('an op map: {:type …, :process …, :f …, :value …}');
    }
  }

  /** The events of a vector or list. */
  #all(close: number): void {
    const scanner = this.#scanner;
    scanner.at += 1;
    for (;;) {
      const next = this.#nextEvent();
      if (next === byte.openCurly) this.#event();
      else if (next === close) {
        scanner.at += 1;
        return;
      } else if (next === -1) {
        this.#sink.warnings.push(
          `line ${lineNumber(this.#source, scanner.at)}: the file ends inside of the list of events`,
        );
        return;
      } else scanner.fail('an op map: {:type …, :process …, :f …, :value …}');
    }
  }

  /** Goes to the next event, which may begin with a tag. */
  #nextEvent(): number {
    this.#scanner.peek();
    this.eventStart = this.#scanner.at;
    return this.#scanner.peekUntagged();
  }

  #event(): void {
    const scanner = this.#scanner;
    const sink = this.#sink;
    scanner.at += 1;
    sink.begin();
    let wordAsValue: string | undefined;
    while (scanner.peek() !== byte.closeCurly) {
      const name = scanner.name();
      const value = scanner.value();
      switch (name) {
        case 'index':
          sink.setIndex(value);
          break;
        case 'time':
          sink.setTime(value);
          break;
        case 'type':
          sink.setType(wordOf(value));
          break;
        case 'process':
          sink.setProcess(value);
          break;
        case 'f':
          if (value !== null) sink.f = sink.builder.functionId(functionName(value));
          break;
        case 'key':
          sink.key = sink.keyId(value);
          break;
        case 'value':
          sink.value = sink.valueId(value);
          wordAsValue = scanner.wasKeyword ? wordOf(value) : undefined;
          break;
        case 'node':
          sink.setNode(value);
          break;
        case 'error':
          sink.setError(value);
          break;
        case 'final':
        case 'final?':
          sink.final = value === true;
          break;
        default:
      }
    }
    scanner.at += 1;
    valueMayBeError(sink, wordAsValue);
    sink.commit();
  }
}

/**
 * Old Jepsen tests put the reason of a failure where its value stands: `:info :write
 * :timed-out`. What was written is then only in the invocation.
 */
export function valueMayBeError(sink: EventSink, word: string | undefined): void {
  const failed = sink.type === typeCode.fail || sink.type === typeCode.info;
  if (word === undefined || !failed || sink.error !== undefined) return;
  if (sink.process === nemesisProcess) return;
  sink.setError(word);
  // eslint-disable-next-line no-param-reassign -- the sink is the record being filled
  sink.value = noValue;
}

function wordOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function functionName(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new HistoryError(`expected a keyword as :f, found ${JSON.stringify(value)}`);
}
