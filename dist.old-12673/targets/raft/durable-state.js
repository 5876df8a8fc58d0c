import { RaftLog } from './log.js';

const fileName = 'raft';
/** Entries before a snapshot that stay in memory, for followers that are a little behind. */
const keptEntries = 200;
export class DurableState {
  log = new RaftLog();
  #storage;
  #term = 0;
  #votedFor = null;
  #snapshot;
  /** Entries up to here are on the disk. */
  #durableIndex = 0;
  /** Counts rewritten tails: a flush that began before one says nothing about the new tail. */
  #truncations = 0;
  #isClean = true;
  /** Counts changes, to know whether a flush covered them all. */
  #changes = 0;
  constructor(storage) {
    this.#storage = storage;
    for (const line of storage.readLog(fileName)) this.#replay(JSON.parse(line));
    this.#durableIndex = this.log.lastIndex;
  }
  get term() {
    return this.#term;
  }
  get votedFor() {
    return this.#votedFor;
  }
  get durableIndex() {
    return this.#durableIndex;
  }
  get snapshot() {
    return this.#snapshot;
  }
  setTerm(term, votedFor) {
    this.#term = term;
    this.#votedFor = votedFor;
    this.#record(['term', term, votedFor]);
  }
  /** Puts an entry at `index`; what was there and after it is gone. */
  put(index, entry) {
    if (index <= this.log.lastIndex) {
      this.log.truncateFrom(index);
      this.#durableIndex = Math.min(this.#durableIndex, index - 1);
      this.#truncations += 1;
    }
    this.log.append(entry);
    this.#record(['entry', index, entry.term, entry.command]);
  }
  /** Replaces the applied part of the log by the state that it led to. */
  compact(index, state) {
    const term = this.log.termAt(index);
    if (term === undefined) throw new Error(`no entry ${index} to take a snapshot at`);
    this.#snapshot = { index, term, state };
    this.log.forgetUpTo(index - keptEntries);
    this.#rewrite();
  }
  /** Takes over a leader's snapshot. Entries after it stay if they continue it. */
  install(snapshot) {
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
  whenDurable(callback) {
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
  #record(record) {
    this.#storage.append(fileName, JSON.stringify(record));
    this.#changed();
  }
  #changed() {
    this.#isClean = false;
    this.#changes += 1;
  }
  #rewrite() {
    const records = [['term', this.#term, this.#votedFor]];
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
  #replay(record) {
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
export const forgetfulStorage = {
  append: () => undefined,
  rewrite: () => undefined,
  readLog: () => [],
  write: () => undefined,
  read: () => undefined,
  sync: () => Promise.resolve(),
};
