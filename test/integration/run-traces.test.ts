/** Messages and logs of a run, read back from its files. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readTraces } from '../../src/store/run-traces.ts';
import { LogFile } from '../../src/testbed/process/log-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'dsx-traces-'));
const request = { nodes: ['n1', 'n2'], isSampled: false, focus: [] };

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const line = (timeNs: number, event: string, id: number, more = ''): string =>
  `{"timeNs":${timeNs},"event":"${event}","id":${id},"src":"n1","dest":"n2","body":{"type":"ping","n":${id}}${more}}\n`;

test('a message is its sending with its arrival, or why there was none', () => {
  const text = [
    line(10, 'send', 1),
    line(20, 'send', 2),
    line(30, 'recv', 1),
    line(35, 'recv', 1),
    line(40, 'drop', 2, ',"reason":"partition"'),
    line(50, 'send', 3),
    '{"timeNs":60,"event":"skipped","count":7}\n',
    '{"timeNs":70,"event":"send","id":4,"src":"n1","de',
  ].join('');
  writeFileSync(join(folder, 'network.jsonl'), text);
  const { messages, messagesOmitted } = readTraces(folder, request);
  expect(
    messages.map(({ id, sentNs, receivedNs, lost }) => [id, sentNs, receivedNs, lost]),
  ).toEqual([
    [1, 10, 30, null],
    [2, 20, null, 'partition'],
    [3, 50, null, null],
    [4, 70, null, null],
  ]);
  expect(messages[0]).toMatchObject({
    from: 'n1',
    to: 'n2',
    type: 'ping',
    text: '{"type":"ping","n":1}',
  });
  expect(messagesOmitted).toBe(7);
});

test('more messages than a page has room for are counted', () => {
  const many = Array.from({ length: 30_500 }, (_, id) => line(id, 'send', id)).join('');
  writeFileSync(join(folder, 'network.jsonl'), many);
  const { messages, messagesOmitted } = readTraces(folder, request);
  expect(messages.length + messagesOmitted).toBe(30_500);
  expect(messages).toHaveLength(30_000);
});

test('each line of a log has the time at which its part came, whatever its letters weigh', async () => {
  rmSync(join(folder, 'network.jsonl'));
  mkdirSync(join(folder, 'nodes', 'n1'), { recursive: true });
  let nowNs = 0;
  const path = join(folder, 'nodes', 'n1', 'stderr.log');
  const log = new LogFile(
    path,
    (error) => {
      throw error;
    },
    () => nowNs,
  );
  for (const [at, text] of [
    [1e6, 'first → α\nse'],
    [5e6, 'cond\n'],
    [5.2e6, 'third, a moment later\n'],
    [9e6, '\nlast without an end'],
  ] as const) {
    nowNs = at;
    log.write(text);
  }
  await log.close();
  expect(readFileSync(path, 'utf8')).toContain('first → α\nsecond\n');
  const { logs, messages } = readTraces(folder, request);
  expect(messages).toEqual([]);
  expect(logs.map(({ node, stream, timeNs, text }) => [node, stream, timeNs, text])).toEqual([
    ['n1', 'stderr', 1e6, 'first → α'],
    ['n1', 'stderr', 1e6, 'second'],
    ['n1', 'stderr', 5e6, 'third, a moment later'],
    ['n1', 'stderr', 9e6, 'last without an end'],
  ]);
});

test('a log without times is left to be read as a file', () => {
  rmSync(join(folder, 'nodes', 'n1', 'stderr.times'));
  expect(readTraces(folder, request).logs).toEqual([]);
});
