/**
 * The house rules that no linter has. Each is a function from the tracked files to
 * complaints of the form `file:line: what is wrong; what to do`.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

interface SourceFile {
  readonly path: string;
  readonly lines: readonly string[];
}

const textual = /\.(ts|js|json|md|yaml|yml|sh|py)$|^\.ci\/run$|^bin\//;
// Split, so that this file does not complain about itself.
const unfinished = new RegExp(`\\b(${['FIX', 'ME'].join('')}|${['XX', 'X'].join('')})\\b`);
const machinePath = new RegExp(`(^|[\\s'"\`(])/${['wo', 'rk'].join('')}/`);

function tracked(): readonly SourceFile[] {
  const listing = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    encoding: 'utf8',
  });
  return listing
    .split('\n')
    .filter((path) => textual.test(path) && path !== 'package-lock.json' && existsSync(path))
    .map((path) => ({ path, lines: readFileSync(path, 'utf8').split('\n') }));
}

type Rule = (file: SourceFile) => readonly string[];

function each(file: SourceFile, pattern: RegExp, message: string): string[] {
  return file.lines.flatMap((line, i) =>
    pattern.test(line) ? [`${file.path}:${i + 1}: ${message}`] : [],
  );
}

const rules: readonly Rule[] = [
  (file) => each(file, unfinished, 'an unfinished mark may not be merged; finish it or file it'),
  (file) => each(file, machinePath, 'a path of one machine; make it relative'),
  (file) =>
    /\.(ts|js)$/.test(file.path)
      ? each(file, /[ \t]+$/, 'white space at the end of the line; run npm run format')
      : [],
  (file) =>
    /^src\/.*\.ts$/.test(file.path) &&
    !file.path.startsWith('src/commands/') &&
    !opensWithPurpose(file)
      ? [`${file.path}:1: a file opens with a comment that says what it is for`]
      : [],
  (file) =>
    /(^|\/)(utils?|helpers?|index|types|misc|common)\.ts$/.test(file.path)
      ? [`${file.path}:1: name the file for what it holds`]
      : [],
];

/** A block comment near the top, before the first declaration. */
function opensWithPurpose(file: SourceFile): boolean {
  const body = file.lines.findIndex((line) => !/^\s*$|^import |^ {2}|^} from/.test(line));
  return (file.lines[body] ?? '').startsWith('/**');
}

/** Every golden history has an expectation in `expected.json`. */
function goldenComplaints(files: readonly SourceFile[]): string[] {
  const folder = 'histories/golden';
  const known = JSON.parse(readFileSync(`${folder}/expected.json`, 'utf8')) as object;
  return execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', folder], {
    encoding: 'utf8',
  })
    .split('\n')
    .filter((path) => path.endsWith('.jsonl'))
    .filter((path) => !(path.slice(folder.length + 1, -'.jsonl'.length) in known))
    .map((path) => `${path}:1: a golden history needs an entry in ${folder}/expected.json`)
    .concat(files.length === 0 ? ['no file is tracked: this check saw nothing'] : []);
}

const files = tracked();
const complaints = [
  ...files.flatMap((file) => rules.flatMap((rule) => rule(file))),
  ...goldenComplaints(files),
];
for (const complaint of complaints) console.log(complaint);
if (complaints.length > 0) process.exitCode = 1;
