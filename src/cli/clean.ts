/**
 * `dsx clean`: what even the guardian could not end. Leftover node processes are found by
 * the mark in their environment (DSX_RUN=<pid of dsx>-…), control groups by the same mark in
 * their names, data folders by their run's lack of a verdict. Only what belongs to a dsx that is
 * no longer there is touched.
 */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cgroupMountPoints } from '../testbed/limits/cgroup-places.ts';
import { dsxGroups, isOfRun, makerOf, removeLeftover } from '../testbed/limits/leftover-groups.ts';

export interface CleanRequest {
  readonly runsFolder: string;
  readonly dryRun: boolean;
  /** Where control groups are; those of this machine if absent. */
  readonly groupRoots?: readonly string[];
}

/** What was (or would be) removed, a line each. */
export async function clean(request: CleanRequest): Promise<readonly string[]> {
  const ended = endProcesses(request.dryRun);
  const lines = [...ended, ...(await removeGroups(request)), ...removeData(request)];
  return lines.length === 0 ? ['nothing to clean'] : lines;
}

/** Pids of processes whose dsx is gone. */
function leftoverPids(): readonly { readonly pid: number; readonly mark: string }[] {
  if (!existsSync('/proc/self/environ')) return [];
  const found: { pid: number; mark: string }[] = [];
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const mark = markOf(pid);
    if (mark !== undefined && !isAlive(Number(mark.split('-')[0]))) found.push({ pid, mark });
  }
  return found;
}

function endProcesses(dryRun: boolean): string[] {
  return leftoverPids().map(({ pid, mark }) => {
    if (dryRun) return `would end process ${pid} of run ${mark}`;
    try {
      process.kill(pid, 'SIGKILL');
      return `ended process ${pid} of run ${mark}`;
    } catch (thrown) {
      return `process ${pid} of run ${mark} could not be ended: ${String(thrown)}`;
    }
  });
}

/** Its processes have been ended; a run that goes on in another process namespace has others. */
async function removeGroups({ dryRun, groupRoots }: CleanRequest): Promise<string[]> {
  const groups = dsxGroups(groupRoots ?? cgroupMountPoints(textOf('/proc/self/mountinfo')));
  if (groups.length === 0) return [];
  const running = runningMarks();
  const dead = groups.filter(
    (group) => !isAlive(makerOf(group)) && !running.some((mark) => isOfRun(group, mark)),
  );
  if (dryRun) return dead.map((group) => `would remove control group ${group}`);
  const lines: string[] = [];
  for (const group of dead) lines.push(await removeLeftover(group));
  return lines;
}

/** Of runs that have a guardian: it is there as long as the run. */
function runningMarks(): readonly string[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    const words = textOf(`/proc/${name}/cmdline`).split('\0');
    const at = words.indexOf('dsx-guardian');
    return at < 0 ? [] : (words[at + 1] ?? []);
  });
}

/** Nothing, where it cannot be read. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

/** Nothing of one that has ended meanwhile, or that belongs to somebody else. */
function markOf(pid: number): string | undefined {
  const environment = textOf(`/proc/${pid}/environ`).split('\0');
  return environment.find((entry) => entry.startsWith('DSX_RUN='))?.slice('DSX_RUN='.length);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function removeData({ runsFolder, dryRun }: CleanRequest): string[] {
  const lines: string[] = [];
  for (const run of foldersIn(runsFolder)) {
    if (run === 'latest' || existsSync(join(runsFolder, run, 'verdict.json'))) continue;
    if (isRunning(join(runsFolder, run))) continue;
    for (const node of foldersIn(join(runsFolder, run, 'nodes'))) {
      const data = join(runsFolder, run, 'nodes', node, 'data');
      if (!existsSync(data)) continue;
      lines.push(`${dryRun ? 'would remove' : 'removed'} ${data}`);
      if (!dryRun) rmSync(data, { recursive: true, force: true });
    }
  }
  return lines;
}

/** True while the dsx that writes this run is there. */
function isRunning(folder: string): boolean {
  try {
    const run = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')) as { pid?: number };
    return typeof run.pid === 'number' && isAlive(run.pid);
  } catch {
    return false;
  }
}

function foldersIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
