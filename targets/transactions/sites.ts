/**
 * Parallel snapshot isolation: each node is a site that shows its own commits at once and those
 * of the others later, in an order of its own that respects causes. Two transactions that
 * changed the same key are ordered everywhere alike, for the later one must have seen the
 * earlier; two that did not may show in opposite orders at two sites (a long fork).
 *
 * Sovran, Power, Aguilera and Li, "Transactional Storage for Geo-Replicated Systems" (2011),
 * where a log decides which transactions commit.
 */
import {
  type Body,
  errorCode,
  type Json,
  listField,
  type NodeContext,
  RpcError,
  textField,
} from '../../src/node/node.ts';
import { type Change, changed } from './procedures.ts';

/** For each site how many of its commits. */
type Counts = Readonly<Record<string, number>>;

interface Commit {
  readonly site: string;
  /** Its number among the commits of its site. */
  readonly number: number;
  /** What was visible to it. */
  readonly seen: Counts;
  readonly changes: readonly Change[];
}

type Version = readonly [value: Json, site: string, number: number];

/** Commits of other sites become visible so much later. */
const lagMs = { min: 20, max: 200 };

export class SiteStore {
  readonly #context: NodeContext;
  /** The newest versions: what the next commit must have seen. */
  #committed = new Map<string, Version>();
  #counts: Counts = {};
  /** What transactions at this site see. */
  #visible = new Map<string, Json>();
  #seen: Counts = {};
  #hidden: Commit[] = [];
  /** Transactions that have committed and are not visible here yet: told when they are. */
  #awaited: { readonly number: number; readonly isShown: () => void }[] = [];

  constructor(context: NodeContext) {
    this.#context = context;
  }

  /** Commits that are visible at this site, in all. */
  get commitCount(): number {
    return Object.values(this.#seen).reduce((sum, count) => sum + count, 0);
  }

  /** Commits that are visible at this site. */
  get seen(): Counts {
    return this.#seen;
  }

  read(key: string): Json {
    return this.#visible.get(key) ?? null;
  }

  /** @throws RpcError 30 if another transaction changed a key first, unseen by this one. */
  apply(command: Body): Body {
    const site = textField(command, 'site');
    const seen = command['seen'] as Counts;
    const changes = listField(command, 'changes') as readonly Change[];
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
    return { type: 'commit_ok', number };
  }

  /**
   * Resolves when a commit of this site is visible here: whoever made it then sees it.
   * Rejects with 0 (unknown) after `timeoutMs`: a node that is cut off may not see it for long.
   */
  shown(number: number, timeoutMs: number): Promise<void> {
    const { nodeId } = this.#context;
    if (number <= (this.#seen[nodeId] ?? 0)) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = this.#context.setTimer(timeoutMs, () => {
        const text = `commit ${number} was not visible at ${nodeId} within ${timeoutMs} ms`;
        reject(new RpcError(errorCode.timeout, text));
      });
      const isShown = (): void => {
        timer.cancel();
        resolve();
      };
      this.#awaited.push({ number, isShown });
    });
  }

  dump(): Json {
    return [this.#counts, [...this.#committed]];
  }

  /** All that is committed is visible: that is an order of commits which respects causes. */
  load(state: Json): void {
    const [counts, committed] = state as unknown as [Counts, [string, Version][]];
    this.#counts = counts;
    this.#committed = new Map(committed);
    this.#seen = counts;
    this.#visible = new Map(committed.map(([key, [value]]) => [key, value]));
    this.#hidden = [];
    this.#tellAwaited();
  }

  #tellAwaited(): void {
    const own = this.#seen[this.#context.nodeId] ?? 0;
    const shown = this.#awaited.filter(({ number }) => number <= own);
    this.#awaited = this.#awaited.filter(({ number }) => number > own);
    for (const { isShown } of shown) isShown();
  }

  #receive(commit: Commit): void {
    const show = (): void => {
      this.#hidden.push(commit);
      this.#showAll();
    };
    const delayMs = lagMs.min + (lagMs.max - lagMs.min) * this.#context.random();
    if (commit.site === this.#context.nodeId) show();
    else this.#context.setTimer(delayMs, show);
  }

  /** Shows what has arrived, as far as everything that it rests on is visible. */
  #showAll(): void {
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

  #show({ site, number, changes }: Commit): void {
    // A snapshot may have brought it already.
    if (number <= (this.#seen[site] ?? 0)) return;
    this.#seen = { ...this.#seen, [site]: number };
    for (const change of changes)
      this.#visible.set(change[1], changed(this.read(change[1]), change));
    this.#tellAwaited();
  }
}
