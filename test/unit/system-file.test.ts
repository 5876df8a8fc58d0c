/** A system described in YAML: what becomes of it, and what is said of mistakes. */
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../src/cli/config-file.ts';
import { outcomeOf } from '../../src/client/http-client.ts';
import { fill, placesOf, splitWords } from '../../src/client/template.ts';
import type { NodePlace, ServerTarget } from '../../src/contract/target.ts';

const client = `
  client:
    register:
      read: {request: "GET http://{address}:8080/{key}", none: 404}
      write: {request: "PUT http://{address}:8080/{key}", body: "{value}"}
`;

function systemOf(text: string): ServerTarget {
  const { described } = parseConfig('/home/me/dsx.yaml', text);
  if (described === null) throw new Error('no system was found');
  return described.target;
}

const places: NodePlace[] = ['n1', 'n2', 'n3'].map((node, index) => ({
  node,
  index,
  address: `10.0.0.${index + 1}`,
  dataFolder: `/data/${node}`,
}));

function argsOf(target: ServerTarget, index: number): readonly string[] {
  const place = places[index];
  if (place === undefined) throw new Error('no such place');
  return target.server({ ...place, variant: 'own', peers: places }).program.args;
}

describe('a described system', () => {
  test('has its places filled in for each node', () => {
    const target = systemOf(`system:
  run: "./kv --id {number} --listen {address}:8080 --all {all} --others {others} --to {n1.address}"
  lists:
    all: "{node}={address}"
    others: {each: "{address}:9", of: others, join: ";"}
  ready: {tcp: 8080}${client}`);
    expect(argsOf(target, 1)).toEqual([
      ...['--id', '2', '--listen', '10.0.0.2:8080', '--all', 'n1=10.0.0.1,n2=10.0.0.2,n3=10.0.0.3'],
      ...['--others', '10.0.0.1:9;10.0.0.3:9', '--to', '10.0.0.1'],
    ]);
    expect(target.commands).toEqual([{ command: '/home/me/kv', debianPackage: null }]);
  });

  test('may have a command line for one node and another for the others', () => {
    const target = systemOf(`system:
  run: {n1: "kv --first", others: [kv, --join, "a b"]}
  ready: {tcp: 8080}${client}`);
    expect(argsOf(target, 0)).toEqual(['--first']);
    expect(argsOf(target, 2)).toEqual(['--join', 'a b']);
  });

  test('without a cas is not asked for one', () => {
    expect(systemOf(`system:\n  run: kv\n  ready: {tcp: 1}${client}`).defaults).toEqual({
      cas: 'no',
    });
  });
});

describe('a mistake is told with line, column and the right word', () => {
  test.each([
    ['  runn: kv\n', ':2:3: unknown setting "runn" in system. Did you mean "run"?'],
    [`  run: kv\n${client}`, 'system needs `ready:'],
    [`  run: kv {adress}\n  ready: {tcp: 1}${client}`, ':2:8: nothing is known to put in place of'],
    [`  run: kv\n  ready: {tcp: x}${client}`, ':3:16: tcp takes a port; got "x"'],
    ['  run: kv\n  ready: {tcp: 1}\n', 'system needs `client: {register:'],
    [
      '  run: kv\n  ready: {tcp: 1}\n  client: {register: {read: {request: get x}}}',
      ':4:39: request takes a method and an address',
    ],
    [
      '  run: kv\n  ready: {tcp: 1}\n  client: {register: {read: {request: "GET http://h/", fail: 4}}}',
      'fail takes statuses such as 404 or 4xx',
    ],
  ])('%j', (text, message) => {
    expect(() => systemOf(`system:\n${text}`)).toThrow(message);
  });
});

describe('an answer', () => {
  const status = (from: number, to = from) => ({ kind: 'status', from, to }) as const;
  const body = (pattern: RegExp) => ({ kind: 'body', pattern }) as const;
  const call = {
    method: 'GET',
    url: '',
    headers: {},
    body: null,
    result: 'data.0.value',
    answers: {
      none: [status(404)],
      fail: [status(409), body(/^refused/)],
      unknown: [body(/^Error/)],
      ok: [status(200, 299)],
    },
  };
  const read = { process: 0, f: 'read', key: 0, value: null, final: false };
  const write = { ...read, f: 'write', value: 7 };

  test('has its result where the path leads, as a number if it is one', () => {
    const found = { type: 'ok', value: 5 };
    expect(outcomeOf(call, read, 200, '{"data":[{"value":5}]}')).toEqual(found);
    expect(outcomeOf(call, read, 200, '{"data":[{"value":"5"}]}')).toEqual(found);
    expect(outcomeOf({ ...call, result: '' }, read, 200, '5\n')).toEqual(found);
  });

  test('without what the path asks for is no value, and no success', () => {
    expect(outcomeOf(call, read, 200, '{"data":[]}')).toMatchObject({ type: 'fail' });
    expect(outcomeOf(call, write, 200, '{}')).toMatchObject({ type: 'info' });
  });

  test('that says there is none is a read of null, but no answer to a write', () => {
    expect(outcomeOf(call, read, 404, '')).toEqual({ type: 'ok', value: null });
    expect(outcomeOf(call, write, 404, '')).toMatchObject({ type: 'info' });
  });

  test('is a failure only where a rule says so', () => {
    expect(outcomeOf(call, write, 409, '')).toMatchObject({ type: 'fail' });
    expect(outcomeOf(call, write, 200, 'refused: read only')).toMatchObject({ type: 'fail' });
    expect(outcomeOf(call, write, 200, 'Error: busy')).toMatchObject({ type: 'info' });
    expect(outcomeOf(call, write, 500, '')).toMatchObject({ type: 'info' });
    expect(outcomeOf(call, read, 500, '')).toMatchObject({ type: 'fail' });
  });
});

describe('a template', () => {
  test('leaves the braces of JSON alone', () => {
    const text = '{"value": {value}, "nested": {}}';
    expect(placesOf(text)).toEqual(['value']);
    expect(fill(text, () => '5')).toBe('{"value": 5, "nested": {}}');
  });

  test('splits words as a shell does', () => {
    expect(splitWords(`a "b c" --x='d e' ''`)).toEqual(['a', 'b c', '--x=d e', '']);
  });
});
