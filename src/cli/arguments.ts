/** Arguments as typed, before oclif sees them: what follows `--`, and stray words. */
import { UsageError } from '../base/errors.ts';

export interface SplitArguments {
  readonly own: readonly string[];
  /** What stands after `--`. */
  readonly rest: readonly string[];
}

export function splitArguments(argv: readonly string[]): SplitArguments {
  const at = argv.indexOf('--');
  const own = at < 0 ? argv : argv.slice(0, at);
  const dash = own.find((word) => /^[\u2010-\u2015\u2212-]*[\u2010-\u2015\u2212]/.test(word));
  if (dash !== undefined)
    throw new UsageError(
      `"${dash}" begins with a typographic dash, as copied from a web page or a document.\ntype it with plain hyphens: ${plainDashes(dash)}`,
    );
  return { own, rest: at < 0 ? [] : argv.slice(at + 1) };
}

function plainDashes(word: string): string {
  const [, dashes = '', name = ''] = /^([\u2010-\u2015\u2212-]+)(.*)$/u.exec(word) ?? [];
  return `${dashes.length > 1 || name.length > 1 ? '--' : '-'}${name}`;
}
