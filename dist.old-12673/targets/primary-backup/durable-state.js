/**
 * What a replica must never forget: the highest view that it promised to follow, and the
 * state that it accepted, stamped with the view and the step in which it did so.
 */
import { KeyValueMap } from '../../src/node/node.js';

const fileName = 'replica';
const recordsMax = 5000;
export class DurableState {
  #storage;
  #map = new KeyValueMap();
  #promised = 0;
  #accepted = { view: 0, step: 0 };
  #recordCount = 0;
  constructor(storage) {
    this.#storage = storage;
    for (const line of storage.readLog(fileName)) this.#replay(JSON.parse(line));
  }
  get promised() {
    return this.#promised;
  }
  get accepted() {
    return this.#accepted;
  }
  dump() {
    return this.#map.dump();
  }
  promise(view) {
    this.#promised = view;
    this.#record(['promise', view]);
  }
  /** Carries a request out on the state, before the step that it belongs to is recorded. */
  apply(request) {
    return this.#map.apply(request);
  }
  /** Records a step whose commands were applied already. */
  recordStep(stamp, commands) {
    this.#accepted = stamp;
    this.#record(['step', stamp.view, stamp.step, commands]);
  }
  acceptStep(stamp, commands) {
    for (const command of commands) this.#map.apply(command);
    this.recordStep(stamp, commands);
  }
  acceptState(stamp, state) {
    this.#map.load(state);
    this.#promised = Math.max(this.#promised, stamp.view);
    this.#accepted = stamp;
    this.#rewrite();
  }
  whenDurable(callback) {
    void this.#storage.sync().then(callback);
  }
  #record(record) {
    this.#recordCount += 1;
    if (this.#recordCount > recordsMax) this.#rewrite();
    else this.#storage.append(fileName, JSON.stringify(record));
  }
  #rewrite() {
    const { view, step } = this.#accepted;
    const records = [
      ['state', view, step, this.#map.dump()],
      ['promise', this.#promised],
    ];
    this.#recordCount = records.length;
    this.#storage.rewrite(
      fileName,
      records.map((record) => JSON.stringify(record)),
    );
  }
  #replay(record) {
    this.#recordCount += 1;
    switch (record[0]) {
      case 'promise':
        this.#promised = record[1];
        return;
      case 'step':
        for (const command of record[3]) this.#map.apply(command);
        this.#accepted = { view: record[1], step: record[2] };
        return;
      case 'state':
        this.#map.load(record[3]);
        this.#accepted = { view: record[1], step: record[2] };
        return;
      default:
        throw new Error(`unknown record in ${fileName}: ${JSON.stringify(record)}`);
    }
  }
}
export function isLater(a, b) {
  return a.view > b.view || (a.view === b.view && a.step > b.step);
}
export function isSame(a, b) {
  return a.view === b.view && a.step === b.step;
}
