/**
 * A test of a real system starts its sandbox before it is known whether it will be wanted: if it
 * is not, nothing is said of it and nothing is left.
 */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sandboxObstacle } from '../../src/testbed/netns/survey.ts';
import { repository } from '../support/cli.ts';

const obstacle = await sandboxObstacle();
const mark = `DSX_FORESEE_TEST=${process.pid}`;

/** Those of the test that live. */
function marked(): readonly string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      if (stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z')) return false;
      return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(mark);
    } catch {
      // It has ended meanwhile, or is somebody else's.
      return false;
    }
  });
}

async function ended(args: readonly string[], killAfterMs?: number) {
  const [name = '', value = ''] = mark.split('=');
  const child = spawn(process.execPath, [join(repository, 'bin/run.js'), ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, [name]: value },
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  if (killAfterMs !== undefined) setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  const code = await new Promise<number | null>((resolve) => {
    child.on('close', resolve);
  });
  return { code, said };
}

test.skipIf(obstacle !== undefined)(
  'what is wrong with the arguments is said once, and the sandbox ends with it',
  async () => {
    const { code, said } = await ended(['test', '--target', 'etcd', '--nemesis', 'partitoin']);
    expect(code).toBe(254);
    expect(said.match(/unknown nemesis "partitoin"/g)).toHaveLength(1);
    await expect.poll(marked).toEqual([]);
  },
);

test.skipIf(obstacle !== undefined)(
  'a dsx that is killed while both load leaves nothing',
  async () => {
    await ended(['test', '--target', 'etcd', '--time-limit', '1'], 300);
    await expect.poll(marked).toEqual([]);
  },
);
