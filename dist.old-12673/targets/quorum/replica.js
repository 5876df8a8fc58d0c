import { fromJson, isNewer, toJson } from './timestamp.js';

const fileName = 'replica';
/** The log is rewritten when it is so many times longer than what it amounts to. */
const slack = 10;
export class Replica {
  #storage;
  /** Key as text → its newest version, on the disk or on its way there. */
  #versions = new Map();
  #durable = new Map();
  #lineCount = 0;
  constructor(storage) {
    this.#storage = storage;
    for (const line of storage.readLog(fileName)) {
      const [key, version] = JSON.parse(line);
      const parsed = fromJson(version);
      if (parsed !== undefined) this.#versions.set(key, parsed);
      this.#lineCount += 1;
    }
    for (const [key, version] of this.#versions) this.#durable.set(key, version);
  }
  /** The newest version on the disk. One that is not yet there was seen by nobody. */
  read(key) {
    return this.#durable.get(key);
  }
  /** Keeps the version if it is newer; resolves when it, or a newer one, is on the disk. */
  async store(key, version) {
    if (isNewer(version, this.#versions.get(key))) {
      this.#versions.set(key, version);
      this.#record(key, version);
    }
    await this.#storage.sync();
    if (isNewer(version, this.#durable.get(key))) this.#durable.set(key, version);
  }
  #record(key, version) {
    this.#lineCount += 1;
    if (this.#lineCount < 1000 + slack * this.#versions.size) {
      this.#storage.append(fileName, JSON.stringify([key, toJson(version)]));
      return;
    }
    const lines = [...this.#versions].map(([name, held]) => JSON.stringify([name, toJson(held)]));
    this.#lineCount = lines.length;
    this.#storage.rewrite(fileName, lines);
  }
}
