/**
 * Builds a history event by event and joins invocations with completions as it goes, in
 * O(1) each. Readers of every format and the recorder itself end here, so this is where a
 * history that makes no sense is refused.
 */
import { HistoryError } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import type { NodeId } from '../fault/fault.ts';
import { GrowingColumns, nemesisProcess, noEvent, typeCode } from './columns.ts';
import type { HistoryEvent } from './event.ts';
import { type EventExtra, ExtraTable } from './extras.ts';
import { History } from './history.ts';
import { isPackable, noValue, ValueTable } from './values.ts';

const maxFunctions = 65_535;

export class HistoryBuilder {
  readonly values = new ValueTable();
  readonly #columns = new GrowingColumns();
  readonly #functions: string[] = [];
  readonly #functionIds = new Map<string, number>();
  readonly #extras = new ExtraTable();
  readonly #open = new OpenInvocations();

  get length(): number {
    return this.#columns.length;
  }

  /** How many events may come: a good guess saves copies. */
  expect(count: number): void {
    this.#columns.expect(count);
  }

  functionId(name: string): number {
    const known = this.#functionIds.get(name);
    if (known !== undefined) return known;
    const id = this.#functions.push(name) - 1;
    if (id > maxFunctions) throw new HistoryError(`more than ${maxFunctions} different functions`);
    this.#functionIds.set(name, id);
    return id;
  }

  /** Adds an event; its `index` is given by its position. Times may not be needed: pass 0. */
  add(event: Omit<HistoryEvent, 'index'>): number {
    const { key, value, node, error, final } = event;
    const index = this.addRow(
      typeCode[event.type],
      event.process === 'nemesis' ? nemesisProcess : event.process,
      this.functionId(event.f),
      key === undefined ? noValue : this.values.internComposite(key),
      value === undefined ? noValue : this.valueId(value),
      event.time,
    );
    if (node !== undefined || error !== undefined || final === true)
      this.addExtra(index, {
        ...(node === undefined ? {} : { node }),
        ...(error === undefined ? {} : { error }),
        ...(final === true ? { final } : {}),
      });
    return index;
  }

  /** The id of a value as an event's, packed if it is a transaction. */
  valueId(value: Json): number {
    return isPackable(value) ? this.values.pack(value) : this.values.id(value);
  }

  /** The fast way in, for readers that intern as they scan. Ids are this builder's. */
  // biome-ignore format: one line reads as the row that it is
  // eslint-disable-next-line max-params -- an object per event would double the cost of reading
  addRow(type: number, process: number, f: number, key: number, value: number, timeNs: number): number {
    const columns = this.#columns;
    const row = columns.push();
    columns.type[row] = type;
    columns.process[row] = process;
    columns.f[row] = f;
    columns.key[row] = key;
    columns.value[row] = value;
    columns.timeNs[row] = timeNs;
    columns.pair[row] = noEvent;
    if (process !== nemesisProcess) this.#join(row, type, process, f);
    return row;
  }

  /** True if this row completes an operation. */
  completes(row: number): boolean {
    return this.#columns.pair[row] !== noEvent;
  }

  addExtra(index: number, extra: EventExtra): void {
    this.#extras.set(index, extra);
  }

  /** The same as `addExtra(index, { node })`, without an object for each event. */
  addNode(index: number, node: NodeId): void {
    this.#extras.setNode(index, node);
  }

  /** `isTimed`: see `History`. */
  build(isTimed = true): History {
    const columns = this.#columns.trimmed();
    return new History(columns, this.#functions, this.values, this.#extras, isTimed);
  }

  #join(row: number, type: number, process: number, f: number): void {
    const columns = this.#columns;
    const opened = this.#open.get(process);
    if (type === typeCode.invoke) {
      if (opened !== undefined)
        throw new HistoryError(
          `event ${row}: process ${process} invokes ${this.#functions[f] ?? f} while its operation of event ${opened} is still open; a process does one thing at a time, and after an info it needs a new number`,
        );
      this.#open.set(process, row);
      return;
    }
    if (opened === undefined) {
      // Jepsen's logs hold lone infos of client threads (notes, crashes while opening).
      if (type === typeCode.info) return;
      throw new HistoryError(
        `event ${row}: process ${process} completes ${this.#functions[f] ?? f}, which it never invoked`,
      );
    }
    if (columns.f[opened] !== f)
      throw new HistoryError(
        `event ${row}: process ${process} completes ${this.#functions[f] ?? f}, but what it invoked at event ${opened} was ${this.#functions[columns.f[opened] ?? 0] ?? ''}`,
      );
    columns.pair[opened] = row;
    columns.pair[row] = opened;
    this.#open.delete(process);
    this.#inherit(row, opened, type);
  }

  /** A key or value that the completion leaves out is the invocation's. */
  #inherit(row: number, opened: number, type: number): void {
    const columns = this.#columns;
    if (columns.key[row] === noValue) columns.key[row] = columns.key[opened] ?? noValue;
    if (columns.key[opened] === noValue) columns.key[opened] = columns.key[row] ?? noValue;
    if (columns.value[row] === noValue && type !== typeCode.ok)
      columns.value[row] = columns.value[opened] ?? noValue;
  }
}

/** A history from event objects: for tests and for small things. */
export function historyOf(events: readonly Omit<HistoryEvent, 'index' | 'time'>[]): History {
  const builder = new HistoryBuilder();
  for (const [time, event] of events.entries()) builder.add({ time, ...event });
  return builder.build(false);
}

/** Processes below this are looked up in an array. */
const arrayProcesses = 1 << 20;

/** Process → event index of its open invocation. */
class OpenInvocations {
  /** Event index + 1, or 0. */
  #rows = new Int32Array(256);
  /** The few processes whose numbers are large, or stand for others. */
  readonly #others = new Map<number, number>();

  get(process: number): number | undefined {
    if (process < 0 || process >= arrayProcesses) return this.#others.get(process);
    const row = this.#rows[process] ?? 0;
    return row === 0 ? undefined : row - 1;
  }

  set(process: number, row: number): void {
    if (process < 0 || process >= arrayProcesses) {
      this.#others.set(process, row);
      return;
    }
    if (process >= this.#rows.length) {
      const grown = new Int32Array(Math.max(process + 1, this.#rows.length * 2));
      grown.set(this.#rows);
      this.#rows = grown;
    }
    this.#rows[process] = row + 1;
  }

  delete(process: number): void {
    if (process < 0 || process >= arrayProcesses) this.#others.delete(process);
    else if (process < this.#rows.length) this.#rows[process] = 0;
  }
}
