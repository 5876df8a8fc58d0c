/** The map of models on a terminal. */
import { isObject, type Json } from '../base/json.ts';
import { wrapped } from '../base/text.ts';
import type { Validity } from '../checker/verdict.ts';
import { printable } from './escape.ts';
import { type Screen, tone } from './terminal.ts';

/** The map of models, one line each: what held, what is violated by what, what is not known. */
export function mapLines(map: readonly Json[], { paint, columns }: Screen): readonly string[] {
  const entries = map.filter(isObject);
  const width = Math.max(0, ...entries.map(({ model }) => wordOf(model).length));
  return entries.flatMap(({ model, state, by, follows, why }) => {
    const [symbol, valid] = marks[wordOf(state)] ?? marks.open;
    const reason =
      state === 'violated'
        ? [wordOf(by), follows === undefined ? '' : `, as it implies ${wordOf(follows)}`].join('')
        : [wordOf(why), follows === undefined ? '' : `implied by ${wordOf(follows)}`].join('');
    const said = `${wordOf(model).padEnd(width)}  ${printable(reason === '' ? '' : reason)}`;
    const lines = wrapped(said.trimEnd(), Math.max(20, columns - 4));
    return lines.map((line, i) =>
      i === 0 ? `  ${tone(valid, paint)(symbol)} ${line}` : `    ${' '.repeat(width)}  ${line}`,
    );
  });
}

const marks: Readonly<Record<string, readonly [string, Validity]>> & {
  readonly open: readonly [string, Validity];
} = {
  held: ['✓', true],
  violated: ['✗', false],
  open: ['?', 'unknown'],
  undecidable: ['?', 'unknown'],
  'not-checked': ['·', 'unknown'],
};

function wordOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
