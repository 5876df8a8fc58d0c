/**
 * Where all readers put what they found: field by field into one reused record, and from
 * there into columns. No object is made for an event.
 *
 * It also does what only foreign files need: a process that goes on after an operation of
 * unknown outcome gets a new number, and operations without a process get one each.
 */
import { HistoryError } from '../../base/errors.ts';
import { isArray, type Json } from '../../base/json.ts';
import { plural } from '../../base/text.ts';
import { HistoryBuilder } from '../builder.ts';
import { eventTypes, nemesisProcess, typeCode } from '../columns.ts';
import type { EventType, OpError } from '../event.ts';
import type { History } from '../history.ts';
import { noValue } from '../values.ts';

/** In `process`: the event names none. */
const noProcess = -1_000_000_000;
/** In `type`, `f`, `index`: the event has none. */
export const absent = -1;
/** Numbers from here down stand for processes that get their number at the end. */
const firstFresh = -2;
const processMax = 0x7fff_ffff;
/** Integers below this are looked up in an array instead of a map. */
const smallIntegers = 1 << 22;

export class EventSink {
  readonly builder = new HistoryBuilder();
  readonly warnings: string[] = [];
  /** The event being read. Ids are the builder's. */
  type: number = absent;
  process = noProcess;
  f: number = absent;
  key = noValue;
  value = noValue;
  /** NaN if the event has no time. */
  timeNs = Number.NaN;
  index: number = absent;
  node: string | undefined;
  error: OpError | undefined;
  final = false;

  /** True if every event so far had a time. */
  timed = true;
  /** Events that must be missing, since their indices are. */
  missingIndices = 0;
  #lastIndex: number = absent;
  #processHighest = 0;
  /** Processes whose last operation ended in info. */
  readonly #spent = new Set<number>();
  /** What a process that went on all the same is called since. */
  readonly #aliases = new Map<number, number>();
  #freshCount = 0;
  #anonymousCount = 0;
  /** The open operation of an event without a process. */
  #anonymousOpen: number | undefined;
  /** By small integer its id as value or key + 1, or 0 if it has none yet. For reading. */
  smallIds = new Int32Array(1024);

  /** True: times must not go back. Others than dsx take times before they order events. */
  strictTime = false;
  #latestNs = Number.NEGATIVE_INFINITY;

  /** Forgets the fields of the last event. */
  begin(): void {
    this.type = absent;
    this.process = noProcess;
    this.f = absent;
    this.key = noValue;
    this.value = noValue;
    this.timeNs = Number.NaN;
    this.index = absent;
    this.node = undefined;
    this.error = undefined;
    this.final = false;
  }

  /**
   * Adds the event.
   * @throws HistoryError if it lacks what it needs or makes no sense after those before it
   */
  commit(): void {
    if (this.type === absent)
      throw new HistoryError('expected a "type" (invoke, ok, fail or info), found none');
    if (this.f === absent) this.f = this.#functionOfTransaction();
    this.#checkIndex();
    const process = this.#processNow();
    const row = this.builder.length;
    const timed = !Number.isNaN(this.timeNs);
    if (!timed) this.timed = false;
    else if (this.timeNs >= this.#latestNs) this.#latestNs = this.timeNs;
    else if (this.strictTime)
      throw new HistoryError(
        `time goes back: event ${row} is of ${this.timeNs} ns, after one of ${this.#latestNs} ns; expected times to rise from event to event, as dsx writes them`,
      );
    // Without a clock, one event is one nanosecond: pictures then still show the order.
    const timeNs = timed ? this.timeNs : row;
    this.builder.addRow(this.type, process, this.f, this.key, this.value, timeNs);
    if (this.type === typeCode.info && process !== nemesisProcess && this.builder.completes(row))
      this.#spent.add(process);
    this.#addExtra(row);
  }

  /** The history. Nothing can be added after it. */
  finish(): History {
    const history = this.builder.build(this.timed);
    const { process } = history.events;
    if (this.#freshCount > 0)
      for (let i = 0; i < process.length; i += 1) {
        const number = process[i] ?? 0;
        if (number <= firstFresh) process[i] = this.#processHighest + 1 + (firstFresh - number);
      }
    if (this.#aliases.size > 0)
      this.warnings.push(
        `${plural(this.#aliases.size, 'process', 'processes')} went on after an operation of unknown outcome, which may still take effect; what they did next counts as done by new processes, numbered from ${this.#processHighest + 1}`,
      );
    if (this.#anonymousCount > 0)
      this.warnings.push(
        `${plural(this.#anonymousCount, 'operation')} without "process": each counts as done by a process of its own`,
      );
    return history;
  }

  setType(name: string): void {
    const at = eventTypes.indexOf(plain(name) as EventType);
    if (at === -1)
      throw new HistoryError(`expected "type" to be invoke, ok, fail or info, found "${name}"`);
    this.type = at;
  }

  setProcess(value: Json): void {
    if (value === null) return;
    if (typeof value === 'string' && plain(value) === 'nemesis') this.process = nemesisProcess;
    else this.setProcessNumber(value);
  }

  setProcessNumber(value: Json): void {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > processMax)
      throw new HistoryError(
        `expected "process" to be an integer from 0 to ${processMax} or "nemesis", found ${JSON.stringify(value)}`,
      );
    this.process = value;
    if (value > this.#processHighest) this.#processHighest = value;
  }

  setTime(value: Json): void {
    if (value === null) return;
    if (typeof value !== 'number')
      throw new HistoryError(
        `expected "time" to be a number of nanoseconds, found ${JSON.stringify(value)}`,
      );
    this.timeNs = value;
  }

  setIndex(value: Json): void {
    if (value === null) return;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0)
      throw new HistoryError(
        `expected "index" to be an integer from 0 up, found ${JSON.stringify(value)}`,
      );
    this.index = value;
  }

  setNode(value: Json): void {
    if (value !== null) this.node = typeof value === 'string' ? value : JSON.stringify(value);
  }

  /** dsx: `[code, text]`. Jepsen: a word, a vector that begins with one, or anything. */
  setError(value: Json): void {
    if (value === null) return;
    if (!isArray(value)) this.error = [textOf(value), ''];
    // What dsx itself says of an error is text, in which a colon in front is no keyword's.
    else if (value.length === 2 && typeof value[1] === 'string')
      this.error = [textOf(value[0] ?? ''), value[1]];
    else this.error = [textOf(value[0] ?? ''), value.slice(1).map(textOf).join(' ')];
  }

  /** The id of a number as value or key. */
  numberId(value: number): number {
    // -0 is told apart from 0 by no history.
    if (!(value >= 0 && value < smallIntegers) || !Number.isInteger(value))
      return this.builder.values.id(value === 0 ? 0 : value);
    if (value >= this.smallIds.length) this.#growSmallIds(value);
    const known = this.smallIds[value] ?? 0;
    if (known !== 0) return known - 1;
    const id = this.builder.values.id(value === 0 ? 0 : value);
    this.smallIds[value] = id + 1;
    return id;
  }

  valueId(value: Json): number {
    return typeof value === 'number' ? this.numberId(value) : this.builder.valueId(value);
  }

  keyId(value: Json): number {
    return typeof value === 'object' && value !== null
      ? this.builder.values.internComposite(value)
      : this.valueId(value);
  }

  #growSmallIds(value: number): void {
    let size = this.smallIds.length;
    while (size <= value) size *= 2;
    const grown = new Int32Array(size);
    grown.set(this.smallIds);
    this.smallIds = grown;
  }

  /** Histories for transaction checkers may leave `f` out: their values say what they are. */
  #functionOfTransaction(): number {
    const value = this.builder.values.value(this.value);
    if (isArray(value) && value.every(isMicroOperation)) return this.builder.functionId('txn');
    throw new HistoryError('expected an "f" (what the operation does), found none');
  }

  #checkIndex(): void {
    const { index } = this;
    if (index === absent) return;
    if (index <= this.#lastIndex)
      throw new HistoryError(
        `expected an index above ${this.#lastIndex}, found ${index}; events must stand in the order in which they happened (are these two histories in one file?)`,
      );
    if (this.#lastIndex !== absent) this.missingIndices += index - this.#lastIndex - 1;
    this.#lastIndex = index;
  }

  #processNow(): number {
    const { process } = this;
    if (process === nemesisProcess) return process;
    if (process === noProcess) return this.#anonymous();
    if (this.#spent.size === 0) return process;
    const current = this.#aliases.size === 0 ? process : (this.#aliases.get(process) ?? process);
    if (this.type !== typeCode.invoke || !this.#spent.has(current)) return current;
    const renamed = this.#fresh();
    this.#aliases.set(process, renamed);
    return renamed;
  }

  /**
   * A file without processes says nothing about which operation a completion belongs to, so
   * only one can be open at a time.
   */
  #anonymous(): number {
    if (this.type === typeCode.invoke) {
      if (this.#anonymousOpen !== undefined)
        throw new HistoryError(
          'expected a "process": the operation before this one is still open, and without processes nobody can tell which of them a completion belongs to',
        );
      this.#anonymousCount += 1;
      this.#anonymousOpen = this.#fresh();
      return this.#anonymousOpen;
    }
    const process = this.#anonymousOpen;
    if (process === undefined)
      throw new HistoryError(
        'expected an invocation before this completion, and both to name their "process"',
      );
    this.#anonymousOpen = undefined;
    return process;
  }

  #fresh(): number {
    this.#freshCount += 1;
    return firstFresh - this.#freshCount + 1;
  }

  #addExtra(row: number): void {
    const { node, error, final } = this;
    if (error !== undefined || final)
      this.builder.addExtra(row, {
        ...(node === undefined ? {} : { node }),
        ...(error === undefined ? {} : { error }),
        ...(final ? { final } : {}),
      });
    else if (node !== undefined) this.builder.addNode(row, node);
  }
}

/** Twins of EDN files in JSON write some keywords with their colon. */
export function plain(name: string): string {
  return name.length > 1 && name.startsWith(':') ? name.slice(1) : name;
}

function textOf(value: Json): string {
  return typeof value === 'string' ? plain(value) : JSON.stringify(value);
}

/** `["r", key, value]`, `["append", key, value]`, … */
function isMicroOperation(value: Json): boolean {
  return isArray(value) && value.length === 3 && typeof value[0] === 'string';
}
