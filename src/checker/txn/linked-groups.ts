/**
 * Edges from each of a group of transactions to each of another one. Where that would be many,
 * a helper vertex stands between the groups. It would lead a transaction that is in both back
 * to itself, so such a one has edges of its own.
 */
import type { EdgeList } from '../digraph.ts';
import { relation } from './relations.ts';

/** More pairs than this go through a helper. */
const pairsMax = 64;
/** So many pairs are linked of transactions that are in both groups. */
const rivalPairsMax = 4096;

export class LinkedGroups {
  /** How many helpers there are; their numbers begin at `firstHelper`. */
  helpers = 0;
  /** Edges that were too many to be made. */
  leftOut = 0;
  readonly #edges: EdgeList;
  readonly #firstHelper: number;

  constructor(edges: EdgeList, firstHelper: number) {
    this.#edges = edges;
    this.#firstHelper = firstHelper;
  }

  /** Edges from all of `from` to all of `to`, but from none to itself. */
  add(from: readonly number[], to: readonly number[], bits: number): void {
    if (from.length * to.length <= pairsMax) {
      for (const a of from) for (const b of to) if (a !== b) this.#edges.add(a, b, bits);
      return;
    }
    const targets = new Set(to);
    const helper = this.#firstHelper + this.helpers;
    this.helpers += 1;
    for (const b of to) this.#edges.add(helper, b, relation.ww);
    let pairs = 0;
    for (const a of from) {
      if (!targets.has(a)) this.#edges.add(a, helper, bits);
      else
        for (const b of to) {
          if (a === b) continue;
          pairs += 1;
          if (pairs <= rivalPairsMax) this.#edges.add(a, b, bits);
          else this.leftOut += 1;
        }
    }
  }
}
