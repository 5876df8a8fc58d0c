/**
 * One copy of all registers: which commits of which node it has, and what each register holds.
 *
 * A commit has a Lamport time greater than that of all that its node had then. Of several
 * writes of a register the one with the greatest time stays, and of equal times that of the
 * greatest node; so copies with the same commits hold the same, and whatever a transaction may
 * have seen is older than what it wrote.
 */
import type { Json } from '../../src/node/node.ts';

/** The writes of a transaction, or some of them, as they travel and are stored. */
export interface Commit {
  /** The node that took it, as its place among the nodes. */
  readonly origin: number;
  /** The commits of a node are numbered from 1. */
  readonly number: number;
  readonly time: number;
  readonly writes: readonly (readonly [key: string, value: Json])[];
}

interface Cell {
  readonly time: number;
  readonly origin: number;
  readonly value: Json;
}

export class Copy {
  /** By origin: its commits that are here, in order of their numbers, with none missing. */
  readonly #commits: readonly Commit[][];
  readonly #cells = new Map<string, Cell>();
  #time = 0;

  constructor(nodeCount: number) {
    this.#commits = Array.from({ length: nodeCount }, () => []);
  }

  /** By origin: how many of its commits are here. */
  get have(): readonly number[] {
    return this.#commits.map((commits) => commits.length);
  }

  /** Null if nothing was written there. */
  read(key: string): Json {
    return this.#cells.get(key)?.value ?? null;
  }

  /** A commit of this node. */
  commit(origin: number, writes: Commit['writes']): Commit {
    const number = (this.#commits[origin]?.length ?? 0) + 1;
    const commit = { origin, number, time: this.#time + 1, writes };
    this.take(commit);
    return commit;
  }

  /** False if it is here already, or one before it is not. */
  take(commit: Commit): boolean {
    const { origin, number, time, writes } = commit;
    const commits = this.#commits[origin];
    if (commits?.length !== number - 1) return false;
    commits.push(commit);
    this.#time = Math.max(this.#time, time);
    for (const [key, value] of writes) {
      const cell = this.#cells.get(key);
      const wins =
        cell === undefined || time > cell.time || (time === cell.time && origin >= cell.origin);
      if (wins) this.#cells.set(key, { time, origin, value });
    }
    return true;
  }

  /** Commits that a copy with so many of each origin lacks, at most `countMax` of each. */
  missingIn(have: readonly number[], countMax: number): readonly Commit[] {
    return this.#commits.flatMap((commits, origin) => {
      const known = have[origin] ?? 0;
      return commits.slice(known, known + countMax);
    });
  }
}
