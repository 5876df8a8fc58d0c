/** What was found becomes a golden history, and stays one. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { historyOf } from '../../src/history/builder.ts';
import type { EventBody } from '../../src/history/event.ts';
import { jsonlOf } from '../../src/history/format/write-history.ts';
import { CliFolder } from '../support/cli.ts';

const folder = new CliFolder();
const golden = join(folder.path, 'histories/golden');

interface Entry {
  readonly model: string;
  readonly valid: boolean;
  readonly anomalies: readonly string[];
  readonly shows: string;
}

function entries(): Readonly<Record<string, Entry>> {
  return JSON.parse(readFileSync(join(golden, 'expected.json'), 'utf8')) as Record<string, Entry>;
}

/** Fifty writes of a register, each read; in the end one reads what was long overwritten. */
function staleHistory(): string {
  const events: EventBody[] = [];
  const did = (process: number, f: string, input: number | null, output: number): void => {
    events.push(
      { process, type: 'invoke', f, value: input },
      { process, type: 'ok', f, value: output },
    );
  };
  for (let value = 1; value <= 50; value += 1) {
    did(0, 'write', value, value);
    did(1, 'read', null, value);
  }
  did(2, 'read', null, 7);
  return [...jsonlOf(historyOf(events))].join('');
}

beforeAll(() => {
  writeFileSync(join(folder.path, 'stale.jsonl'), staleHistory());
});
afterAll(() => {
  folder.remove();
});

describe('an anomaly', () => {
  test('is kept with the operations that prove it, and nothing else', async () => {
    const { exitCode, stdout } = await folder.run(
      ...['promote', 'stale.jsonl', '--model', 'register'],
      ...['--name', 'old-news', '--shows', 'A read found what was long overwritten'],
    );
    expect(exitCode).toBe(0);
    expect(stdout).toContain('of 101, which prove it alone');
    expect(entries()).toEqual({
      'old-news': {
        model: 'register',
        valid: false,
        // Of these operations alone no other saw the write that was passed over.
        anomalies: ['stale-read', 'lost-write'],
        shows: 'A read found what was long overwritten.',
      },
    });
    const lines = readFileSync(join(golden, 'old-news.jsonl'), 'utf8').trim().split('\n');
    expect(lines.length).toBeLessThanOrEqual(8);
    const again = await folder.run(
      'check',
      'histories/golden/old-news.jsonl',
      '--model',
      'register',
    );
    expect(again.exitCode).toBe(1);
  });

  test('of that name is not lost to another one', async () => {
    const given = ['promote', 'stale.jsonl', '--model', 'register', '--name', 'old-news'];
    const { exitCode, stderr } = await folder.run(...given);
    expect(exitCode).toBe(254);
    expect(stderr).toContain('--force');
    expect((await folder.run(...given, '--force', '--whole')).exitCode).toBe(0);
    const { shows } = entries()['old-news'] ?? { shows: '' };
    expect(shows).toContain('Found in stale.');
    const lines = readFileSync(join(golden, 'old-news.jsonl'), 'utf8').trim().split('\n');
    expect(lines).toHaveLength(202);
  });

  test.each([
    [['promote', 'stale.jsonl'], '--model'],
    [['promote', 'stale.jsonl', '--model', 'register', '--name', '../../x'], '--name'],
    [['promote', 'stale.jsonl', '--model', 'regster'], 'register'],
    [['promote', 'stale.jsonl', '--model', 'bank'], 'no read of the accounts succeeded'],
    [['promote', 'nowhere'], 'nowhere'],
  ])('%j is refused, and says why', async (given, why) => {
    const { exitCode, stderr } = await folder.run(...given);
    expect(exitCode).toBe(254);
    expect(stderr).toContain(why);
  });
});

describe('a run', () => {
  test('in which all went well is kept as an example that holds', async () => {
    writeFileSync(
      join(folder.path, 'dsx.yaml'),
      'target: raft\nnodes: [n1, n2, n3]\ntime-limit: 1\nrecovery-time: 0\nrate: 20\nseed: 3\n',
    );
    expect((await folder.run('test')).exitCode).toBe(0);
    const { exitCode, stdout, stderr } = await folder.run('promote', '--name', 'calm');
    expect(`${exitCode} ${stderr}`).toBe('0 ');
    expect(stdout).toContain('holds');
    expect(entries()['calm']).toMatchObject({ valid: true, anomalies: [] });
    expect(existsSync(join(golden, 'calm.jsonl'))).toBe(true);
  });
});

describe('a folder of golden histories', () => {
  test('is judged against what it says itself', async () => {
    const { exitCode, stdout } = await folder.run('check', 'histories/golden');
    expect(stdout).toContain('2 golden histories: all as expected');
    expect(exitCode).toBe(0);
    const table = readFileSync(join(golden, 'expected.json'), 'utf8');
    writeFileSync(join(golden, 'expected.json'), table.replace('stale-read', 'thin-air-read'));
    const wrong = await folder.run('check', 'histories/golden');
    expect(wrong.exitCode).toBe(1);
    expect(wrong.stdout).toContain('old-news.jsonl: register');
    expect(wrong.stdout).toContain('found    that it is broken: stale-read');
    const named = await folder.run('check', 'histories/golden', '--model', 'register');
    expect(named.exitCode).toBe(254);
  });
});
