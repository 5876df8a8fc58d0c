/** Text files line by line, for the small formats. */
import { byte, lineNumber, type Source, textAt } from './bytes.ts';

export interface Line {
  /** Without its end, trimmed. */
  readonly text: string;
  /** Offset of its first byte in the file. */
  readonly at: number;
  /** True for a last line without an end: it may have been cut off. */
  readonly open: boolean;
}

/** All lines from byte `start` on, without empty ones and those that begin with `#`. */
export function* linesOf(source: Source, start: number): Generator<Line> {
  const { bytes } = source;
  let at = start;
  while (at < bytes.length) {
    const newline = bytes.indexOf(byte.newline, at);
    const end = newline === -1 ? bytes.length : newline;
    const text = textAt(source, at, end).trim();
    if (text !== '' && !text.startsWith('#')) yield { text, at, open: newline === -1 };
    at = end + 1;
  }
}

/**
 * The warning for a last line that reads well but has no end: cut off in the middle of a
 * number, it would read as well.
 */
export function openEndWarning(source: Source, line: Line): string {
  return `line ${lineNumber(source, line.at)}: the file ends without a line's end; if it was cut off, "${line.text}" may be incomplete`;
}
