/** What one does with runs that are there: run them again, read their reports, browse them. */
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runServer } from '../../src/cli/serve-command.ts';
import { createRunStore } from '../../src/store/run-store.ts';
import { CliFolder } from '../support/cli.ts';

const folder = new CliFolder();
const faults = 'faults:\n  - {at: 500ms, partition: [[n1], [n2, n3]], for: 400ms}\n';
let id = '';

beforeAll(async () => {
  writeFileSync(
    join(folder.path, 'dsx.yaml'),
    `target: raft\nnodes: [n1, n2, n3]\ntime-limit: 2\nrecovery-time: 0\nseed: 11\n${faults}`,
  );
  const { stderr } = await folder.run('test');
  expect(stderr).toContain('start-partition');
  const { stdout } = await folder.run('list', 'runs', '--json');
  [{ id }] = JSON.parse(stdout) as [{ id: string }];
});
afterAll(() => {
  folder.remove();
});

describe('a replay', () => {
  test('has the seed and the very faults of the run, and says what is not repeated', async () => {
    const before = JSON.parse(readFileSync(folder.latest('schedule.json'), 'utf8'));
    const { exitCode, stderr, stdout } = await folder.run('replay', id);
    expect(exitCode).toBe(0);
    expect(stderr).toContain('again: seed 11');
    expect(stderr).toContain('the same 1 fault (partition)');
    expect(stderr).toContain('not again:');
    expect(stdout).toContain('dsx replay histories/runs/');
    const after = JSON.parse(readFileSync(folder.latest('schedule.json'), 'utf8'));
    expect(after.seed).toBe(11);
    expect(after.faults.map((one: { fault: unknown }) => one.fault)).toEqual(
      before.faults.map((one: { fault: unknown }) => one.fault),
    );
  });

  test('of a run that is not there names what there is', async () => {
    const { exitCode, stderr } = await folder.run('replay', 'lates');
    expect(exitCode).toBe(254);
    expect(stderr).toContain('Did you mean "latest"?');
  });
});

describe('a report', () => {
  test('that is gone is made again from the files of the run', async () => {
    const file = join(folder.path, 'histories/runs', id, 'report.html');
    const before = readFileSync(file, 'utf8');
    rmSync(file);
    const { exitCode, stdout } = await folder.run('report', id);
    expect(exitCode).toBe(0);
    expect(stdout.trim()).toBe(join('histories/runs', id, 'report.html'));
    const titleOf = (html: string) => /<title>.*<\/title>/.exec(html)?.[0];
    expect(titleOf(readFileSync(file, 'utf8'))).toBe(titleOf(before));
  });

  test('of any form can be had of a run that is over', async () => {
    const { stdout } = await folder.run('report', id, '--reporter', 'junit');
    expect(stdout).toContain('<testsuites name="dsx"');
  });
});

describe('the page of runs', () => {
  let server: Server;
  let port = 0;
  const secret = 'nobody may read this';

  beforeAll(async () => {
    writeFileSync(join(folder.path, 'secret.txt'), secret);
    writeFileSync(join(folder.path, 'histories/secret.txt'), secret);
    const run = join(folder.path, 'histories/runs', id);
    symlinkSync(join(folder.path, 'secret.txt'), join(run, 'link.txt'));
    symlinkSync(folder.path, join(run, 'linked'));
    mkdirSync(`${run}-secret`);
    writeFileSync(join(`${run}-secret`, 'secret.txt'), secret);
    writeFileSync(join(run, 'nodes/evil.html'), '<script>alert(1)</script>');
    server = runServer(createRunStore(join(folder.path, 'histories/runs')));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo);
  });
  afterAll(() => {
    server.close();
  });

  interface Answer {
    readonly status: number;
    readonly headers: IncomingHttpHeaders;
    readonly body: string;
  }

  /** The path goes out as it is: no client tidies it. */
  function get(path: string, options: { host?: string; method?: string } = {}): Promise<Answer> {
    const { host = `127.0.0.1:${port}`, method = 'GET' } = options;
    return new Promise((resolve, reject) => {
      const sent = request(
        { host: '127.0.0.1', port, path, method, headers: { host } },
        (response) => {
          let body = '';
          response.on('data', (chunk: Buffer) => {
            body += chunk.toString();
          });
          response.on('end', () => {
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
          });
        },
      );
      sent.on('error', reject);
      sent.end();
    });
  }

  test('lists the runs, and each with its files and its report', async () => {
    const all = await get('/');
    expect(all.status).toBe(200);
    expect(all.body).toContain(`/runs/${id}/`);
    const one = await get(`/runs/${id}/`);
    expect(one.body).toContain('history.jsonl');
    expect((await get(`/runs/${id}/report.html`)).headers['content-type']).toContain('text/html');
    expect((await get(`/runs/${id}/history.jsonl`)).body).toContain('"invoke"');
  });

  test('compares two', async () => {
    const [a = '', b = ''] = createRunStore(join(folder.path, 'histories/runs')).list();
    const { status, body } = await get(`/compare?run=${a}&run=${b}`);
    expect(status).toBe(200);
    expect(body).toContain(a);
    expect((await get(`/compare?run=${a}`)).status).toBe(400);
    expect((await get('/compare?run=../x&run=../y')).status).toBe(400);
  });

  test.each([
    ...['/runs/../secret.txt', '/runs/%2e%2e/secret.txt', '/../secret.txt', '//etc/passwd'],
    ...['/runs/ID/../../secret.txt', '/runs/ID/..%2f..%2fsecret.txt', '/runs/ID%2f..%2f..%2f'],
    ...['/runs/ID/%2e%2e/%2e%2e/secret.txt', '/runs/ID/..%5c..%5csecret.txt'],
    ...['/runs/ID/link.txt', '/runs/ID/linked/secret.txt', '/runs/ID/..%2fID-secret%2fsecret.txt'],
    ...['/runs/ID/%00', '/runs/ID/history.jsonl%00.html', '/runs/%', '/runs/ID//etc/passwd'],
    ...['/runs/latest/../../secret.txt', '/runs/.', '/runs/ID/nodes', '/nowhere'],
    ...['/runs/ID/....//....//secret.txt', '/runs/%252e%252e/secret.txt'],
  ])('%s leads nowhere', async (path) => {
    const { status, body } = await get(path.replaceAll('ID', id));
    expect(status).toBe(404);
    expect(body).not.toContain(secret);
    expect(body).not.toContain('root:x:');
  });

  test('a whole URL in place of a path leads nowhere either', async () => {
    expect((await get('http://example.org/../secret.txt')).body).not.toContain(secret);
  });

  test('answers to no other name than that of this machine, and changes nothing', async () => {
    expect((await get('/', { host: 'evil.example' })).status).toBe(403);
    expect((await get('/', { host: `evil.example:${port}` })).status).toBe(403);
    expect((await get('/', { host: `localhost:${port}` })).status).toBe(200);
    expect((await get('/', { method: 'POST' })).status).toBe(405);
    expect((await get(`/runs/${id}/`, { method: 'HEAD' })).body).toBe('');
  });

  test('what a node wrote is never a page', async () => {
    const { headers } = await get(`/runs/${id}/nodes/evil.html`);
    expect(headers['content-type']).toContain('text/plain');
    expect(headers['x-content-type-options']).toBe('nosniff');
  });
});
