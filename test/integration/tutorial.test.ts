/** The tutorial, followed to the letter: its files, its commands, and what they exit with. */
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { CliFolder, repository } from '../support/cli.ts';
import { shownBlocks, shownCommands } from '../support/docs.ts';

const folder = new CliFolder();
afterAll(() => {
  folder.remove();
});

const hasPython = spawnSync('python3', ['--version']).status === 0;
const page = readFileSync(join(repository, 'docs/tutorial.md'), 'utf8');

/** A whole file; or, with the name of a function behind that of the file, that function anew. */
function save(title: string, text: string): void {
  const [, name = '', part] = title.split(' ');
  const path = join(folder.path, name);
  writeFileSync(path, part === undefined ? text : withPart(readFileSync(path, 'utf8'), part, text));
  if (name.endsWith('.py')) chmodSync(path, 0o755);
}

function withPart(file: string, part: string, text: string): string {
  const parts = file.split(/^(?=def )/m);
  const place = parts.findIndex((one) => one.startsWith(`def ${part}(`));
  expect(place, `the file has no function ${part}`).toBeGreaterThan(0);
  return parts.with(place, text).join('');
}

test.skipIf(!hasPython)('the tutorial does what it says', { timeout: 600_000 }, async () => {
  let count = 0;
  for (const { title, text } of shownBlocks(page)) {
    if (title === 'text') continue;
    if (title !== 'sh') save(title, text);
    for (const { args, exitCode, line } of title === 'sh' ? shownCommands(text) : []) {
      const result = await folder.run(...args);
      expect(result.exitCode, `${line}\n${result.stdout}\n${result.stderr}`).toBe(exitCode);
      count += 1;
    }
  }
  expect(count).toBeGreaterThan(14);
});
