/**
 * `dsx clean`: what even the guardian could not end. Leftover node processes are found by
 * the mark in their environment (DSX_RUN=<pid of dsx>-…), data folders by their run's lack
 * of a verdict. Only what belongs to a dsx that is no longer there is touched.
 */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

export interface CleanRequest {
  readonly runsFolder: string;
  readonly dryRun: boolean;
}

/** What was (or would be) removed, a line each. */
export async function clean(request: CleanRequest): Promise<readonly string[]> {
  const lines = [...endProcesses(request.dryRun), ...removeData(request)];
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

function markOf(pid: number): string | undefined {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
    return environment.find((entry) => entry.startsWith('DSX_RUN='))?.slice('DSX_RUN='.length);
  } catch {
    // It ended meanwhile, or belongs to somebody else.
    return undefined;
  }
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
