/**
 * Parallel snapshot isolation: each node is a site that shows its own commits at once and those
 * of the others later, in an order of its own that respects causes. Two transactions that
 * changed the same key are ordered everywhere alike, for the later one must have seen the
 * earlier; two that did not may show in opposite orders at two sites (a long fork).
 *
 * Sovran, Power, Aguilera and Li, "Transactional Storage for Geo-Replicated Systems" (2011),
 * where a log decides which transactions commit.
 */
import { errorCode, listField, RpcError, textField } from '../../src/node/node.js';
import { changed } from './procedures.js';

/** Commits of other sites become visible so much later. */
const lagMs = { min: 20, max: 200 };
export class SiteStore {
  #context;
  /** The newest versions: what the next commit must have seen. */
  #committed = new Map();
  #counts = {};
  /** What transactions at this site see. */
  #visible = new Map();
  #seen = {};
  #hidden = [];
  constructor(context) {
    this.#context = context;
  }
  /** Commits that are visible at this site, in all. */
  get commitCount() {
    return Object.values(this.#seen).reduce((sum, count) => sum + count, 0);
  }
  /** Commits that are visible at this site. */
  get seen() {
    return this.#seen;
  }
  read(key) {
    return this.#visible.get(key) ?? null;
  }
  /** @throws RpcError 30 if another transaction changed a key first, unseen by this one. */
  apply(command) {
    const site = textField(command, 'site');
    const seen = command['seen'];
    const changes = listField(command, 'changes');
    for (const [, key] of changes) {
      const [, writer = '', number = 0] = this.#committed.get(key) ?? [];
      if (number > (seen[writer] ?? 0))
        throw new RpcError(
          errorCode.txnConflict,
          `${key} was changed by commit ${number} of ${writer}, which was not visible at ${site}`,
        );
    }
    const number = (this.#counts[site] ?? 0) + 1;
    this.#counts = { ...this.#counts, [site]: number };
    for (const change of changes) {
      const value = changed(this.#committed.get(change[1])?.[0] ?? null, change);
      this.#committed.set(change[1], [value, site, number]);
    }
    this.#receive({ site, number, seen, changes });
    return { type: 'commit_ok' };
  }
  dump() {
    return [this.#counts, [...this.#committed]];
  }
  /** All that is committed is visible: that is an order of commits which respects causes. */
  load(state) {
    const [counts, committed] = state;
    this.#counts = counts;
    this.#committed = new Map(committed);
    this.#seen = counts;
    this.#visible = new Map(committed.map(([key, [value]]) => [key, value]));
    this.#hidden = [];
  }
  #receive(commit) {
    const show = () => {
      this.#hidden.push(commit);
      this.#showAll();
    };
    const delayMs = lagMs.min + (lagMs.max - lagMs.min) * this.#context.random();
    if (commit.site === this.#context.nodeId) show();
    else this.#context.setTimer(delayMs, show);
  }
  /** Shows what has arrived, as far as everything that it rests on is visible. */
  #showAll() {
    for (;;) {
      const next = this.#hidden.find(
        ({ site, number, seen }) =>
          number <= (this.#seen[site] ?? 0) + 1 &&
          Object.entries(seen).every(([other, count]) => (this.#seen[other] ?? 0) >= count),
      );
      if (next === undefined) return;
      this.#hidden = this.#hidden.filter((commit) => commit !== next);
      this.#show(next);
    }
  }
  #show({ site, number, changes }) {
    // A snapshot may have brought it already.
    if (number <= (this.#seen[site] ?? 0)) return;
    this.#seen = { ...this.#seen, [site]: number };
    for (const change of changes)
      this.#visible.set(change[1], changed(this.read(change[1]), change));
  }
}
