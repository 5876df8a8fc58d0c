import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LastLines } from '../../src/testbed/process/last-lines.ts';
import { LineSplitter } from '../../src/testbed/process/line-splitter.ts';

function split(chunks: readonly string[], charactersMax = 1_000) {
  const lines: string[] = [];
  const tooLong: string[] = [];
  const sink = {
    line: (text: string) => lines.push(text),
    tooLong: (start: string) => tooLong.push(start),
  };
  const splitter = new LineSplitter(sink, charactersMax);
  for (const chunk of chunks) splitter.push(chunk);
  return { lines, tooLong, rest: splitter.takeRest() };
}

test('the lines do not depend on where the stream was cut into chunks', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[ab\n]{0,60}$/),
      fc.array(fc.nat({ max: 60 })),
      (text, cuts) => {
        const places = [0, ...cuts.toSorted((a, b) => a - b), text.length];
        const chunks = places.slice(1).map((end, i) => text.slice(places[i] ?? 0, end));
        const { lines, rest } = split(chunks);
        expect([...lines, rest]).toEqual(text.split('\n'));
      },
    ),
  );
});

test('a line over the limit is reported once with its beginning, and the next one is read again', () => {
  const { lines, tooLong } = split(['abc\nxx', 'xxxx', 'xxxxxxxxx', 'xx\nd', 'ef\n'], 8);
  expect(lines).toEqual(['abc', 'def']);
  expect(tooLong).toEqual(['xxxxxxxxxxxxxxx']);
});

test('a line over the limit that comes in one piece is reported too', () => {
  const { lines, tooLong } = split(['abcdefghij\nok\n'], 8);
  expect([lines, tooLong]).toEqual([['ok'], ['abcdefghij']]);
});

test('the last lines are the last ones, oldest first, and long ones are cut', () => {
  const last = new LastLines(3);
  expect(last.list()).toEqual([]);
  for (const line of ['a', 'b']) last.push(line);
  expect(last.list()).toEqual(['a', 'b']);
  for (const line of ['c', 'd', 'eeeeee']) last.push(line);
  expect(last.list(4)).toEqual(['c', 'd', 'eeee…']);
});
