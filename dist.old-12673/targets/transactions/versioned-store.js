/**
 * Committed values, each with the number of the commit that made it. Transactions are run
 * elsewhere, on copies that may be older; whether one commits is decided here, in the order of
 * the log: not if a key of `unchanged` was changed after the commit that stands beside it.
 *
 * Kung and Robinson, "On Optimistic Methods for Concurrency Control" (1981).
 */
import { errorCode, listField, RpcError } from '../../src/node/node.js';
import { changed } from './procedures.js';
export class VersionedStore {
  #versions = new Map();
  #commitCount = 0;
  /** Commits so far. */
  get commitCount() {
    return this.#commitCount;
  }
  read(key) {
    return this.#versions.get(key)?.[0] ?? null;
  }
  /** @throws RpcError 30 if the transaction came too late. */
  apply(commit) {
    for (const [key, known] of listField(commit, 'unchanged')) {
      const since = this.#versions.get(key)?.[1] ?? 0;
      if (since > known)
        throw new RpcError(
          errorCode.txnConflict,
          `${key} was changed by commit ${since}, and the transaction rests on what was there after commit ${known}`,
        );
    }
    this.#commitCount += 1;
    for (const change of listField(commit, 'changes'))
      this.#versions.set(change[1], [changed(this.read(change[1]), change), this.#commitCount]);
    return { type: 'commit_ok' };
  }
  dump() {
    return [this.#commitCount, [...this.#versions]];
  }
  load(state) {
    const [commitCount, versions] = state;
    this.#commitCount = commitCount;
    this.#versions = new Map(versions);
  }
}
