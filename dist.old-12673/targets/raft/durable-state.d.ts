/**
 * What a Raft node must never forget: its term, its vote, its log. Kept as one log file of
 * records, so that a crash leaves a prefix of what happened, never a vote without the
 * entries that were there when it was given.
 */
import type { Json, Storage } from '../../src/node/node.ts';
import { type Entry, RaftLog } from './log.ts';
export interface Snapshot {
  /** The last entry that is in it. */
  readonly index: number;
  readonly term: number;
  readonly state: Json;
}
export declare class DurableState {
  #private;
  readonly log: RaftLog;
  constructor(storage: Storage);
  get term(): number;
  get votedFor(): string | null;
  get durableIndex(): number;
  get snapshot(): Snapshot | undefined;
  setTerm(term: number, votedFor: string | null): void;
  /** Puts an entry at `index`; what was there and after it is gone. */
  put(index: number, entry: Entry): void;
  /** Replaces the applied part of the log by the state that it led to. */
  compact(index: number, state: Json): void;
  /** Takes over a leader's snapshot. Entries after it stay if they continue it. */
  install(snapshot: Snapshot): void;
  /** Calls back when all that was changed until now is on the disk: at once if it is. */
  whenDurable(callback: () => void): void;
}
/** A disk that forgets everything when the process ends. The mistake of variant `no-fsync`. */
export declare const forgetfulStorage: Storage;
