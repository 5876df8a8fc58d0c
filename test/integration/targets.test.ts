/** Bundled targets as real processes: storage that survives SIGKILL, and whole runs of dsx. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { execa } from 'execa';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FileStorage } from '../../src/node/file-storage.ts';
import type { Body, Message } from '../../src/node/node.ts';
import { CliFolder, repository } from '../support/cli.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dsx-test-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A cluster of one node, spoken to over its pipes. */
class OneNode {
  readonly ready: Promise<Body>;
  readonly exitCode: Promise<number | null>;
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #replies = new Map<number, (body: Body) => void>();
  #id = 0;

  constructor(script: string) {
    this.#child = spawn(process.execPath, [join(repository, 'dist/targets', script)], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { ...process.env, DSX_DATA_DIR: folder },
    });
    this.exitCode = new Promise((resolve) => this.#child.once('close', resolve));
    createInterface(this.#child.stdout).on('line', (line) => {
      const { body } = JSON.parse(line) as Message;
      this.#replies.get(Number(body['in_reply_to']))?.(body);
    });
    this.ready = this.ask({ type: 'init', node_id: 'n1', node_ids: ['n1'] });
  }

  ask(body: Body): Promise<Body> {
    this.#id += 1;
    const id = this.#id;
    const answer = new Promise<Body>((resolve) => this.#replies.set(id, resolve));
    this.sendLine(JSON.stringify({ src: 'c1', dest: 'n1', body: { ...body, msg_id: id } }));
    return answer;
  }

  sendLine(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exitCode;
  }

  closeInput(): Promise<number | null> {
    this.#child.stdin.end();
    return this.exitCode;
  }
}

describe('a node as a process', () => {
  test.each(['raft', 'single', 'primary-backup', 'quorum'])(
    '%s remembers what it acknowledged after SIGKILL',
    async (target) => {
      for (let life = 0; life < 3; life += 1) {
        const node = new OneNode(`${target}/node.js`);
        expect(await node.ready).toMatchObject({ type: 'init_ok' });
        if (life > 0) expect(await served(node, { type: 'read', key: 'x' })).toBe(life - 1);
        await served(node, { type: 'write', key: 'x', value: life });
        await node.kill();
      }
    },
  );

  test('a torn last record is dropped, and the node goes on from the one before', async () => {
    const first = new OneNode('single/node.js');
    await served(first, { type: 'write', key: 'x', value: 1 });
    await first.kill();
    appendFileSync(join(folder, 'commands.log'), '0123abcd {"type":"wri');
    const second = new OneNode('single/node.js');
    expect(await served(second, { type: 'read', key: 'x' })).toBe(1);
    await served(second, { type: 'write', key: 'x', value: 2 });
    await second.kill();
    const third = new OneNode('single/node.js');
    expect(await served(third, { type: 'read', key: 'x' })).toBe(2);
    await third.kill();
  });

  test('a log that the disk spoiled is refused, not served', async () => {
    const first = new OneNode('single/node.js');
    for (const value of [1, 2, 3]) await served(first, { type: 'write', key: 'x', value });
    await first.kill();
    const path = join(folder, 'commands.log');
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace('"value":1', '"value":7'));
    expect(await new OneNode('single/node.js').exitCode).toBe(1);
  });

  test('a line that is no message is ignored, and the end of stdin ends the node', async () => {
    const node = new OneNode('single/node.js');
    await node.ready;
    node.sendLine('{"src":"c1","dest":');
    node.sendLine('[]');
    await served(node, { type: 'write', key: 'x', value: 1 });
    expect(await node.closeInput()).toBe(0);
  });

  test('a node that stores data and was given no folder says what to set', async () => {
    const options = { reject: false, env: { DSX_DATA_DIR: '' } } as const;
    const { stderr, exitCode } = await execa(
      'node',
      [join(repository, 'dist/targets/single/node.js')],
      {
        ...options,
        input:
          '{"src":"c","dest":"n1","body":{"type":"init","msg_id":1,"node_id":"n1","node_ids":["n1"]}}\n',
      },
    );
    expect(stderr).toContain('DSX_DATA_DIR is not set');
    expect(exitCode).toBe(1);
  });
});

/** Asks until the node serves: a Raft node must first elect itself. */
async function served(node: OneNode, body: Body): Promise<unknown> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const answer = await node.ask(body);
    if (answer.type !== 'error') return answer['value'];
    expect(answer['code']).toBe(11);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`not served after 5 s: ${JSON.stringify(body)}`);
}

describe('storage in files', () => {
  const open = (): FileStorage =>
    new FileStorage(folder, (error) => {
      throw error;
    });

  test('keeps appends, rewrites and values in the order in which they were asked for', async () => {
    const storage = open();
    for (let i = 0; i < 10; i += 1) storage.append('a', `old ${i}`);
    storage.rewrite('a', ['snapshot']);
    storage.append('a', 'new');
    storage.write('v', '1');
    storage.write('v', '2');
    await storage.sync();
    expect(open().readLog('a')).toEqual(['snapshot', 'new']);
    expect(open().read('v')).toBe('2');
    expect(readdirSync(folder).toSorted()).toEqual(['a.log', 'v.value']);
  });

  test('each sync covers all that was asked for before it, however many overlap', async () => {
    const storage = open();
    const seen: boolean[] = [];
    const syncs = Array.from({ length: 200 }, async (_, i) => {
      storage.append('a', `${i}`);
      await storage.sync();
      seen.push(open().readLog('a').includes(`${i}`));
    });
    await Promise.all(syncs);
    expect(seen).toEqual(Array.from({ length: 200 }, () => true));
    expect(open().readLog('a')).toEqual(Array.from({ length: 200 }, (_, i) => `${i}`));
  });

  test('what was appended and never synced is not on the disk', async () => {
    const storage = open();
    storage.append('a', 'kept');
    await storage.sync();
    storage.append('a', 'lost');
    expect(open().readLog('a')).toEqual(['kept']);
  });

  test('a log must be read before it is changed: later its survivors cannot be told', () => {
    const storage = open();
    storage.append('a', 'x');
    expect(() => storage.readLog('a')).toThrow(/read the log "a" before changing it/);
  });
});

describe('a run of dsx', () => {
  const cli = new CliFolder();

  afterAll(() => {
    cli.remove();
  });

  test.each([
    ['raft', 'correct', 'kill,partition', 0],
    ['single', 'correct', 'kill', 0],
    ['primary-backup', 'sync', 'kill,partition', 0],
    ['quorum', 'abd', 'kill,packet', 0],
    ['raft', 'ack-before-quorum', 'partition:primaries', 1],
    ['primary-backup', 'async', 'partition', 1],
    ['quorum', 'weak', 'partition', 1],
  ])('%s %s under %s ends with exit code %i', async (target, variant, nemesis, expected) => {
    const { exitCode, stdout, stderr } = await cli.run(
      ...['test', '--target', target, '--variant', variant, '--nemesis', nemesis],
      ...['--time-limit', '8', '--nemesis-interval', '1', '--recovery-time', '1', '--seed', '1'],
    );
    expect(exitCode, `${stdout}\n${stderr}`).toBe(expected);
  });
});
