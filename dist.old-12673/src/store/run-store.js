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
import { assert } from '../base/assert.js';
import { HistoryError, messageOf, UsageError } from '../base/errors.js';
import { isObject } from '../base/json.js';
import { didYouMean } from '../base/text.js';
import { codeOf, diskError, rootError } from './disk-error.js';
import { openJournal } from './journal.js';
import { readHistoryFile } from './read-file.js';
import { writeAtomic } from './write-atomic.js';

const historyFile = 'history.jsonl';
const latestLink = 'latest';
const idPattern = /^\d{8}T\d{6}Z-/;
/** `now` is the wall clock: the time in the names of folders. */
export function createRunStore(root, now = () => new Date()) {
  const folder = resolve(root);
  return {
    root: folder,
    create: (plan, about = {}) => createRun(folder, plan, about, now()),
    read: (name) => storedRun(folder, name),
    list: () => runsIn(folder),
  };
}
function createRun(root, plan, about, startedAt) {
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
function nameOf(plan, startedAt) {
  const time = startedAt.toISOString().replace(/[-:]|\.\d+/g, '');
  const { system } = plan;
  const target = system.kind === 'target' ? system.name : basename(system.path);
  return [time, plan.workload, target, String(plan.seed)].map(fileNameOf).join('-');
}
/** A name that is one on every file system, and no longer than one may be. */
function fileNameOf(name) {
  const safe = name.replace(/[^A-Za-z0-9._]+/g, '-').replace(/^[.-]+|[.-]+$/g, '');
  return safe.slice(0, 60) || 'unnamed';
}
/** Runs that start within one second are told apart by a number at the end. */
function newFolder(root, name) {
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
function makeFolders(folder) {
  if (existsSync(folder)) return;
  makeFolders(resolve(folder, '..'));
  try {
    mkdirSync(folder);
  } catch (thrown) {
    if (codeOf(thrown) !== 'EEXIST') throw thrown;
  }
}
/** A convenience: where links cannot be made, or something else has the name, there is none. */
function pointLatestAt(root, id) {
  const beside = join(root, `.${latestLink}-${id}`);
  try {
    rmSync(beside, { force: true });
    symlinkSync(id, beside, 'dir');
    renameSync(beside, join(root, latestLink));
  } catch {
    rmSync(beside, { force: true });
  }
}
class FolderWriter {
  id;
  folder;
  #journal;
  #journalOpen = false;
  constructor(id, folder) {
    this.id = id;
    this.folder = folder;
  }
  journal() {
    if (this.#journal !== undefined) return this.#journal;
    const journal = openJournal(join(this.folder, historyFile));
    const close = journal.close.bind(journal);
    journal.close = () => {
      this.#journalOpen = false;
      close();
    };
    this.#journalOpen = true;
    this.#journal = journal;
    return journal;
  }
  writeJson(name, value) {
    // A verdict beside half a history would be a verdict on something else.
    assert(
      name !== 'verdict.json' || !this.#journalOpen,
      'verdict.json is written before the history is complete: close the journal first',
    );
    writeAtomic(pathIn(this.folder, name), [`${JSON.stringify(value, null, 2)}\n`]);
  }
  writeText(name, text) {
    writeAtomic(pathIn(this.folder, name), [text]);
  }
  writeParts(name, parts) {
    writeAtomic(pathIn(this.folder, name), parts);
  }
  nodeFolder(node) {
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
function pathIn(folder, name) {
  const path = resolve(folder, name);
  assert(path.startsWith(folder + sep), `"${name}" is not a file inside of the run`);
  return path;
}
function runsIn(root) {
  const names = existsSync(root) ? readdirSync(root, { withFileTypes: true }) : [];
  return names
    .filter((entry) => entry.isDirectory() && idPattern.test(entry.name))
    .map((entry) => entry.name)
    .sort(newestFirst);
}
const inOrder = new Intl.Collator('en', { numeric: true });
/** By the time in the name, then by the number that tells runs of one second apart. */
function newestFirst(a, b) {
  return inOrder.compare(b, a);
}
function storedRun(root, name) {
  const folder = folderOf(root, name);
  const path = (file) => join(folder, file);
  const text = (file) => (existsSync(path(file)) ? readFileSync(path(file), 'utf8') : undefined);
  const json = (file) => {
    const found = text(file);
    return found === undefined ? undefined : parsed(found, path(file));
  };
  return {
    id: basename(folder),
    folder,
    about() {
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
function parsed(text, path) {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw new HistoryError(`${path} is not JSON: ${messageOf(thrown)}`, { cause: thrown });
  }
}
function folderOf(root, name) {
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
function latestOf(root) {
  const target = linkTarget(join(root, latestLink));
  if (target !== undefined && existsSync(target)) return basename(target);
  const [newest] = runsIn(root);
  if (newest !== undefined) return newest;
  throw new UsageError(`no runs in ${root} yet: dsx test makes one`);
}
/** Where a link leads, absolute; undefined for what is no link. */
function linkTarget(path) {
  try {
    return resolve(path, '..', readlinkSync(path));
  } catch {
    return undefined;
  }
}
