/** The bytes that are written into processes are the assembly that people read. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stub } from '../../src/testbed/clock/stub.ts';

const hasAssembler =
  process.arch === 'x64' &&
  spawnSync('as', ['--version']).status === 0 &&
  spawnSync('objcopy', ['--version']).status === 0;

test.skipIf(!hasAssembler)('stub.S assembles to the bytes of stub.ts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dsx-stub-'));
  try {
    const source = new URL('../../src/testbed/clock/stub.S', import.meta.url).pathname;
    const [object, binary] = [join(folder, 'stub.o'), join(folder, 'stub.bin')];
    expect(spawnSync('as', [source, '-o', object]).status).toBe(0);
    expect(spawnSync('objcopy', ['-O', 'binary', '-j', '.text', object, binary]).status).toBe(0);
    expect(readFileSync(binary).toString('hex')).toBe(stub.toString('hex'));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
