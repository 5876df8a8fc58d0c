/**
 * `--help` and `--version` from texts that the build wrote (`dist/help.json`), without loading
 * oclif: that takes longer than all the rest. From source there are none, and oclif answers.
 */
import { readFileSync } from 'node:fs';

interface HelpTexts {
  /** `dsx/1.2.3`. */
  readonly version: string;
  /** By command; `''` for dsx itself. The version stands as `{version}`. */
  readonly texts: Readonly<Record<string, string>>;
}

/** For what width the texts were made. */
const columns = 80;

/** What to print, with a line break at its end; undefined if this is for oclif to answer. */
export function quickAnswer(argv: readonly string[]): string | undefined {
  const [first = '--help'] = argv;
  const isVersion = ['--version', '-V', 'version'].includes(first);
  const end = argv.indexOf('--');
  const own = end < 0 ? argv : argv.slice(0, end);
  const isHelp = argv.length === 0 || own.some((word) => ['--help', '-h'].includes(word));
  if (!isVersion && !isHelp && first !== 'help') return undefined;
  const help = helpTexts();
  if (help === undefined) return undefined;
  const version = `${help.version} ${process.platform}-${process.arch} node-${process.version}`;
  if (isVersion) return `${version}\n`;
  const command = own.find((word) => word !== 'help' && !word.startsWith('-')) ?? '';
  const text = Object.hasOwn(help.texts, command) ? help.texts[command] : undefined;
  if (text === undefined || (process.stdout.isTTY && process.stdout.columns < columns))
    return undefined;
  return bolded(text.replace('{version}', version));
}

function helpTexts(): HelpTexts | undefined {
  try {
    const file = new URL('../../help.json', import.meta.url);
    return JSON.parse(readFileSync(file, 'utf8')) as HelpTexts;
  } catch {
    // Not built: a program that runs from source.
    return undefined;
  }
}

/** Headings stand out on a terminal. */
function bolded(text: string): string {
  const { NO_COLOR: no } = process.env;
  if (!process.stdout.isTTY || (no !== undefined && no !== '')) return text;
  return text.replace(/^[A-Z][A-Z ]+$/gm, '\u001b[1m$&\u001b[22m');
}
