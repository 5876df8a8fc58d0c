/** The replicated log in memory. Index 1 is the first entry; old entries may be forgotten. */
import type { Body } from '../../src/node/node.ts';
export interface Entry {
  readonly term: number;
  /** What to do to the state. Null for the no-op with which a leader begins its term. */
  readonly command: Body | null;
}
export declare class RaftLog {
  #private;
  get firstIndex(): number;
  get lastIndex(): number;
  get lastTerm(): number;
  /** Undefined for an entry that is not here: forgotten, or yet to come. */
  termAt(index: number): number | undefined;
  entryAt(index: number): Entry | undefined;
  append(entry: Entry): void;
  truncateFrom(index: number): void;
  /** Up to `countMax` entries from `index` on, all of the same term. */
  runFrom(index: number, countMax: number): readonly Entry[];
  /** The first index, as far as entries are here, of the term that `index` has. */
  startOfTermAt(index: number): number;
  /** The last index that has `term`, if there is one. */
  endOfTerm(term: number): number | undefined;
  /** Forgets the entries up to `index`, which must be here. */
  forgetUpTo(index: number): void;
  /** Forgets everything: the log goes on after entry `index`. */
  restartAfter(index: number, term: number): void;
}
