/** Disks that fail: exactly what was not synced is lost, and faults strike as asked. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { diskObstacle } from '../../src/testbed/disk/survey.ts';
import { systemPath } from '../../src/testbed/find-command.ts';
import { repository } from '../support/cli.ts';
import { sandboxedAs, users } from '../support/users.ts';

const obstacle = await diskObstacle();
const hasPython = spawnSync('python3', ['--version']).status === 0;

interface Loss {
  readonly said: string;
  readonly after: Readonly<Record<string, string>>;
  readonly again: Readonly<Record<string, string>>;
}

type Files = Readonly<Record<string, string>>;

/** What each pattern of the writer leaves by either rule; one value where both say the same. */
const expected: Readonly<
  Record<string, Files | { readonly journal: Files; readonly strict: Files }>
> = {
  'never synced': {},
  fsync: { journal: { a: 'one' }, strict: {} },
  fdatasync: { journal: { a: 'one' }, strict: {} },
  O_SYNC: { journal: { a: 'onetwo' }, strict: {} },
  O_DSYNC: { journal: { a: 'one' }, strict: {} },
  'overwrite across pages': { journal: { a: 'o*12000' }, strict: {} },
  append: { journal: { a: 'one\n' }, strict: {} },
  'append and fsync': { journal: { a: 'one\ntwo\n' }, strict: {} },
  truncate: { journal: { a: 'o*10000' }, strict: {} },
  'truncate and fsync': { journal: { a: 'o*100' }, strict: {} },
  'open with O_TRUNC': { journal: { a: 'one' }, strict: {} },
  'truncated, grown again and fsynced': { journal: { a: 'o*4000' + '0*5000' }, strict: {} },
  'replace by rename, folder synced': { a: 'new' },
  'replace by rename, folder not synced': {
    journal: { a: 'old', 'a.new': 'new' },
    strict: { a: 'old' },
  },
  'replace by rename, content not synced': { a: '' },
  unlink: { a: 'one' },
  'unlink, then fsync of another file': {
    journal: { b: 'two' },
    strict: { a: 'one', b: 'two' },
  },
  'unlink, folder synced': {},
  'unlink and create again': { a: 'one' },
  'file in a new folder': { journal: { 'sub/': '', 'sub/a': 'one' }, strict: {} },
  'file in a new folder, both synced': { 'sub/': '', 'sub/a': 'one' },
  'folder removed': { 'sub/': '', 'sub/a': 'one' },
  'folder renamed': { 'sub/': '', 'sub/a': 'one' },
  'hard link': { a: 'one' },
  'symbolic link': { a: 'one', b: '-> a' },
  'fsync of a file that is open twice': { journal: { a: 'one' }, strict: {} },
  'three megabytes': { journal: { a: 'o*3000000' }, strict: {} },
  ...(hasPython ? { mmap: { journal: { a: `newo*8189` }, strict: {} } } : {}),
};

function byRule(files: (typeof expected)[string], rule: 'journal' | 'strict'): Files {
  return 'journal' in files && typeof files.journal === 'object'
    ? ((rule === 'journal' ? files.journal : files.strict) as Files)
    : (files as Files);
}

describe.skipIf(obstacle !== undefined).each(users)(
  `a loss of power, for %s${obstacle === undefined ? '' : ` (skipped: ${obstacle.found}; ${obstacle.advice})`}`,
  (user) => {
    let seen: Record<string, Loss>;
    let folder: string;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'dsx-test-'));
      chmodSync(folder, 0o777);
      const cases: Record<string, object> = {};
      for (const rule of ['journal', 'strict'])
        for (const name of Object.keys(expected))
          cases[name === 'mmap' && rule === 'journal' ? name : `${name} / ${rule}`] = {
            rule,
            power: true,
          };
      cases['killed only'] = { rule: 'journal', power: false };
      cases['three megabytes / torn'] = { rule: 'journal', power: true, keep: 0.5 };
      const fixture = join(repository, 'test/fixtures/disk/power-loss.js');
      seen = await inSandbox(user, [fixture, JSON.stringify({ folder, cases })]);
    });
    afterAll(() => {
      rmSync(folder, { recursive: true, force: true });
    });

    test.each(Object.entries(expected))('%s', (name, files) => {
      for (const rule of ['journal', 'strict'] as const) {
        const isMapped = name === 'mmap';
        if (isMapped && rule === 'strict') continue;
        const loss = seen[isMapped ? name : `${name} / ${rule}`];
        expect(loss?.after, `${rule}; ${loss?.said ?? ''}`).toEqual(byRule(files, rule));
        expect(loss?.again, 'after a second loss').toEqual(loss?.after);
      }
    });

    test('a kill without a loss of power loses nothing', () => {
      expect(seen['killed only']?.after).toEqual({ a: 'one' });
    });

    test('of torn writes some sectors are there and others are not', () => {
      const { after, said } = seen['three megabytes / torn'] ?? {};
      const text = after?.['a'] ?? '';
      expect(said).toMatch(/sectors of it kept/);
      // Runs of whole sectors, of the old and of the new.
      expect(text).toMatch(/o\*\d+n\*\d+o/);
      const runs = [...text.matchAll(/[on]\*(\d+)/g)].map(([, length]) => Number(length));
      expect(runs.reduce((sum, length) => sum + length, 0)).toBe(3_000_000);
      expect(runs.slice(0, -1).every((length) => length % 512 === 0)).toBe(true);
    });
  },
);

async function inSandbox(user: string, args: readonly string[]): Promise<Record<string, Loss>> {
  const [program, ...rest] = sandboxedAs(user, [process.execPath, ...args], 'host');
  const { stdout } = await execa(program, rest, {
    env: { PATH: systemPath(), DSX_SANDBOX: `${process.pid}` },
    timeout: 100_000,
  });
  return JSON.parse(stdout) as Record<string, Loss>;
}
