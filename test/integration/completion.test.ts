/** What TAB gives, in the shells themselves; those that are not installed are skipped. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CliFolder } from '../support/cli.ts';

const folder = new CliFolder();
afterAll(() => {
  folder.remove();
});

const has = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status === 0;

beforeAll(async () => {
  mkdirSync(join(folder.path, 'histories/runs/20260101T000000Z-register-raft-1'), {
    recursive: true,
  });
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { stdout, exitCode } = await folder.run('completion', shell);
    expect(exitCode).toBe(0);
    writeFileSync(join(folder.path, `dsx.${shell}`), stdout);
  }
});

/** The bash of macOS is 3.2, and so is what may be used. */
const inBash = (line: string) =>
  `. ./dsx.bash; COMP_LINE='${line}' COMP_POINT=${line.length}; _dsx; printf '%s\\n' "\${COMPREPLY[@]}"`;

/** Completion functions of zsh run only inside of its line editor: these stand for its own. */
const inZsh = (line: string) => {
  const words = line.split(' ');
  return `
    compdef() { :; }; _files() { print -l -- *; }
    _describe() { for one in "\${flags[@]}"; do [[ "$one" == "$cur"* ]] && print -- "\${one%%:*}"; done; }
    compset() { head="\${(M)cur##\${~2}}"; cur="\${cur#"$head"}"; }
    compadd() { for one in "$@"; do [[ "$one" == -* || -z "$one" ]] || [[ "$one" == "$cur"* ]] && [[ "$one" != -* ]] && print -- "$head$one"; done; }
    . ./dsx.zsh; words=(${words.map((word) => `'${word}'`).join(' ')}); CURRENT=${words.length}
    cur='${words.at(-1) ?? ''}'; head=''; _dsx; true`;
};

const inFish = (line: string) => `source dsx.fish; complete -C '${line}'`;

const scripts = new Map([
  ['bash', inBash],
  ['zsh', inZsh],
  ['fish', inFish],
]);

/** What may follow, without what it means. */
function offered(shell: string, line: string): readonly string[] {
  const script = scripts.get(shell)?.(line) ?? '';
  const flags = shell === 'zsh' ? ['-f'] : shell === 'bash' ? ['--norc'] : ['--no-config'];
  const { stdout, stderr } = spawnSync(shell, [...flags, '-c', script], {
    cwd: folder.path,
    encoding: 'utf8',
    timeout: 20_000,
  });
  expect(stderr).toBe('');
  return stdout.split('\n').flatMap((one) => {
    const word = one.split('\t')[0] ?? '';
    return word === '' ? [] : [word];
  });
}

describe.each(['bash', 'zsh', 'fish'])('%s', (shell) => {
  const when = test.skipIf(!has(shell));

  when('completes commands', () => {
    expect(offered(shell, 'dsx che')).toEqual(['check']);
    expect(offered(shell, 'dsx ')).toEqual(expect.arrayContaining(['test', 'doctor', 'init']));
  });

  when('completes flags of the command, and of no other', () => {
    expect(offered(shell, 'dsx test --nemesis-i')).toEqual(['--nemesis-interval']);
    expect(offered(shell, 'dsx suite --sh')).toEqual(['--shard']);
    expect(offered(shell, 'dsx test --sh')).toEqual([]);
  });

  when('completes names: workloads, targets, models, choices', () => {
    expect(offered(shell, 'dsx test --workload reg')).toEqual(['register']);
    expect(offered(shell, 'dsx test -t raf')).toEqual(['raft']);
    expect(offered(shell, 'dsx check x --model snapshot-i')).toEqual(['snapshot-isolation']);
    expect(offered(shell, 'dsx test --latency-dist u')).toEqual(['uniform']);
    expect(offered(shell, 'dsx explain stale-r')).toContain('stale-read');
  });

  when('completes the variants of the target on the line', () => {
    expect(offered(shell, 'dsx test --target raft --variant stale')).toEqual(['stale-reads']);
    expect(offered(shell, 'dsx test --target echo --variant stale')).toEqual([]);
  });

  when('completes runs', () => {
    expect(offered(shell, 'dsx report lat')).toContain('latest');
    expect(offered(shell, 'dsx report 2026')).toContain('20260101T000000Z-register-raft-1');
  });

  when('completes each of several words with commas between them', () => {
    const line = 'dsx test --nemesis kill,partition:maj';
    const found = offered(shell, line);
    // bash puts in only what stands after the colon.
    expect(found.map((word) => (shell === 'bash' ? `kill,partition:${word}` : word))).toEqual(
      expect.arrayContaining(['kill,partition:majority']),
    );
  });
});
