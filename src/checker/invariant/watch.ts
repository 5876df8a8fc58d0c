/**
 * Watches and change streams: each change once, in order, none left out (the guarantees of
 * etcd's watch API: ordered, unique, reliable).
 *
 * | op | value of invoke | value of ok |
 * |---|---|---|
 * | `write` | the value; each is written once to a key | the revision that it got, a number |
 * | `watch` | null, or `{"from": revision}` to begin a stream there | the changes since this process asked last: `[[revision, value], …]` |
 *
 * The stream of a process begins at its first `watch`, or at its last one with `from`. Between two
 * changes that a stream shows, it shows all that are known from acknowledged writes and from other
 * streams. Whether it ends with the last change is judged if its last watch is a final one that
 * brings nothing more; where no stream does, the tail is open.
 */
import { canonical, isArray, isObject, type Json } from '../../base/json.ts';
import { plural } from '../../base/text.ts';
import type { Checker } from '../checker.ts';
import { elementsAdded, phantomReason } from './elements.ts';
import {
  AnomalyList,
  elementKey,
  type Finding,
  invariant,
  type Part,
  tooFew,
  undetermined,
} from './invariant.ts';
import { firstAbove } from './kafka/log.ts';

export interface WatchOptions {
  readonly write?: string;
  readonly watch?: string;
}

interface Change {
  readonly revision: number;
  readonly value: Json;
  /** The row that says so, and whether that is the write itself. */
  readonly row: number;
  /** When it was known to have been made. */
  readonly knownAt: number;
}

interface Stream {
  /** The lowest revision that must come; undefined until something came. */
  from: number | undefined;
  /** Where it began. */
  readonly firstWatch: number;
  last: Change | undefined;
  lastWatch: number;
  lastWasEmpty: boolean;
}

export function watchStreams(options: WatchOptions = {}): Checker {
  const { write = 'write', watch = 'watch' } = options;
  return invariant({
    name: 'watch',
    summary: 'each watcher gets every change once, in order',
    method: `streams of ok ${watch}es, each against the revisions of ok ${write}s and of all other streams; the last changes by final ${watch}es that bring nothing more`,
    judge: (part) => new Judge(part, write, watch).judge(),
  });
}

class Judge {
  readonly #part: Part;
  readonly #write: string;
  readonly #watch: string;
  readonly #anomalies: AnomalyList;
  /** By revision, as known first. */
  readonly #changes = new Map<number, Change>();
  #revisions: readonly number[] = [];

  constructor(part: Part, write: string, watch: string) {
    this.#part = part;
    this.#write = write;
    this.#watch = watch;
    this.#anomalies = new AnomalyList(part);
  }

  judge(): Finding {
    const part = this.#part;
    const writes = part.rowsOf(this.#write);
    const watches = part.rowsOf(this.#watch).filter((row) => part.isOk(row));
    for (const row of writes) {
      const revision = part.isOk(row) ? part.output(row) : null;
      if (typeof revision === 'number')
        this.#know({ revision, value: part.input(row), row, knownAt: part.returned(row) });
    }
    const written = elementsAdded(part, writes);
    for (const row of watches)
      for (const change of changesOf(part, row)) {
        this.#know(change);
        const element = written.get(elementKey(change.value));
        const reason = phantomReason(part, element, row);
        const rows = element === undefined ? [row] : [element.row, row];
        if (reason !== undefined)
          this.#say('phantom', rows, `${this.#at(row)} shows ${text(change)}, but ${reason}.`);
      }
    this.#revisions = [...this.#changes.keys()].toSorted((a, b) => a - b);
    const streams = new Map<number, Stream>();
    for (const row of watches) this.#follow(streams, row);
    const openCount = this.#judgeTails([...streams.values()]);
    const changeCount = this.#changes.size;
    const details = {
      changeCount,
      watchCount: watches.length,
      streamCount: streams.size,
      openCount,
    };
    const finding = { anomalies: this.#anomalies, details };
    if (changeCount === 0 || streams.size === 0)
      return { ...finding, ...tooFew(`no ok ${this.#watch} and no change to be seen`) };
    if (openCount === 0) return finding;
    const message = `${plural(openCount, 'change')} at the end came to no watcher, and no final ${this.#watch} shows that it should have; end the workload with ${this.#watch}es until they bring nothing more`;
    return { ...finding, ...undetermined(message) };
  }

  #know(change: Change): void {
    const known = this.#changes.get(change.revision);
    if (known === undefined) {
      this.#changes.set(change.revision, change);
      return;
    }
    if (elementKey(known.value) === elementKey(change.value)) {
      // A watch may show it before its write is acknowledged.
      if (change.knownAt < known.knownAt) this.#changes.set(change.revision, change);
      return;
    }
    this.#say(
      'inconsistent-event',
      [known.row, change.row],
      `Revision ${change.revision} is ${canonical(known.value)} by ${this.#at(known.row)}, and ${canonical(change.value)} by ${this.#at(change.row)}.`,
    );
  }

  #follow(streams: Map<number, Stream>, row: number): void {
    const part = this.#part;
    const process = part.process(row);
    const from = fromOf(part.input(row));
    let stream = streams.get(process);
    if (stream === undefined || from !== undefined) {
      stream = { from, firstWatch: row, last: undefined, lastWatch: row, lastWasEmpty: true };
      streams.set(process, stream);
    }
    const changes = changesOf(part, row);
    stream.lastWatch = row;
    stream.lastWasEmpty = changes.length === 0;
    for (const change of changes) {
      this.#judgeNext(stream, change);
      if (stream.last === undefined || change.revision > stream.last.revision) stream.last = change;
    }
  }

  #judgeNext({ from, firstWatch, last }: Stream, change: Change): void {
    const { revision, row } = change;
    if (last !== undefined && revision <= last.revision) {
      const again = revision === last.revision;
      this.#say(
        again ? 'duplicate-event' : 'out-of-order-event',
        [last.row, row],
        `Process ${this.#part.process(row)} got ${text(last)} (${this.#at(last.row)}) and then ${text(change)} (${this.#at(row)}).`,
      );
      return;
    }
    if (last === undefined && from === undefined) return;
    const above = last === undefined ? (from ?? 0) - 1 : last.revision;
    const missed = this.#revisions[firstAbove(this.#revisions, above)] ?? revision;
    const skipped = this.#changes.get(missed);
    if (missed >= revision || skipped === undefined) return;
    const before = last === undefined ? `began at revision ${from}` : `got ${text(last)}`;
    this.#say(
      'missed-event',
      [last?.row ?? firstWatch, skipped.row, row],
      `Process ${this.#part.process(row)} ${before} and then ${text(change)} (${this.#at(row)}), without ${text(skipped)}, known from ${this.#at(skipped.row)}.`,
    );
  }

  /** @returns how many changes at the end it cannot be said of whether a watcher should have them */
  #judgeTails(streams: readonly Stream[]): number {
    const part = this.#part;
    const highest = Math.max(-Infinity, ...streams.map(({ last }) => last?.revision ?? -Infinity));
    let settledUpTo = -1;
    for (const { from, firstWatch, last, lastWatch, lastWasEmpty } of streams) {
      if (!lastWasEmpty || !part.isFinal(lastWatch)) continue;
      if (last === undefined && from === undefined) continue;
      settledUpTo = Math.max(settledUpTo, part.invoke(lastWatch));
      const above = last?.revision ?? (from ?? 0) - 1;
      const next = this.#above(above).find(({ knownAt }) => knownAt < part.invoke(lastWatch));
      if (next === undefined) continue;
      this.#say(
        'missed-event',
        [last?.row ?? firstWatch, next.row, lastWatch],
        `Process ${part.process(lastWatch)} never got ${text(next)}, known from ${this.#at(next.row)}: ${this.#at(lastWatch)}, its last and begun later, brought nothing more.`,
      );
    }
    return this.#above(highest).filter(({ knownAt }) => knownAt > settledUpTo).length;
  }

  /** Known changes of greater revisions, in their order. */
  #above(revision: number): readonly Change[] {
    return this.#revisions
      .slice(firstAbove(this.#revisions, revision))
      .map((each) => this.#changes.get(each))
      .filter((change) => change !== undefined);
  }

  #say(type: string, rows: readonly number[], explanation: string): void {
    const operations = [...new Set(rows)].map((row) => this.#part.invoke(row));
    this.#anomalies.add(() => ({ type, model: 'watch', operations, explanation }));
  }

  #at(row: number): string {
    return `the ${this.#part.f(row)} of event ${this.#part.invoke(row)}`;
  }
}

function changesOf(part: Part, row: number): readonly Change[] {
  const shown = part.output(row);
  const changes: Change[] = [];
  for (const entry of isArray(shown) ? shown : []) {
    const [revision, value = null] = isArray(entry) ? entry : [];
    if (typeof revision === 'number')
      changes.push({ revision, value, row, knownAt: part.returned(row) });
  }
  return changes;
}

function fromOf(value: Json): number | undefined {
  const from = isObject(value) ? value['from'] : undefined;
  return typeof from === 'number' ? from : undefined;
}

function text({ revision, value }: Change): string {
  return `${canonical(value)} (revision ${revision})`;
}
