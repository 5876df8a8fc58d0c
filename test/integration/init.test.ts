/** `dsx init` in folders of every kind: what it finds, and that what it writes can be read. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseConfig } from '../../src/cli/config-file.ts';
import { initConfig } from '../../src/cli/init.ts';
import { CliFolder } from '../support/cli.ts';

const places: string[] = [];
afterAll(() => {
  for (const place of places) rmSync(place, { recursive: true, force: true });
});

/** Names that end in `*` may be executed. */
function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'dsx-init-')), 'shop');
  places.push(dirname(folder));
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) {
    const file = join(folder, name.replace('*', ''));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    if (name.endsWith('*')) chmodSync(file, 0o755);
  }
  return folder;
}

interface Written {
  readonly said: string;
  readonly text: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

function written(files: Readonly<Record<string, string>>): Written {
  const folder = folderWith(files);
  const said = initConfig({ folder, force: false, print: false });
  const text = readFileSync(join(folder, 'dsx.yaml'), 'utf8');
  return { said, text, settings: parse(text) as Record<string, unknown> };
}

const node = '#!/usr/bin/env python3\n# answers init_ok, read_ok, write_ok and cas_ok\n';
const compose = (image: string): string =>
  `services:\n  one:\n    image: ${image}\n    ports: ["9000:9001"]\n`;

describe('dsx init finds', () => {
  test.each([
    [
      'a program that speaks JSON lines',
      { 'store.py*': node },
      { bin: './store.py', workload: 'lin-kv' },
    ],
    [
      'a program that broadcasts',
      { 'bin/n*': '#!/bin/sh\n# init_ok broadcast_ok\n' },
      { bin: './bin/n', workload: 'broadcast' },
    ],
    [
      'a Go module of a node',
      { 'go.mod': 'module maelstrom-echo\n', 'main.go': '"echo_ok"' },
      { bin: './node', workload: 'echo' },
    ],
    [
      'a crate',
      { 'Cargo.toml': '[package]\nname = "kv"\n', 'src/main.rs': '"init_ok" "cas_ok"' },
      { bin: './target/release/kv' },
    ],
    [
      'a package of a node',
      { 'package.json': '{"bin": "./kv.js"}', 'kv.js': 'init_ok cas_ok' },
      { bin: './kv.js', workload: 'lin-kv' },
    ],
    [
      'containers of a system that is bundled',
      { 'docker-compose.yml': compose('quay.io/coreos/etcd:v3.5') },
      { target: 'etcd', workload: 'register' },
    ],
  ] as const)('%s', (_name, files, expected) => {
    const { said, text, settings } = written(files);
    expect(settings).toMatchObject(expected);
    expect(said).toMatch(/^found {2}.*\nwrote {2}.*dsx\.yaml\nnext {3}.*dsx test/s);
    expect(() => parseConfig('dsx.yaml', text)).not.toThrow();
    expect(text).not.toContain('fill in');
  });

  test.each([
    ['a program that is a server', { 'server*': '#!/bin/sh\nexec nc\n' }, 'run: ./server', 8080],
    [
      'a package that is a server',
      { 'package.json': '{"main": "app.js"}', 'app.js': '' },
      'run: node ./app.js',
      8080,
    ],
    ['containers of something else', { 'compose.yaml': compose('shop:1') }, 'run: <fill in', 9001],
    [
      'a package beside a Dockerfile',
      { 'package.json': '{"main": "app.js"}', Dockerfile: 'FROM node\nEXPOSE 3000\n' },
      'run: node ./app.js',
      3000,
    ],
  ] as const)('%s, and marks what it cannot know', (_name, files, run, port) => {
    const { text, settings } = written(files);
    const { system } = settings as { system: { name: string; run: string; ready: object } };
    expect(`run: ${system.run}`.startsWith(run), system.run).toBe(true);
    expect(system).toMatchObject({ name: 'shop', ready: { tcp: port } });
    expect(text.match(/<fill in/g)?.length).toBeGreaterThanOrEqual(3);
  });

  test('nothing, and says what there could be', () => {
    const { said, text } = written({ 'notes.txt': 'hello' });
    expect(said).toContain('nothing here that dsx knows how to start');
    expect(text).toContain("bin: '<fill in:");
  });
});

test('what a package.json with a mistake is does not stop it', () => {
  expect(written({ 'package.json': '{"main": ' }).said).toContain('nothing here');
});

test('a dsx.yaml that is there is kept', async () => {
  const folder = new CliFolder();
  try {
    writeFileSync(join(folder.path, 'dsx.yaml'), 'target: raft\n');
    const kept = await folder.run('init');
    expect(kept.exitCode).toBe(254);
    expect(kept.stderr).toContain('nothing was written');
    expect(readFileSync(join(folder.path, 'dsx.yaml'), 'utf8')).toBe('target: raft\n');
    const printed = await folder.run('init', '--print');
    expect(printed.stdout).toContain('# What dsx tests here');
    expect((await folder.run('init', '--force')).exitCode).toBe(0);
    const unfilled = await folder.run('test');
    expect(unfilled.exitCode).toBe(254);
    expect(unfilled.stderr).toMatch(/dsx\.yaml:\d+:\d+: .*the path of your program/s);
    expect(existsSync(join(folder.path, 'histories'))).toBe(false);
  } finally {
    folder.remove();
  }
});
