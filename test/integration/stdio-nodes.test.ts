/** Nodes in several languages, and all the ways in which they fail to start or to behave. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { messageOf, TargetError, UsageError } from '../../src/base/errors.ts';
import type { JsonObject } from '../../src/base/json.ts';
import { checkNodeNames } from '../../src/testbed/stdio/options.ts';
import { type Bed, bed, eventually, forever, marked } from './stdio-bed.ts';

let current: Bed | undefined;
const open: typeof bed = (...args) => {
  current = bed(...args);
  return current;
};
afterEach(async () => {
  await current?.dispose();
  expect(marked(current?.mark ?? '')).toEqual([]);
});

const failureOf = async (promise: Promise<unknown>): Promise<Error> => {
  const thrown: unknown = await promise.then(
    () => new Error('it succeeded'),
    (error: unknown) => error,
  );
  return thrown instanceof Error ? thrown : new Error(messageOf(thrown));
};

describe('programs in any language', () => {
  test.each(['echo.js', 'echo.py', 'echo.sh'])(
    '%s is started, initialized and answers',
    async (program) => {
      const { testbed, ask } = open(program);
      await testbed.start(forever);
      for (const node of ['n1', 'n2', 'n3']) {
        expect(testbed.cluster.state(node)).toBe('running');
        expect(await ask(node, { type: 'echo', echo: 'hello' })).toMatchObject({ echo: 'hello' });
      }
      expect(testbed.troubles()).toEqual([]);
      expect(testbed.stats?.()).toMatchObject({
        clients: { sendCount: 12, receiveCount: 12, messageCount: 12 },
        servers: { sendCount: 0 },
      });
    },
  );

  test('a node knows its name, its run and its data folder, in which it runs', async () => {
    const { testbed, ask, folder, mark } = open('echo.js');
    await testbed.start(forever);
    const data = join(folder, 'nodes', 'n2', 'data');
    expect((await ask('n2', { type: 'env' }))['value']).toMatchObject({
      DSX_NODE: 'n2',
      DSX_DATA_DIR: data,
      DSX_RUN: mark,
      cwd: data,
    });
  });

  test('stderr goes to the log whole, and line by line to who wants it', async () => {
    const heard: string[] = [];
    const { testbed, ask, folder } = open('echo.js', {
      onStderr: (node, line) => heard.push(`${node} ${line}`),
    });
    await testbed.start(forever);
    await ask('n1', { type: 'say', text: 'one grüße' });
    await ask('n1', { type: 'say', text: 'two' });
    await eventually(() => heard.length === 2);
    expect(heard).toEqual(['n1 one grüße', 'n1 two']);
    await testbed.stop();
    expect(readFileSync(join(folder, 'nodes/n1/stderr.log'), 'utf8')).toBe('one grüße\ntwo\n');
  });

  test('a shell script may log to /dev/stderr', async () => {
    const { testbed, folder } = open('echo.sh', { nodes: ['n1'] });
    await testbed.start(forever);
    await testbed.stop();
    expect(readFileSync(join(folder, 'nodes/n1/stderr.log'), 'utf8')).toContain('got: {"id":0');
  });

  test('an error reply is thrown under its name', async () => {
    const { testbed, ask } = open('echo.js');
    await testbed.start(forever);
    const request = { type: 'fail', code: 22 };
    await expect(ask('n1', request)).rejects.toMatchObject({
      code: 'precondition-failed',
      definite: true,
      message: 'as you asked',
    });
  });

  test('the nodes that lead are asked for, where the target can tell', async () => {
    const { testbed } = open('echo.js', { reportsPrimary: true });
    await testbed.start(forever);
    expect(await testbed.cluster.primaries?.(forever)).toEqual(['n1']);
    await testbed.cluster.kill('n1', forever);
    expect(await testbed.cluster.primaries?.(forever)).toEqual([]);
    // It is dsx that asked, not the workload: six messages for init and its answer, no more.
    expect(testbed.stats?.().clients.sendCount).toBe(6);
  });

  test('a target that cannot tell is not asked', () => {
    expect(open('echo.js').testbed.cluster).toHaveProperty('primaries', undefined);
  });
});

describe('a node that does not start is explained', () => {
  const cases: [program: string, expected: RegExp, initTimeoutMs?: number][] = [
    ['absent', /could not be started: there is no such file/],
    ['not-executable.js', /is not executable; make it so: chmod \+x .*not-executable\.js/],
    ['no-shebang.py', /a script needs a first line .* #!\/usr\/bin\/env python3/],
    ['missing-interpreter.sh', /the interpreter \/opt\/no\/such\/interpreter, which is not there/],
    ['../nodes', /it is a folder/],
    [
      'exits-at-once.sh',
      /exited with status 3 .*\n.*\n {2}stdout: nothing\n {2}last lines of stderr:\n {4}reading the configuration\n {4}no configuration found\n {2}full log: .*n1\/stderr\.log/,
    ],
    [
      'silent.sh',
      /did not answer init within 3 s\n.*"init_ok","in_reply_to":1[^]*waiting for nothing/,
      3_000,
    ],
    ['refuses-init.py', /did not accept init: temporarily-unavailable: not today/],
    [
      'logs-to-stdout.py',
      /did not answer init[^]*what is no message \(not JSON[^]*INFO starting up[^]*belongs on stderr/,
      5_000,
    ],
  ];

  // Most say what they have to say as soon as they run; time is what the others wait for.
  test.each(cases)('%s', async (program, expected, initTimeoutMs = 60_000) => {
    const { testbed } = open(program, { nodes: ['n1'], limits: { initTimeoutMs } });
    const error = await failureOf(testbed.start(forever));
    expect(error).toBeInstanceOf(TargetError);
    expect(error.message).toMatch(expected);
  });

  test('a script with the line ends of Windows', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dsx-test-'));
    const program = join(folder, 'crlf.js');
    writeFileSync(program, '#!/usr/bin/env node\r\n', { mode: 0o755 });
    const { testbed } = open([program], { nodes: ['n1'] });
    const error = await failureOf(testbed.start(forever));
    expect(error.message).toMatch(/carriage return; save it with Unix line ends/);
    rmSync(folder, { recursive: true });
  });

  test('a command that is not on the PATH', async () => {
    const { testbed } = open(['no-such-command']);
    const error = await failureOf(testbed.start(forever));
    expect(error.message).toContain('no command "no-such-command" on the PATH');
  });

  test.each([['c1'], ['lin-kv']])('a node cannot have the name %s', (name) => {
    expect(() => {
      checkNodeNames(['n1', name], ['lin-kv']);
    }).toThrow(UsageError);
  });
});

describe('a crash that nobody caused', () => {
  test('is noticed at once, with the status, the last lines and the log', async () => {
    const { testbed, folder } = open('echo.js');
    await testbed.start(forever);
    const rpc = testbed.openRpc?.(0, 'n2', 60_000);
    const asked = rpc?.request({ type: 'exit', code: 7, text: 'out of luck' }, forever);
    // The request that the crash leaves without an answer still waits.
    const error = await Promise.race([failureOf(testbed.crashed), asked]);
    asked?.catch(() => undefined);
    if (!(error instanceof Error)) throw new Error('the request was answered');
    expect(error).toBeInstanceOf(TargetError);
    expect(error.message).toMatch(/^node n2 exited with status 7 though nothing in dsx ended it\n/);
    expect(error.message).toContain('    half a line\n');
    expect(error.message).toContain('    out of luck\n');
    expect(error.message).toContain(`full log: ${join(folder, 'nodes/n2/stderr.log')}`);
    expect(testbed.cluster.state('n2')).toBe('down');
    expect(testbed.cluster.state('n1')).toBe('running');
    const [unfinished, crash] = testbed.troubles();
    expect(unfinished).toMatchObject({ node: 'n2', kind: 'bad-line', count: 1 });
    expect(unfinished?.text).toContain('half a line');
    expect(crash).toMatchObject({ node: 'n2', kind: 'crashed', count: 1 });
  });

  test('by a signal from elsewhere is told as such', async () => {
    const { testbed, ask } = open('echo.js');
    await testbed.start(forever);
    const env = (await ask('n1', { type: 'env' }))['value'] as JsonObject;
    process.kill(Number(env['pid']), 'SIGSEGV');
    expect((await failureOf(testbed.crashed)).message).toMatch(
      /^node n1 was ended by SIGSEGV though dsx did not send it/,
    );
  });

  test('leaves a node that can be started again', async () => {
    const { testbed, ask } = open('echo.js');
    await testbed.start(forever);
    await ask('n1', { type: 'exit', code: 0, text: '' }, 300).catch(() => undefined);
    await failureOf(testbed.crashed);
    await testbed.cluster.start('n1', forever);
    expect(await ask('n1', { type: 'echo', echo: 1 })).toMatchObject({ echo: 1 });
  });
});

describe('what a node writes wrongly is reported and survived', () => {
  test('lines that are no messages are counted by kind, and the first is shown', async () => {
    const { testbed, ask, folder } = open('echo.js');
    await testbed.start(forever);
    await ask('n1', { type: 'print', text: 'debug: 1\n' });
    await ask('n1', { type: 'print', text: 'debug: 2\n' });
    await ask('n1', { type: 'print', text: '{"src":"n1","dest":"n2"}\n' });
    await ask('n1', { type: 'print', text: '{"src":"n1","dest":"n2","body":{},"extra":1}\n' });
    expect(await ask('n1', { type: 'echo', echo: 'still here' })).toMatchObject({
      echo: 'still here',
    });
    const troubles = testbed.troubles();
    expect(troubles.map(({ node, kind, count }) => [node, kind, count])).toEqual([
      ['n1', 'bad-line', 2],
      ['n1', 'bad-line', 1],
      ['n1', 'bad-line', 1],
    ]);
    expect(troubles[0]?.text).toContain('debug: 1');
    expect(troubles[0]?.text).toContain('belongs on stderr');
    expect(troubles[2]?.text).toContain('the field "extra" has no place');
    await testbed.stop();
    const log = readFileSync(join(folder, 'nodes/n1/stdout.log'), 'utf8');
    expect(log.split('\n').slice(0, 2)).toEqual(['debug: 1', 'debug: 2']);
  });

  test('a message for nobody names who there is', async () => {
    const { testbed, ask } = open('echo.js');
    await testbed.start(forever);
    await ask('n1', { type: 'tell', dest: 'n9', count: 3, body: { type: 'note' } });
    expect(testbed.troubles()).toMatchObject([
      { node: 'n1', kind: 'unknown-destination', count: 3 },
    ]);
    expect(testbed.troubles()[0]?.text).toMatch(
      /sent a message to "n9", which does not exist: .*"type":"note".*\n.*n1, n2 and n3/,
    );
    expect(testbed.stats?.().servers.sendCount).toBe(0);
  });

  test('a reply to a client that has gone is no trouble', async () => {
    const { testbed, ask } = open('echo.js');
    await testbed.start(forever);
    await ask('n1', { type: 'tell', dest: 'c0', body: { type: 'late', in_reply_to: 1 } });
    expect(testbed.troubles()).toEqual([]);
  });

  test('a line without end does not fill the memory, and the next line is read', async () => {
    const { testbed, ask } = open('echo.js', { limits: { lineCharactersMax: 10_000 } });
    await testbed.start(forever);
    // The answer to it is swallowed by the line that has not ended.
    const print = { type: 'print', text: 'y'.repeat(300_000) };
    await ask('n1', print, 300).catch(() => undefined);
    expect(await ask('n1', { type: 'echo', echo: 1 })).toMatchObject({ echo: 1 });
    expect(
      testbed.troubles().some(({ text }) => text.includes('longer than 10,000 characters')),
    ).toBe(true);
  });

  test('a reply without in_reply_to ends the request with a readable reason', async () => {
    const { testbed, ask } = open('echo.js');
    await testbed.start(forever);
    const error = await failureOf(ask('n1', { type: 'reply', body: { type: 'reply_ok' } }));
    expect(error).toMatchObject({ code: 'malformed-rpc-response', definite: false });
    expect(error.message).toContain('expected an integer "in_reply_to"');
  });
});

describe('services', () => {
  test('any node may use them by name', async () => {
    const { testbed, ask } = open('echo.js');
    await testbed.start(forever);
    const call = async (dest: string, body: JsonObject): Promise<unknown> =>
      (await ask('n1', { type: 'ask', dest, body }))['answer'];
    expect(await call('lin-kv', { type: 'write', key: 'x', value: [1] })).toMatchObject({
      type: 'write_ok',
    });
    expect(await call('lin-kv', { type: 'read', key: 'x' })).toMatchObject({
      type: 'read_ok',
      value: [1],
    });
    expect(await call('seq-kv', { type: 'read', key: 'x' })).toMatchObject({
      type: 'error',
      code: 20,
    });
    expect(await call('lin-tso', { type: 'ts' })).toMatchObject({ type: 'ts_ok', ts: 0 });
    expect(await call('lww-kv', { type: 'stats' })).toMatchObject({ type: 'error', code: 10 });
    expect(testbed.stats?.().servers).toEqual({
      sendCount: 10,
      receiveCount: 10,
      messageCount: 10,
    });
  });
});

describe('the log of the network', () => {
  test('has every message, sent and received, with its time', async () => {
    const lines: string[] = [];
    const { testbed, ask, folder } = open('echo.js', {
      nodes: ['n1', 'n2'],
      networkLog: 'all',
      onNetSend: (line) => lines.push(`send ${line}`),
      onNetReceive: (line) => lines.push(`recv ${line}`),
    });
    await testbed.start(forever);
    await testbed.network.shape('t', [{ from: 'n2', to: 'n1', effect: { kind: 'drop' } }], forever);
    const body = { type: 'echo', echo: 'x' };
    const asked = failureOf(ask('n1', { type: 'ask', dest: 'n2', body }));
    await eventually(() => testbed.stats?.().dropped === 1);
    await testbed.stop();
    expect(await asked).toMatchObject({ code: 'channel-closed' });
    const logged = readFileSync(join(folder, 'network.jsonl'), 'utf8').trim().split('\n');
    const events = logged.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(
      events
        .map(({ event, src, dest }) => `${String(event)} ${String(src)}>${String(dest)}`)
        .slice(-6),
    ).toEqual(['send c2>n1', 'recv c2>n1', 'send n1>n2', 'recv n1>n2', 'send n2>n1', 'drop n2>n1']);
    expect(events.at(-1)).toMatchObject({ reason: 'cut', body: { type: 'echo_ok', echo: 'x' } });
    expect(events.map(({ timeNs }) => timeNs)).toEqual(
      events.map(({ timeNs }) => Number(timeNs)).toSorted((a, b) => a - b),
    );
    expect(lines.filter((line) => line.startsWith('send')).length).toBe(
      events.filter(({ event }) => event === 'send').length,
    );
    expect(lines[0]).toMatch(
      /^send {"id":0,"src":"c0","dest":"n1","body":{"type":"init","node_id":"n1","node_ids":\["n1","n2"\],"msg_id":1}}$/,
    );
  });

  test('a sample has the first messages of a link and then one in a hundred', async () => {
    const { testbed, ask, folder } = open('echo.js', { nodes: ['n1', 'n2'], networkLog: 'sample' });
    await testbed.start(forever);
    await ask('n1', { type: 'tell', dest: 'n2', count: 1_000, body: { type: 'note' } });
    await eventually(() => testbed.stats?.().servers.receiveCount === 1_000);
    await testbed.stop();
    const logged = readFileSync(join(folder, 'network.jsonl'), 'utf8').trim().split('\n');
    const count = (event: string): number =>
      logged.filter(
        (line) => line.includes(`"event":"${event}"`) && line.includes('"src":"n1","dest":"n2"'),
      ).length;
    expect([count('send'), count('recv')]).toEqual([109, 109]);
  });

  test('is no file when it is off', async () => {
    const { testbed, folder } = open('echo.js');
    await testbed.start(forever);
    await testbed.stop();
    expect(existsSync(join(folder, 'network.jsonl'))).toBe(false);
  });
});

describe('the end', () => {
  test('stop before start, twice, and while starting leaves nothing behind', async () => {
    const never = bed('echo.js');
    await never.dispose();
    await never.dispose();
    const { testbed, mark } = open('silent.sh');
    const starting = failureOf(testbed.start(forever));
    await eventually(() => marked(mark).length === 3);
    await Promise.all([testbed.stop(), testbed.stop()]);
    expect(marked(mark)).toEqual([]);
    expect((await starting).message).toBe('the testbed was stopped');
  });

  test('stop in the very tick of start', async () => {
    const { testbed } = open('echo.js');
    const starting = failureOf(testbed.start(forever));
    await testbed.stop();
    expect((await starting).message).toBe('the testbed was stopped');
  });

  test('an aborted start says why', async () => {
    const { testbed } = open('silent.sh');
    const controller = new AbortController();
    const starting = failureOf(testbed.start(controller.signal));
    setTimeout(() => {
      controller.abort(new Error('Ctrl-C'));
    }, 100);
    expect((await starting).message).toBe('Ctrl-C');
  });

  test('children that ignore every signal, and such as left the group, are ended too', async () => {
    const { testbed, mark } = open('stubborn.sh');
    await testbed.start(forever);
    await eventually(() => marked(mark).length >= 9);
    await testbed.stop();
    expect(marked(mark)).toEqual([]);
  });

  test('a request that waits when the testbed stops is indefinite', async () => {
    const { testbed } = open('stubborn.sh', { nodes: ['n1'] });
    await testbed.start(forever);
    const rpc = testbed.openRpc?.(0, 'n1', 5_000);
    const asked = failureOf(rpc?.request({ type: 'read' }, forever) ?? Promise.resolve());
    await testbed.stop();
    expect(await asked).toMatchObject({ code: 'channel-closed', definite: false });
  });
});
