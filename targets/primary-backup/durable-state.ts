/**
 * What a replica must never forget: the highest view that it promised to follow, and the
 * state that it accepted, stamped with the view and the step in which it did so.
 */
import { type Body, type Json, KeyValueMap, type Storage } from '../../src/node/node.ts';

const fileName = 'replica';
const recordsMax = 5000;

/** Where a state stands: later views beat earlier ones, then later steps. */
export interface Stamp {
  readonly view: number;
  readonly step: number;
}

type DiskRecord =
  | readonly ['promise', view: number]
  /** The commands of one step, applied to the state before it. */
  | readonly ['step', view: number, step: number, commands: readonly Body[]]
  | readonly ['state', view: number, step: number, state: Json];

export class DurableState {
  readonly #storage: Storage;
  readonly #map = new KeyValueMap();
  #promised = 0;
  #accepted: Stamp = { view: 0, step: 0 };
  #recordCount = 0;

  constructor(storage: Storage) {
    this.#storage = storage;
    for (const line of storage.readLog(fileName)) this.#replay(JSON.parse(line) as DiskRecord);
  }

  get promised(): number {
    return this.#promised;
  }

  get accepted(): Stamp {
    return this.#accepted;
  }

  dump(): Json {
    return this.#map.dump();
  }

  promise(view: number): void {
    this.#promised = view;
    this.#record(['promise', view]);
  }

  /** Carries a request out on the state, before the step that it belongs to is recorded. */
  apply(request: Body): Body {
    return this.#map.apply(request);
  }

  /** Records a step whose commands were applied already. */
  recordStep(stamp: Stamp, commands: readonly Body[]): void {
    this.#accepted = stamp;
    this.#record(['step', stamp.view, stamp.step, commands]);
  }

  acceptStep(stamp: Stamp, commands: readonly Body[]): void {
    for (const command of commands) this.#map.apply(command);
    this.recordStep(stamp, commands);
  }

  acceptState(stamp: Stamp, state: Json): void {
    this.#map.load(state);
    this.#promised = Math.max(this.#promised, stamp.view);
    this.#accepted = stamp;
    this.#rewrite();
  }

  whenDurable(callback: () => void): void {
    void this.#storage.sync().then(callback);
  }

  #record(record: DiskRecord): void {
    this.#recordCount += 1;
    if (this.#recordCount > recordsMax) this.#rewrite();
    else this.#storage.append(fileName, JSON.stringify(record));
  }

  #rewrite(): void {
    const { view, step } = this.#accepted;
    const records: readonly DiskRecord[] = [
      ['state', view, step, this.#map.dump()],
      ['promise', this.#promised],
    ];
    this.#recordCount = records.length;
    this.#storage.rewrite(
      fileName,
      records.map((record) => JSON.stringify(record)),
    );
  }

  #replay(record: DiskRecord): void {
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

export function isLater(a: Stamp, b: Stamp): boolean {
  return a.view > b.view || (a.view === b.view && a.step > b.step);
}

export function isSame(a: Stamp, b: Stamp): boolean {
  return a.view === b.view && a.step === b.step;
}
