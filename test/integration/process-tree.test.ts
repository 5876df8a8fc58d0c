/** Who belongs to a node, and who only seems to any more. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isEnding, processTree } from '../../src/testbed/clock/process-tree.ts';

const forksAndForgets = `
import os, sys
child = os.fork()
if child == 0: os._exit(0)
print(child, flush=True)
sys.stdin.read()`;

test.skipIf(!existsSync('/proc/self/stat'))(
  'a dead child that nobody has waited for is in the tree, and is ending',
  async () => {
    const parent = spawn('python3', ['-c', forksAndForgets], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const parentPid = parent.pid ?? 0;
    const [line] = (await once(parent.stdout.setEncoding('latin1'), 'data')) as [string];
    const child = Number(line);
    await expect.poll(() => isEnding(child)).toBe(true);
    expect(processTree(parentPid)).toEqual([parentPid, child]);
    expect(isEnding(parentPid)).toBe(false);
    parent.stdin.end();
    await once(parent, 'close');
    expect(isEnding(child)).toBe(true);
    expect(isEnding(parentPid)).toBe(true);
  },
);
