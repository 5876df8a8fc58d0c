/** What can go wrong with the disk of a node, as plain data. */

/** What operations of a node on its files can be struck. */
export const diskOperations = ['read', 'write', 'sync'] as const;
export type DiskOperation = (typeof diskOperations)[number];

/** What a disk does to the operations of a node that runs, for as long as it is in force. */
export type DiskEffect =
  /** Operations of these kinds fail with an I/O error, each with this probability. */
  | {
      readonly kind: 'eio';
      readonly operations: readonly DiskOperation[];
      readonly probability: number;
    }
  /** There is no room: what needs more space fails. */
  | { readonly kind: 'enospc' }
  /** Every operation takes this much longer. */
  | { readonly kind: 'slow'; readonly delayMs: number }
  /** A read returns one wrong bit, with this probability; what is stored stays right. */
  | { readonly kind: 'bitflip'; readonly probability: number };

/**
 * When the name of a file is as durable as its content: `journal`: with the next fsync of any
 * file, as on ext4 and XFS, whose journals keep the order of all changes of names; `strict`:
 * with an fsync of its folder only, which is all that POSIX promises.
 */
export const nameRules = ['journal', 'strict'] as const;
export type NameRule = (typeof nameRules)[number];

/** What a node that lost its power finds on its disk. */
export interface PowerLoss {
  readonly names: NameRule;
  /**
   * The probability of each sector of 512 bytes that was written and not synced to be there
   * all the same: 0 for a loss of all that was not synced.
   */
  readonly keep: number;
  /** Draws which sectors. */
  readonly seed: number;
}

/** What happens to files while their node is down. */
export interface FileDamage {
  readonly kind: 'corrupt' | 'truncate';
  /** Of each file that is struck: how many bits change, or how many bytes at its end are lost. */
  readonly amount: number;
  /** How many files are struck, at most. */
  readonly files: number;
  /** Draws which files, and where. */
  readonly seed: number;
}
