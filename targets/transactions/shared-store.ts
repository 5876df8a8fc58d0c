/**
 * Read uncommitted: every change is made in the shared state at once, where all can see it. Who
 * changed a key holds it until the end (so that changes of two transactions never mix), and
 * puts back what was there if it gives up.
 *
 * Nobody waits for a key: a transaction that finds one held gives up. One that its node has
 * abandoned is undone by the first that finds it in its way.
 */
import {
  type Body,
  booleanField,
  errorCode,
  type Json,
  listField,
  RpcError,
  textField,
} from '../../src/node/node.ts';
import { type Change, changed } from './procedures.ts';

interface Open {
  /** Keys that it holds, with what they held before. */
  readonly before: Map<string, Json>;
  /** When it changed something last, in commands. */
  lastCommand: number;
}

/** Commands after which a transaction that does nothing is taken for abandoned. */
const patience = 300;

export class SharedStore {
  #values = new Map<string, Json>();
  #open = new Map<string, Open>();
  #commandCount = 0;

  read(key: string): Json {
    return this.#values.get(key) ?? null;
  }

  apply(command: Body): Body {
    this.#commandCount += 1;
    const txn = textField(command, 'txn');
    if (command.type === 'end') this.#end(txn, booleanField(command, 'commit'));
    else this.#change(txn, listField(command, 'change') as unknown as Change);
    return { type: `${command.type}_ok` };
  }

  dump(): Json {
    const open = [...this.#open].map(([txn, { before, lastCommand }]) => [
      txn,
      [...before],
      lastCommand,
    ]);
    return [this.#commandCount, [...this.#values], open];
  }

  load(state: Json): void {
    const [commandCount, values, open] = state as unknown as [
      number,
      [string, Json][],
      [string, [string, Json][], number][],
    ];
    this.#commandCount = commandCount;
    this.#values = new Map(values);
    this.#open = new Map(
      open.map(([txn, before, lastCommand]) => [txn, { before: new Map(before), lastCommand }]),
    );
  }

  /** @throws RpcError 30 if another transaction holds the key. */
  #change(txn: string, change: Change): void {
    const [, key] = change;
    for (const [other, { before, lastCommand }] of this.#open) {
      if (other === txn || !before.has(key)) continue;
      if (this.#commandCount - lastCommand <= patience)
        throw new RpcError(errorCode.txnConflict, `${key} is held by transaction ${other}`);
      this.#undo(other);
    }
    const own = this.#open.get(txn) ?? { before: new Map(), lastCommand: 0 };
    this.#open.set(txn, own);
    own.lastCommand = this.#commandCount;
    if (!own.before.has(key)) own.before.set(key, this.read(key));
    this.#values.set(key, changed(this.read(key), change));
  }

  /** @throws RpcError 14 if it is to be committed, but was undone. */
  #end(txn: string, isCommit: boolean): void {
    if (!isCommit) this.#undo(txn);
    else if (!this.#open.delete(txn))
      throw new RpcError(errorCode.abort, `transaction ${txn} took too long and was undone`);
  }

  #undo(txn: string): void {
    for (const [key, value] of this.#open.get(txn)?.before ?? []) this.#values.set(key, value);
    this.#open.delete(txn);
  }
}
