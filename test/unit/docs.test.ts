/** Documentation is true: its links lead somewhere, its commands exist, its tables are the code's. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { commandClasses, referencePages } from '../../scripts/reference-pages.ts';
import { isIsolationModel, isolationModel, modelsImpliedBy } from '../../src/checker/txn/models.ts';
import { weakerThan, weakModelNames } from '../../src/checker/weak/lattice.ts';
import { loadNemeses, loadTargets, loadWorkloads } from '../../src/registry.ts';
import { shownBlocks, wordsOf } from '../support/docs.ts';

const root = resolve(import.meta.dirname, '../..');
const pages = ['README.md', 'CHANGELOG.md', ...markdownUnder('docs')];
const read = (page: string): string => readFileSync(join(root, page), 'utf8');

function markdownUnder(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return markdownUnder(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

test('the reference is that of the code; else: npm run reference', async () => {
  for (const [name, text] of await referencePages()) {
    const file = join(root, 'docs/generated', name);
    expect(existsSync(file) && readFileSync(file, 'utf8') === text, `${name} is old`).toBe(true);
  }
});

describe('links', () => {
  test.each(pages)('of %s lead to files and headings that are there', (page) => {
    for (const { link, file, anchor } of linksOf(page)) {
      expect(relative(root, file).startsWith('..'), `${link} leads out`).toBe(false);
      if (madeByHours.has(relative(root, file))) continue;
      expect(existsSync(file), `${page}: ${link}`).toBe(true);
      if (anchor !== undefined) expect(headingsOf(file), `${page}: ${link}`).toContain(anchor);
    }
  });

  test('lead from the index to every page', () => {
    const reached = new Set(['docs/README.md']);
    for (const page of reached) {
      if (!page.endsWith('.md') || madeByHours.has(page)) continue;
      for (const { file } of linksOf(page)) reached.add(relative(root, file));
    }
    for (const page of pages.filter((one) => one.startsWith('docs/')))
      expect(reached.has(page) || reached.has(dirname(page)), page).toBe(true);
  });

  test('to pictures lead to small ones', () => {
    for (const name of readdirSync(join(root, 'docs/images'))) {
      expect(statSync(join(root, 'docs/images', name)).size, name).toBeLessThan(300_000);
      expect(
        pages.some((page) => read(page).includes(`images/${name}`)),
        name,
      ).toBe(true);
    }
  });
});

/** Measured by a long script; a page may lead to it before it was run. */
const madeByHours = new Set(['docs/generated/challenges.md']);

interface Link {
  readonly link: string;
  readonly file: string;
  readonly anchor: string | undefined;
}

/** Those to files of this repository. */
function linksOf(page: string): readonly Link[] {
  const prose = read(page).replaceAll(/^```[^]*?^```$/gm, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^(https?:|mailto:)/.test(link))
    .map((link) => {
      const [path = '', anchor] = link.split('#');
      const file = path === '' ? join(root, page) : resolve(root, dirname(page), path);
      return { link, file, anchor };
    });
}

/** As GitHub makes them. */
function headingsOf(file: string): readonly string[] {
  const prose = readFileSync(file, 'utf8').replaceAll(/^```[^]*?^```$/gm, '');
  return [...prose.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('commands', () => {
  let commands: Awaited<ReturnType<typeof commandClasses>>;
  let known: Readonly<Record<string, readonly string[]>>;

  beforeAll(async () => {
    commands = await commandClasses();
    const workloads = [...(await loadWorkloads()).values()];
    known = {
      // The page on adding a workload makes `tickets`, `ticket-office` and `leaderboard`.
      workload: [
        'tickets',
        'leaderboard',
        ...workloads.flatMap(({ name, aliases }) => [name, ...aliases]),
      ],
      target: ['ticket-office', ...(await loadTargets()).keys()],
      nemesis: ['none', ...(await loadNemeses()).keys()],
    };
  });

  /** What is wrong with a line that begins with `dsx`; empty if nothing is. */
  function complaints(line: string): readonly string[] {
    const [name = '', ...words] = wordsOf(line.replace(/\s+#.*$/, '')).slice(1);
    if (name.startsWith('--')) return [];
    const command = commands.get(name);
    if (command === undefined) return [`there is no command ${name}`];
    const flags = command.flags ?? {};
    const own = words.includes('--') ? words.slice(0, words.indexOf('--')) : words;
    return own.flatMap((word, i) => {
      const [, dashes, given = '', inline] = /^(--?)([a-z][\w-]*)(?:=(.*))?$/.exec(word) ?? [];
      if (dashes === undefined) return [];
      const flag = dashes === '--' ? given : letterOf(flags, given);
      const isKnown = flag in flags || flag === 'help' || isOtherName(flags, flag);
      if (!isKnown) return [`${name} has no flag ${word}`];
      const names = known[flag];
      const value = inline ?? own[i + 1] ?? '';
      if (names === undefined || /^[A-Z]+$/.test(value)) return [];
      return value
        .split(',')
        .map((one) => one.split(':')[0] ?? '')
        .filter((one) => !names.includes(one) && !one.startsWith('my-'))
        .map((one) => `there is no ${flag} ${one}`);
    });
  }

  test('that pages show exist, with their flags, workloads, targets and faults', () => {
    let count = 0;
    for (const page of pages) {
      const blocks = shownBlocks(read(page)).filter(({ title }) => /^(sh|bash)$/.test(title));
      const joined = blocks.flatMap(({ text }) => text.replaceAll(/\\\n\s*/g, ' ').split('\n'));
      for (const line of joined.filter((one) => /^(bin\/|npx )?dsx /.test(one))) {
        expect([page, line, ...complaints(line)]).toEqual([page, line]);
        count += 1;
      }
    }
    expect(count).toBeGreaterThan(60);
  });

  test('have a summary and examples, and those are real too', () => {
    for (const [name, { summary = '', examples = [] }] of commands) {
      expect(summary, name).toMatch(/\.$/);
      expect(examples.length, name).toBeGreaterThan(0);
      for (const example of examples) {
        const line = String(example).replaceAll('<%= config.bin %>', 'dsx');
        expect([line, ...complaints(line)]).toEqual([line]);
      }
    }
    expect(commands.size).toBeGreaterThan(14);
  });

  test('that are wrong would be found', () => {
    expect(complaints('dsx tset')).toHaveLength(1);
    expect(complaints('dsx test --nemsis partition')).toHaveLength(1);
    expect(complaints('dsx test -w regster --nemesis partition,kil:all')).toHaveLength(2);
    expect(complaints('dsx test -z 5')).toHaveLength(1);
  });
});

function letterOf(flags: object, letter: string): string {
  const found = Object.entries(flags).find(
    ([, flag]) => (flag as { char?: string }).char === letter,
  );
  return found?.[0] ?? letter;
}

function isOtherName(flags: object, name: string): boolean {
  return Object.values(flags).some(
    (flag) => (flag as { aliases?: readonly string[] }).aliases?.includes(name) === true,
  );
}

test('who keeps a model keeps also what the page on concepts says', () => {
  const rows = [...read('docs/concepts.md').matchAll(/^\| `([\w-]+)` \| (`.+`) \|$/gm)];
  expect(rows.length).toBeGreaterThan(12);
  for (const [, strong = '', list = ''] of rows)
    for (const [, weak = ''] of list.matchAll(/`([\w-]+)`/g)) {
      const known = weakModelNames.find((name) => name === strong);
      const implied: readonly string[] = [
        ...(known === undefined ? [] : weakerThan(known, false)),
        ...(isIsolationModel(strong) ? modelsImpliedBy(isolationModel(strong)) : []),
      ];
      expect(implied, `${strong} implies ${weak}`).toContain(weak);
    }
});
