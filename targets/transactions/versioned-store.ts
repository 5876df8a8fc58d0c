/**
 * Committed values, each with the number of the commit that made it. Transactions are run
 * elsewhere, on copies that may be older; whether one commits is decided here, in the order of
 * the log: not if a key of `unchanged` was changed after the commit that stands beside it.
 *
 * Kung and Robinson, "On Optimistic Methods for Concurrency Control" (1981).
 */
import { type Body, errorCode, type Json, listField, RpcError } from '../../src/node/node.ts';
import { type Change, changed } from './procedures.ts';

type Version = readonly [value: Json, commit: number];
type Unchanged = readonly (readonly [key: string, known: number])[];

export class VersionedStore {
  #versions = new Map<string, Version>();
  #commitCount = 0;

  /** Commits so far. */
  get commitCount(): number {
    return this.#commitCount;
  }

  read(key: string): Json {
    return this.#versions.get(key)?.[0] ?? null;
  }

  /** @throws RpcError 30 if the transaction came too late. */
  apply(commit: Body): Body {
    for (const [key, known] of listField(commit, 'unchanged') as Unchanged) {
      const since = this.#versions.get(key)?.[1] ?? 0;
      if (since > known)
        throw new RpcError(
          errorCode.txnConflict,
          `${key} was changed by commit ${since}, and the transaction rests on what was there after commit ${known}`,
        );
    }
    this.#commitCount += 1;
    for (const change of listField(commit, 'changes') as readonly Change[])
      this.#versions.set(change[1], [changed(this.read(change[1]), change), this.#commitCount]);
    return { type: 'commit_ok' };
  }

  dump(): Json {
    return [this.#commitCount, [...this.#versions]];
  }

  load(state: Json): void {
    const [commitCount, versions] = state as unknown as [number, [string, Version][]];
    this.#commitCount = commitCount;
    this.#versions = new Map(versions);
  }
}
