/**
 * Runs on disk: one folder each, `<UTC time>-<workload>-<target>-<seed>`, and a link `latest`
 * to the newest one.
 *
 *     run.json        what was asked for: plan, seed, versions, environment
 *     history.jsonl   every event, as it happened
 *     schedule.json   every fault as injected
 *     verdict.json    what the checkers say; only after the history is complete
 *     report.html, nodes/<node>/, evidence/, network.jsonl
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { availableParallelism, platform, release, totalmem } from 'node:os';
import { basename, join, relative, resolve, sep } from 'node:path';
import { assert } from '../base/assert.ts';
import { HistoryError, messageOf, UsageError } from '../base/errors.ts';
import { isObject, type JsonObject } from '../base/json.ts';
import { didYouMean } from '../base/text.ts';
import type { ReadResult } from '../history/format/read-history.ts';
import type { RunPlan } from '../plan/plan.ts';
import { codeOf, diskError, rootError } from './disk-error.ts';
import { type Journal, openJournal } from './journal.ts';
import { readHistoryFile } from './read-file.ts';
import { writeAtomic } from './write-atomic.ts';

const historyFile = 'history.jsonl';
const latestLink = 'latest';
const idPattern = /^\d{8}T\d{6}Z-/;

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
  /** Takes a run away, with all that it recorded; `latest` leads to the newest of the others. */
  remove(id: string): void;
  /** Makes `latest` lead to this run. */
  pointLatestAt(id: string): void;
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
export function createRunStore(root: string, now: () => Date = () => new Date()): RunStore {
  const folder = resolve(root);
  return {
    root: folder,
    create: (plan, about = {}) => createRun(folder, plan, about, now()),
    read: (name) => storedRun(folder, name),
    list: () => runsIn(folder),
    remove: (id) => {
      removeRun(folder, id);
    },
    pointLatestAt: (id) => {
      pointLatestAt(folder, id);
    },
  };
}

function removeRun(root: string, id: string): void {
  assert(idPattern.test(id) && basename(id) === id, `"${id}" is not the name of a run`);
  const link = join(root, latestLink);
  const wasLatest = linkTarget(link) === join(root, id);
  rmSync(join(root, id), { recursive: true, force: true });
  if (!wasLatest) return;
  const [newest] = runsIn(root);
  if (newest === undefined) rmSync(link, { force: true });
  else pointLatestAt(root, newest);
}

function createRun(root: string, plan: RunPlan, about: JsonObject, startedAt: Date): RunWriter {
  const { id, folder } = newFolder(root, nameOf(plan, startedAt));
  const writer = new FolderWriter(id, folder);
  const versions = isObject(about['versions']) ? about['versions'] : {};
  writer.writeJson('run.json', {
    ...about,
    id,
    startedAt: startedAt.toISOString(),
    seed: plan.seed,
    versions: { node: process.version, ...versions },
    environment: {
      platform: platform(),
      release: release(),
      arch: process.arch,
      cpus: availableParallelism(),
      memoryMb: Math.round(totalmem() / 1e6),
    },
    plan,
  });
  pointLatestAt(root, id);
  return writer;
}

/** `20260821T104412Z-register-raft-42`. */
function nameOf(plan: RunPlan, startedAt: Date): string {
  const time = startedAt.toISOString().replace(/[-:]|\.\d+/g, '');
  const { system } = plan;
  const target = system.kind === 'target' ? system.name : basename(system.path);
  return [time, plan.workload, target, String(plan.seed)].map(fileNameOf).join('-');
}

/** A name that is one on every file system, and no longer than one may be. */
function fileNameOf(name: string): string {
  const safe = name.replace(/[^A-Za-z0-9._]+/g, '-').replace(/^[.-]+|[.-]+$/g, '');
  return safe.slice(0, 60) || 'unnamed';
}

/** Runs that start within one second are told apart by a number at the end. */
function newFolder(root: string, name: string): { id: string; folder: string } {
  for (let attempt = 1; ; attempt += 1) {
    const id = attempt === 1 ? name : `${name}-${attempt}`;
    const folder = join(root, id);
    try {
      makeFolders(root);
      // Not recursive: it fails if the folder is there, also when another dsx just made it.
      mkdirSync(folder);
      return { id, folder };
    } catch (thrown) {
      if (codeOf(thrown) !== 'EEXIST' || !existsSync(folder)) throw rootError(thrown, root);
    }
  }
}

/** Like `mkdir -p`. Node's own never returns for a folder in /proc. */
function makeFolders(folder: string): void {
  if (existsSync(folder)) return;
  makeFolders(resolve(folder, '..'));
  try {
    mkdirSync(folder);
  } catch (thrown) {
    if (codeOf(thrown) !== 'EEXIST') throw thrown;
  }
}

/** A convenience: where links cannot be made, or something else has the name, there is none. */
function pointLatestAt(root: string, id: string): void {
  const beside = join(root, `.${latestLink}-${id}`);
  try {
    rmSync(beside, { force: true });
    symlinkSync(id, beside, 'dir');
    renameSync(beside, join(root, latestLink));
  } catch {
    rmSync(beside, { force: true });
  }
}

class FolderWriter implements RunWriter {
  readonly id: string;
  readonly folder: string;
  #journal: Journal | undefined;
  #journalOpen = false;

  constructor(id: string, folder: string) {
    this.id = id;
    this.folder = folder;
  }

  journal(): Journal {
    if (this.#journal !== undefined) return this.#journal;
    const journal = openJournal(join(this.folder, historyFile));
    const close = journal.close.bind(journal);
    journal.close = (): void => {
      this.#journalOpen = false;
      close();
    };
    this.#journalOpen = true;
    this.#journal = journal;
    return journal;
  }

  writeJson(name: string, value: unknown): void {
    // A verdict beside half a history would be a verdict on something else.
    assert(
      name !== 'verdict.json' || !this.#journalOpen,
      'verdict.json is written before the history is complete: close the journal first',
    );
    writeAtomic(pathIn(this.folder, name), [`${JSON.stringify(value, null, 2)}\n`]);
  }

  writeText(name: string, text: string): void {
    writeAtomic(pathIn(this.folder, name), [text]);
  }

  writeParts(name: string, parts: Iterable<string>): void {
    writeAtomic(pathIn(this.folder, name), parts);
  }

  nodeFolder(node: string): string {
    const folder = pathIn(this.folder, join('nodes', fileNameOf(node)));
    try {
      mkdirSync(folder, { recursive: true });
    } catch (thrown) {
      throw diskError(thrown, folder);
    }
    return folder;
  }
}

/** A name may lead into folders of the run, and never out of it. */
function pathIn(folder: string, name: string): string {
  const path = resolve(folder, name);
  assert(path.startsWith(folder + sep), `"${name}" is not a file inside of the run`);
  return path;
}

function runsIn(root: string): readonly string[] {
  const names = existsSync(root) ? readdirSync(root, { withFileTypes: true }) : [];
  return names
    .filter((entry) => entry.isDirectory() && idPattern.test(entry.name))
    .map((entry) => entry.name)
    .sort(newestFirst);
}

const inOrder = new Intl.Collator('en', { numeric: true });

/** By the time in the name, then by the number that tells runs of one second apart. */
function newestFirst(a: string, b: string): number {
  return inOrder.compare(b, a);
}

function storedRun(root: string, name: string): StoredRun {
  const folder = folderOf(root, name);
  const path = (file: string): string => join(folder, file);
  const text = (file: string): string | undefined =>
    existsSync(path(file)) ? readFileSync(path(file), 'utf8') : undefined;
  const json = (file: string): unknown => {
    const found = text(file);
    return found === undefined ? undefined : parsed(found, path(file));
  };
  return {
    id: basename(folder),
    folder,
    about(): JsonObject {
      const about = json('run.json');
      if (isObject(about)) return about;
      throw new HistoryError(`${path('run.json')} is not there, or not an object: not a whole run`);
    },
    history: () => readHistoryFile(path(historyFile), 'jsonl'),
    json,
    text,
    has: (file) => existsSync(path(file)),
    path,
  };
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw new HistoryError(`${path} is not JSON: ${messageOf(thrown)}`, { cause: thrown });
  }
}

function folderOf(root: string, name: string): string {
  if (name === latestLink) return join(root, latestOf(root));
  for (const candidate of [join(root, name), resolve(name)]) {
    if (!existsSync(candidate)) continue;
    const folder = statSync(candidate).isDirectory() ? candidate : resolve(candidate, '..');
    const target = linkTarget(folder) ?? folder;
    if (existsSync(join(target, 'run.json')) || existsSync(join(target, historyFile)))
      return target;
  }
  const runs = runsIn(root);
  const known =
    runs.length === 0
      ? ' There are none yet: dsx test makes one.'
      : ` The newest is ${runs[0] ?? ''} (dsx list runs shows all).`;
  throw new UsageError(
    `no run "${name}" in ${relative(process.cwd(), root) || root}.${didYouMean(name, [latestLink, ...runs])}${known}`,
  );
}

function latestOf(root: string): string {
  const target = linkTarget(join(root, latestLink));
  if (target !== undefined && existsSync(target)) return basename(target);
  const [newest] = runsIn(root);
  if (newest !== undefined) return newest;
  throw new UsageError(`no runs in ${root} yet: dsx test makes one`);
}

/** Where a link leads, absolute; undefined for what is no link. */
function linkTarget(path: string): string | undefined {
  try {
    return resolve(path, '..', readlinkSync(path));
  } catch {
    return undefined;
  }
}
