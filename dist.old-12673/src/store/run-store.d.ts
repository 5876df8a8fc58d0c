import { type JsonObject } from '../base/json.ts';
import type { ReadResult } from '../history/format/read-history.ts';
import type { RunPlan } from '../plan/plan.ts';
import { type Journal } from './journal.ts';
export interface RunStore {
  readonly root: string;
  /**
   * Makes the folder of a new run, writes `run.json` and points `latest` at it. `about` is
   * added to `run.json`: versions of dsx and of the target, the command line, and so on.
   * @throws UsageError if nothing can be written in the root
   */
  create(plan: RunPlan, about?: JsonObject): RunWriter;
  /**
   * A run by its id, its folder, a file in it, or `latest`.
   * @throws UsageError if there is none
   */
  read(name: string): StoredRun;
  /** Ids of all runs, the newest first. Empty if there is no root yet. */
  list(): readonly string[];
}
export interface RunWriter {
  readonly id: string;
  /** Absolute. */
  readonly folder: string;
  /** The run's one journal, opened when first asked for. */
  journal(): Journal;
  /** Writes a file whole or not at all. `name` may have folders: `evidence/0.txt`. */
  writeJson(name: string, value: unknown): void;
  writeText(name: string, text: string): void;
  /** The same for a text that is too long to be one string. */
  writeParts(name: string, parts: Iterable<string>): void;
  /** The node's own folder, `nodes/<node>`, made if need be. Absolute. */
  nodeFolder(node: string): string;
}
export interface StoredRun {
  readonly id: string;
  /** Absolute. */
  readonly folder: string;
  /** `run.json`. @throws HistoryError if it is missing or broken */
  about(): JsonObject;
  /** @throws HistoryError if it is missing or cannot be read; a torn last line is a warning */
  history(): ReadResult;
  /** Any file of JSON in the run, such as `verdict.json`; undefined if it is not there. */
  json(name: string): unknown;
  text(name: string): string | undefined;
  has(name: string): boolean;
  /** Absolute path of a file in the run, there or not. */
  path(name: string): string;
}
/** `now` is the wall clock: the time in the names of folders. */
export declare function createRunStore(root: string, now?: () => Date): RunStore;
