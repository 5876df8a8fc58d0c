/**
 * What a Raft node must never forget: its term, its vote, its log. Kept as one log file of
 * records, so that a crash leaves a prefix of what happened, never a vote without the
 * entries that were there when it was given.
 */
import type { Body, Json, Storage } from '../../src/node/node.ts';
import { type Entry, RaftLog } from './log.ts';

const fileName = 'raft';
/** Entries before a snapshot that stay in memory, for followers that are a little behind. */
const keptEntries = 200;

export interface Snapshot {
  /** The last entry that is in it. */
  readonly index: number;
  readonly term: number;
  readonly state: Json;
}

type DiskRecord =
  | readonly ['term', term: number, votedFor: string | null]
  /** An entry takes the place of what was at its index and of all after it. */
  | readonly ['entry', index: number, term: number, command: Body | null]
  | readonly ['snapshot', index: number, term: number, state: Json];

export class DurableState {
  readonly log = new RaftLog();
  readonly #storage: Storage;
  #term = 0;
  #votedFor: string | null = null;
  #snapshot: Snapshot | undefined;
  /** Entries up to here are on the disk. */
  #durableIndex = 0;
  /** Counts rewritten tails: a flush that began before one says nothing about the new tail. */
  #truncations = 0;
  #isClean = true;
  /** Counts changes, to know whether a flush covered them all. */
  #changes = 0;

  constructor(storage: Storage) {
    this.#storage = storage;
    for (const line of storage.readLog(fileName)) this.#replay(JSON.parse(line) as DiskRecord);
    this.#durableIndex = this.log.lastIndex;
  }

  get term(): number {
    return this.#term;
  }

  get votedFor(): string | null {
    return this.#votedFor;
  }

  get durableIndex(): number {
    return this.#durableIndex;
  }

  get snapshot(): Snapshot | undefined {
    return this.#snapshot;
  }

  setTerm(term: number, votedFor: string | null): void {
    this.#term = term;
    this.#votedFor = votedFor;
    this.#record(['term', term, votedFor]);
  }

  /** Puts an entry at `index`; what was there and after it is gone. */
  put(index: number, entry: Entry): void {
    if (index <= this.log.lastIndex) {
      this.log.truncateFrom(index);
      this.#durableIndex = Math.min(this.#durableIndex, index - 1);
      this.#truncations += 1;
    }
    this.log.append(entry);
    this.#record(['entry', index, entry.term, entry.command]);
  }

  /** Replaces the applied part of the log by the state that it led to. */
  compact(index: number, state: Json): void {
    const term = this.log.termAt(index);
    if (term === undefined) throw new Error(`no entry ${index} to take a snapshot at`);
    this.#snapshot = { index, term, state };
    this.log.forgetUpTo(index - keptEntries);
    this.#rewrite();
  }

  /** Takes over a leader's snapshot. Entries after it stay if they continue it. */
  install(snapshot: Snapshot): void {
    this.#snapshot = snapshot;
    if (this.log.termAt(snapshot.index) === snapshot.term) this.log.forgetUpTo(snapshot.index);
    else {
      this.log.restartAfter(snapshot.index, snapshot.term);
      this.#truncations += 1;
      this.#durableIndex = 0;
    }
    this.#rewrite();
  }

  /** Calls back when all that was changed until now is on the disk: at once if it is. */
  whenDurable(callback: () => void): void {
    if (this.#isClean) {
      callback();
      return;
    }
    const { lastIndex } = this.log;
    const [truncations, changes] = [this.#truncations, this.#changes];
    void this.#storage.sync().then(() => {
      if (truncations === this.#truncations)
        this.#durableIndex = Math.max(this.#durableIndex, lastIndex);
      if (changes === this.#changes) this.#isClean = true;
      callback();
    });
  }

  #record(record: DiskRecord): void {
    this.#storage.append(fileName, JSON.stringify(record));
    this.#changed();
  }

  #changed(): void {
    this.#isClean = false;
    this.#changes += 1;
  }

  #rewrite(): void {
    const records: DiskRecord[] = [['term', this.#term, this.#votedFor]];
    const snapshot = this.#snapshot;
    if (snapshot !== undefined)
      records.push(['snapshot', snapshot.index, snapshot.term, snapshot.state]);
    for (let index = (snapshot?.index ?? 0) + 1; index <= this.log.lastIndex; index += 1) {
      const entry = this.log.entryAt(index);
      if (entry !== undefined) records.push(['entry', index, entry.term, entry.command]);
    }
    this.#storage.rewrite(
      fileName,
      records.map((record) => JSON.stringify(record)),
    );
    this.#changed();
  }

  #replay(record: DiskRecord): void {
    switch (record[0]) {
      case 'term':
        [, this.#term, this.#votedFor] = record;
        return;
      case 'snapshot':
        this.#snapshot = { index: record[1], term: record[2], state: record[3] };
        this.log.restartAfter(record[1], record[2]);
        return;
      case 'entry':
        this.log.truncateFrom(record[1]);
        this.log.append({ term: record[2], command: record[3] });
        return;
      default:
        throw new Error(`unknown record in ${fileName}: ${JSON.stringify(record)}`);
    }
  }
}

/** A disk that forgets everything when the process ends. The mistake of variant `no-fsync`. */
export const forgetfulStorage: Storage = {
  append: () => undefined,
  rewrite: () => undefined,
  readLog: () => [],
  write: () => undefined,
  read: () => undefined,
  sync: () => Promise.resolve(),
};
