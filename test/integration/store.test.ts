/** The run store on a real disk: what is there after a kill, on a full disk, and without a permission. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { InvariantError, TargetError, UsageError } from '../../src/base/errors.ts';
import type { HistoryEvent } from '../../src/history/event.ts';
import type { RunPlan } from '../../src/plan/plan.ts';
import { openJournal } from '../../src/store/journal.ts';
import { readBytes, readHistoryFile } from '../../src/store/read-file.ts';
import { createRunStore } from '../../src/store/run-store.ts';

const dist = new URL('../../dist/src/', import.meta.url).pathname;
let root = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'dsx-store-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function plan(change: Partial<RunPlan> = {}): RunPlan {
  return {
    workload: 'register',
    options: {},
    system: { kind: 'target', name: 'raft', variant: 'correct' },
    testbed: 'stdio',
    nodes: ['n1', 'n2', 'n3'],
    concurrency: 6,
    rateHz: 100,
    timeLimitMs: 1_000,
    nemeses: [],
    nemesisIntervalMs: 1_000,
    script: [],
    recoveryMs: 0,
    latencyMs: 0,
    latencyDistribution: 'constant',
    operationTimeoutMs: 1_000,
    model: 'linearizable',
    availability: null,
    gates: [],
    checkTimeoutMs: 1_000,
    checkMemoryMb: 100,
    seed: 42,
    expect: 'valid',
    networkLog: 'off',
    logNetSend: false,
    logNetReceive: false,
    logStderr: false,
    ...change,
  };
}

function event(index: number): HistoryEvent {
  const [type, process] = [index % 2 === 0 ? 'invoke' : 'ok', 0] as const;
  return { index, time: index, type, process, f: 'write', value: index };
}

const noon = new Date('2026-08-21T10:44:12.345Z');

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => {
      setImmediate(resolve);
    });
  });
}

describe('a run', () => {
  test('has a folder named for when, what, on what and with which seed, and is the latest', () => {
    const store = createRunStore(root, () => noon);
    const run = store.create(plan(), { versions: { dsx: '1.2.3' }, command: 'dsx test' });
    expect(run.id).toBe('20260821T104412Z-register-raft-42');
    expect(run.folder).toBe(join(root, run.id));
    expect(readlinkSync(join(root, 'latest'))).toBe(run.id);
    const about = store.read('latest').about();
    expect(about).toMatchObject({
      id: run.id,
      startedAt: noon.toISOString(),
      seed: 42,
      versions: { dsx: '1.2.3', node: process.version },
      environment: { platform: process.platform, arch: process.arch },
      command: 'dsx test',
    });
    expect(about['plan']).toEqual(plan());
  });

  test('does not collide with others of the same second', () => {
    const store = createRunStore(root, () => noon);
    const ids = Array.from({ length: 12 }, () => store.create(plan()).id);
    expect(new Set(ids).size).toBe(12);
    expect(store.list()).toEqual(ids.toReversed());
    expect(store.read('latest').id).toBe(ids.at(-1));
  });

  test('of a program has a name that every file system takes', () => {
    const store = createRunStore(root, () => noon);
    const { id } = store.create(
      plan({ system: { kind: 'bin', path: '/opt/my server: v2/../ünï node.sh', args: [] } }),
    );
    expect(id).toMatch(/^20260821T104412Z-register-[\w.-]+-42$/);
    expect(readdirSync(root)).toContain(id);
  });

  test('reads back what was written, by id, folder, file or link', () => {
    const store = createRunStore(root);
    const run = store.create(plan());
    const journal = run.journal();
    for (let index = 0; index < 10; index += 1) journal.append(event(index));
    journal.close();
    run.writeJson('verdict.json', { valid: true });
    run.writeText('evidence/0-stale-read.txt', 'read 1 …');
    run.writeParts('report.html', ['<p>', 'ünï', '</p>']);
    const names = [
      run.id,
      run.folder,
      join(run.folder, 'history.jsonl'),
      join(root, 'latest'),
      'latest',
    ];
    for (const name of names) {
      const stored = store.read(name);
      expect(stored.id).toBe(run.id);
      expect([...stored.history().history.eachEvent()]).toEqual(
        Array.from({ length: 10 }, (_, index) => event(index)),
      );
      expect(stored.json('verdict.json')).toEqual({ valid: true });
      expect(stored.text('evidence/0-stale-read.txt')).toBe('read 1 …');
      expect(stored.text('report.html')).toBe('<p>ünï</p>');
      expect(stored.json('schedule.json')).toBeUndefined();
      expect(stored.has('report.html')).toBe(true);
    }
    expect(readdirSync(run.folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('gives each node a folder of its own, inside of the run whatever its name', () => {
    const run = createRunStore(root).create(plan());
    expect(run.nodeFolder('n1')).toBe(join(run.folder, 'nodes', 'n1'));
    expect(existsSync(run.nodeFolder('../../n2'))).toBe(true);
    expect(run.nodeFolder('../../n2').startsWith(run.folder)).toBe(true);
    expect(() => {
      run.writeText('../outside.txt', '');
    }).toThrow(InvariantError);
  });

  test('gets no verdict while its history is open', () => {
    const run = createRunStore(root).create(plan());
    const journal = run.journal();
    expect(() => {
      run.writeJson('verdict.json', { valid: true });
    }).toThrow(InvariantError);
    journal.close();
    run.writeJson('verdict.json', { valid: true });
  });

  test('that is not there is an error with the nearest one', () => {
    const store = createRunStore(root, () => noon);
    expect(store.list()).toEqual([]);
    expect(createRunStore(join(root, 'nowhere')).list()).toEqual([]);
    expect(() => store.read('latest')).toThrow(UsageError);
    const { id } = store.create(plan());
    expect(() => store.read(id.replace('raft', 'rafd'))).toThrow(`Did you mean "${id}"?`);
  });

  test('is found as the latest where the link is gone', () => {
    const store = createRunStore(root, () => noon);
    store.create(plan());
    const { id } = store.create(plan());
    rmSync(join(root, 'latest'));
    expect(store.read('latest').id).toBe(id);
  });
});

describe('a root that cannot be written to', () => {
  test('is the user’s to change, with --out', () => {
    writeFileSync(join(root, 'file'), '');
    for (const bad of [join(root, 'file'), join(root, 'file', 'runs')]) {
      expect(() => createRunStore(bad).create(plan())).toThrow(UsageError);
      expect(() => createRunStore(bad).create(plan())).toThrow('--out');
    }
  });

  test.skipIf(process.getuid?.() === 0)('also where a permission is missing', () => {
    mkdirSync(join(root, 'closed'));
    chmodSync(join(root, 'closed'), 0o500);
    expect(() => createRunStore(join(root, 'closed')).create(plan())).toThrow('--out');
  });
});

describe('the journal', () => {
  test('has every event on disk after the turn in which it was recorded', async () => {
    const path = join(root, 'history.jsonl');
    const journal = openJournal(path);
    for (let index = 0; index < 7; index += 1) {
      journal.append(event(index));
      await turn();
      expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(index + 2);
    }
    journal.close();
    journal.close();
    expect(journal.eventCount).toBe(7);
  });

  test('does not wait for the end of a turn in which much happens', () => {
    const path = join(root, 'history.jsonl');
    const journal = openJournal(path);
    for (let index = 0; index < 20_000; index += 1) journal.append(event(index));
    expect(readFileSync(path).length).toBeGreaterThan(1_000_000);
    journal.close();
    expect(readHistoryFile(path).history.eventCount).toBe(20_000);
  });

  test('refuses an event that is not the next one, and events after its end', () => {
    const journal = openJournal(join(root, 'history.jsonl'));
    journal.append(event(0));
    expect(() => {
      journal.append(event(2));
    }).toThrow(InvariantError);
    journal.close();
    expect(() => {
      journal.append(event(1));
    }).toThrow(InvariantError);
  });

  test('never writes over a history that is there', () => {
    writeFileSync(join(root, 'history.jsonl'), 'kept');
    expect(() => openJournal(join(root, 'history.jsonl'))).toThrow(TargetError);
    expect(readFileSync(join(root, 'history.jsonl'), 'utf8')).toBe('kept');
  });

  test('keeps what was written when dsx is killed', async () => {
    const path = join(root, 'history.jsonl');
    const script = `
      const { openJournal } = await import('${dist}store/journal.js');
      const journal = openJournal('${path}');
      let index = 0;
      const record = () => {
        for (let i = 0; i < 50; i += 1, index += 1)
          journal.append({ index, time: index, type: index % 2 === 0 ? 'invoke' : 'ok', process: 0, f: 'write', value: index });
        process.stdout.write(index + '\\n');
        setTimeout(record, 1);
      };
      record();
    `;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
    let said = '';
    child.stdout.on('data', (data: Buffer) => {
      said += data.toString();
      if (said.split('\n').length > 20) child.kill('SIGKILL');
    });
    await once(child, 'exit');
    // What it said it recorded in a turn before the last one is on disk.
    const reported = Number(said.trim().split('\n').at(-2));
    const { history } = readHistoryFile(path, 'jsonl');
    expect(reported).toBeGreaterThan(0);
    expect(history.eventCount).toBeGreaterThanOrEqual(reported);
    expect(history.event(reported - 1)).toEqual(event(reported - 1));
  });

  const canMount =
    spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;

  test.skipIf(!canMount)(
    'on a full disk says so once and for all, and keeps what was recorded',
    () => {
      const script = `
      import { readFileSync } from 'node:fs';
      const { openJournal } = await import('${dist}store/journal.js');
      const { readHistoryFile } = await import('${dist}store/read-file.js');
      const journal = openJournal('${root}/history.jsonl');
      let index = 0;
      let thrown;
      const attempt = (act) => { try { act(); } catch (error) { thrown = error; } };
      while (thrown === undefined && index < 10_000) {
        attempt(() => {
          journal.append({ index, time: index, type: index % 2 === 0 ? 'invoke' : 'ok', process: 0, f: 'write', value: index });
          index += 1;
          if (index % 100 === 0) journal.flush();
        });
      }
      const first = thrown;
      thrown = undefined;
      attempt(() => { journal.append({}); });
      const again = thrown === first;
      thrown = undefined;
      attempt(() => { journal.close(); });
      const failed = await journal.failed;
      const { history, warnings } = readHistoryFile('${root}/history.jsonl', 'jsonl');
      console.log(JSON.stringify({ name: first.name, message: first.message, again, atClose: thrown === first, failed: failed === first, events: history.eventCount, index, warnings }));
    `;
      const { stdout, stderr } = spawnSync(
        'unshare',
        [
          '-rm',
          'sh',
          '-c',
          'mount -t tmpfs -o size=64k none "$1" && exec "$2" --input-type=module -e "$3"',
          'sh',
          root,
          process.execPath,
          script,
        ],
        { encoding: 'utf8' },
      );
      expect(stderr).toBe('');
      const result = JSON.parse(stdout) as Record<string, unknown>;
      expect(result).toMatchObject({
        name: 'TargetError',
        again: true,
        atClose: true,
        failed: true,
      });
      expect(result['message']).toMatch(/ENOSPC[\s\S]*disk .* full[\s\S]*--out[\s\S]*kept/);
      expect(result['events']).toBeGreaterThan(600);
      expect(result['events']).toBeLessThan(Number(result['index']));
    },
  );
});

test('files are read whole, also those whose size is not known before', () => {
  const path = join(root, 'file');
  writeFileSync(path, 'x'.repeat(200_000));
  expect(readBytes(path)).toHaveLength(200_000);
  expect(() => readBytes(join(root, 'none'))).toThrow(/cannot read .*none.*ENOENT/);
  const script = `const { readBytes } = await import('${dist}store/read-file.js'); console.log(readBytes('/dev/stdin').length)`;
  const piped = spawnSync(
    'sh',
    [
      '-c',
      'head -c 300000 /dev/zero | "$1" --input-type=module -e "$2"',
      'sh',
      process.execPath,
      script,
    ],
    { encoding: 'utf8' },
  );
  expect(piped.stdout.trim()).toBe('300000');
});
