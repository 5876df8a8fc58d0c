/** A history that breaks its own rules is refused with the place, in every format: never judged. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { readHistoryFile } from '../../src/store/read-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'dsx-input-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

let written = 0;
function read(content: string | Uint8Array): ReturnType<typeof readHistoryFile> {
  written += 1;
  const file = join(folder, `history-${written}`);
  writeFileSync(file, content);
  return readHistoryFile(file);
}

const jsonl = (index: number, time: number, type: string, process = 0, f = 'write'): string =>
  JSON.stringify({ index, time, type, process, f, value: 1 });
const edn = (index: number, time: number, type: string, process = 0, f = 'write'): string =>
  `{:type :${type}, :f :${f}, :value 1, :process ${process}, :time ${time}, :index ${index}}`;
const log = (_index: number, _time: number, type: string, process = 0, f = 'write'): string =>
  `INFO  jepsen.util - ${process}\t:${type}\t:${f}\t1`;

describe.each([
  ['jsonl', jsonl],
  ['edn', edn],
  ['jepsen-log', log],
] as const)('%s', (format, line) => {
  const lines = (...all: string[]): string => `${all.join('\n')}\n`;

  test('an operation that begins and ends is read', () => {
    const result = read(lines(line(0, 1, 'invoke'), line(1, 2, 'ok')));
    expect(result.format).toBe(format);
    expect(result.history.operationCount).toBe(1);
  });

  test('a process with two operations open is refused with the line', () => {
    const twice = lines(line(0, 1, 'invoke'), line(1, 2, 'invoke'), line(2, 3, 'ok'));
    expect(() => read(twice)).toThrow(/line 2.*still open|still open.*/s);
  });

  test('a completion without invocation is refused with the line', () => {
    expect(() => read(lines(line(0, 1, 'invoke'), line(1, 2, 'ok'), line(2, 3, 'ok')))).toThrow(
      /line 3.*never invoked/s,
    );
  });

  test('a completion of another function is refused', () => {
    expect(() => read(lines(line(0, 1, 'invoke'), line(1, 2, 'ok', 0, 'read')))).toThrow(
      /line 2.*what it invoked/s,
    );
  });

  test('a line that is broken in the middle is refused', () => {
    const broken = lines(line(0, 1, 'invoke').slice(0, -4), line(1, 2, 'ok'));
    if (format === 'jepsen-log') expect(() => read(broken).history.event(1)).toThrow();
    else expect(() => read(broken)).toThrow(/line [12]/);
  });

  test('gzip changes nothing, and what it packed may not be damaged', () => {
    const packed = gzipSync(lines(line(0, 1, 'invoke'), line(1, 2, 'ok')));
    expect(read(packed).history.operationCount).toBe(1);
    expect(() => read(packed.subarray(0, packed.length - 6))).toThrow(
      /gzip and damaged or cut off/,
    );
    const flipped = Uint8Array.from(packed);
    flipped[packed.length - 6] = (flipped[packed.length - 6] ?? 0) ^ 0xff;
    expect(() => read(flipped)).toThrow(/gzip and damaged/);
  });
});

describe('time', () => {
  test('that goes back in a history of dsx is refused with the line', () => {
    const back = `${jsonl(0, 5, 'invoke')}\n${jsonl(1, 3, 'ok')}\n`;
    expect(() => read(back)).toThrow(
      /line 2.*time goes back: event 1 is of 3 ns, after one of 5 ns/s,
    );
  });

  test('that goes back in a history of others changes nothing: their order is that of events', () => {
    const { history, warnings } = read(`${edn(0, 5, 'invoke')}\n${edn(1, 3, 'ok')}\n`);
    expect(history.operationCount).toBe(1);
    expect(warnings).toEqual([]);
  });
});
