/** Runs the built dsx as a user does, in an empty folder of its own. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';

export const repository = resolve(import.meta.dirname, '../..');
const program = join(repository, 'bin/run.js');

export interface CliResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class CliFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'dsx-test-'));

  start(args: readonly string[], timeoutMs = 100_000) {
    return execa('node', [program, ...args], {
      cwd: this.path,
      reject: false,
      timeout: timeoutMs,
      env: { NO_COLOR: '1', GITHUB_ACTIONS: '', CI: '1' },
    });
  }

  async run(...args: readonly string[]): Promise<CliResult> {
    const { exitCode, stdout, stderr } = await this.start(args);
    return { exitCode: exitCode ?? -1, stdout, stderr };
  }

  /** A file of the newest run. */
  latest(name: string): string {
    return join(this.path, 'histories/runs/latest', name);
  }

  remove(): void {
    // A dsx that ends may still write.
    rmSync(this.path, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

/** Pids of node processes (not zombies) of runs recorded under `folder`. */
export function nodesAlive(folder: string): readonly number[] {
  if (!existsSync('/proc/self/environ')) return [];
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid > 0)
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
        if (stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z')) return false;
        const environment = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
        return environment.some((entry) => entry.startsWith(`DSX_DATA_DIR=${folder}`));
      } catch {
        return false;
      }
    });
}

/** Resolves when `holds` does; rejects after `limitMs`. */
export async function until(holds: () => boolean, limitMs: number, what: string): Promise<void> {
  const endMs = performance.now() + limitMs;
  while (!holds()) {
    if (performance.now() > endMs) throw new Error(`not so within ${limitMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
