/**
 * Read uncommitted: every change is made in the shared state at once, where all can see it. Who
 * changed a key holds it until the end (so that changes of two transactions never mix), and
 * puts back what was there if it gives up.
 *
 * Nobody waits for a key: a transaction that finds one held gives up. One that its node has
 * abandoned is undone by the first that finds it in its way.
 */
import { booleanField, errorCode, listField, RpcError, textField } from '../../src/node/node.js';
import { changed } from './procedures.js';

/** Commands after which a transaction that does nothing is taken for abandoned. */
const patience = 300;
export class SharedStore {
  #values = new Map();
  #open = new Map();
  #commandCount = 0;
  read(key) {
    return this.#values.get(key) ?? null;
  }
  apply(command) {
    this.#commandCount += 1;
    const txn = textField(command, 'txn');
    if (command.type === 'end') this.#end(txn, booleanField(command, 'commit'));
    else this.#change(txn, listField(command, 'change'));
    return { type: `${command.type}_ok` };
  }
  dump() {
    const open = [...this.#open].map(([txn, { before, lastCommand }]) => [
      txn,
      [...before],
      lastCommand,
    ]);
    return [this.#commandCount, [...this.#values], open];
  }
  load(state) {
    const [commandCount, values, open] = state;
    this.#commandCount = commandCount;
    this.#values = new Map(values);
    this.#open = new Map(
      open.map(([txn, before, lastCommand]) => [txn, { before: new Map(before), lastCommand }]),
    );
  }
  /** @throws RpcError 30 if another transaction holds the key. */
  #change(txn, change) {
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
  #end(txn, isCommit) {
    if (!isCommit) this.#undo(txn);
    else if (!this.#open.delete(txn))
      throw new RpcError(errorCode.abort, `transaction ${txn} took too long and was undone`);
  }
  #undo(txn) {
    for (const [key, value] of this.#open.get(txn)?.before ?? []) this.#values.set(key, value);
    this.#open.delete(txn);
  }
}
