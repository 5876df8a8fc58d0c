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
  const asked = askedFor(argv);
  if (asked === undefined) return undefined;
  const help = helpTexts();
  if (help === undefined) return undefined;
  const version = `${help.version} ${process.platform}-${process.arch} node-${process.version}`;
  if (asked.kind === 'version') return `${version}\n`;
  const { command } = asked;
  const text = Object.hasOwn(help.texts, command) ? help.texts[command] : undefined;
  const isNarrow = process.stdout.isTTY && process.stdout.columns < columns;
  return text === undefined || isNarrow ? undefined : bolded(text.replace('{version}', version));
}

type Asked = { readonly kind: 'version' } | { readonly kind: 'help'; readonly command: string };

/** What stands after `--` is for the program of the user. */
function askedFor(argv: readonly string[]): Asked | undefined {
  const [first = 'help'] = argv;
  if (['--version', '-V', 'version'].includes(first)) return { kind: 'version' };
  const end = argv.indexOf('--');
  const own = end < 0 ? argv : argv.slice(0, end);
  const isHelp = first === 'help' || own.some((word) => ['--help', '-h'].includes(word));
  if (!isHelp) return undefined;
  const command = own.find((word) => word !== 'help' && !word.startsWith('-')) ?? '';
  return { kind: 'help', command };
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
