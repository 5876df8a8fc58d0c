import { describe, expect, test } from 'vitest';
import { prng } from '../../src/base/prng.ts';
import type { Service } from '../../src/testbed/stdio/services/service.ts';
import { createServices } from '../../src/testbed/stdio/services/services.ts';

function service(name: string): Service {
  const found = createServices(prng(1), 2).find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no service ${name}`);
  return found;
}

test('there are the four services that Maelstrom has', () => {
  expect(createServices(prng(1), 2).map(({ name }) => name)).toEqual([
    'lin-kv',
    'seq-kv',
    'lww-kv',
    'lin-tso',
  ]);
});

describe.each(['lin-kv', 'seq-kv', 'lww-kv'])('%s', (name) => {
  const error = (code: number) => expect.objectContaining({ type: 'error', code }) as unknown;

  test('a missing key is error 20', () => {
    const kv = service(name);
    expect(kv.answer('n1', { type: 'read', key: 'x' })).toEqual(error(20));
    expect(kv.answer('n1', { type: 'cas', key: 'x', from: 0, to: 1 })).toEqual(error(20));
  });

  test('an unknown type is answered with error 10 and not with silence', () => {
    expect(service(name).answer('n1', { type: 'raed', key: 'x' })).toEqual(error(10));
    expect(service(name).answer('n1', {})).toEqual(error(10));
  });

  test('a field that is left out is null, for keys and for values', () => {
    const kv = service(name);
    expect(kv.answer('n1', { type: 'read' })).toEqual(error(20));
    expect(kv.answer('n1', { type: 'write' })).toEqual({ type: 'write_ok' });
  });
});

describe.each(['lin-kv', 'seq-kv'])('%s', (name) => {
  test('a client sees its own writes', () => {
    const kv = service(name);
    expect(kv.answer('n1', { type: 'write', key: 'x', value: null })).toEqual({ type: 'write_ok' });
    expect(kv.answer('n1', { type: 'read', key: 'x' })).toEqual({ type: 'read_ok', value: null });
  });

  test('cas needs the right value, compared as JSON, and says which one it found', () => {
    const kv = service(name);
    kv.answer('n1', { type: 'write', key: 'x', value: { a: 1, b: [2] } });
    expect(kv.answer('n1', { type: 'cas', key: 'x', from: { b: [2], a: 1 }, to: 'y' })).toEqual({
      type: 'cas_ok',
    });
    expect(kv.answer('n1', { type: 'cas', key: 'x', from: 5, to: 6 })).toEqual({
      type: 'error',
      code: 22,
      text: 'current value "y" is not 5',
    });
  });

  test('create_if_not_exists lets cas make a key', () => {
    const kv = service(name);
    const request = { type: 'cas', key: 'x', from: 0, to: 1, create_if_not_exists: true };
    expect(kv.answer('n1', request)).toEqual({ type: 'cas_ok' });
    expect(kv.answer('n1', { type: 'read', key: 'x' })).toEqual({ type: 'read_ok', value: 1 });
  });

  test('cas without from makes a key, and compares one that is there with null', () => {
    const kv = service(name);
    const request = { type: 'cas', key: 'x', to: [], create_if_not_exists: true };
    expect(kv.answer('n1', request)).toEqual({ type: 'cas_ok' });
    expect(kv.answer('n1', request)).toEqual({
      type: 'error',
      code: 22,
      text: 'current value [] is not null',
    });
    kv.answer('n1', { type: 'write', key: 'x', value: null });
    expect(kv.answer('n1', { type: 'cas', key: 'x', to: 1 })).toEqual({ type: 'cas_ok' });
  });

  test('keys of different types are different keys', () => {
    const kv = service(name);
    kv.answer('n1', { type: 'write', key: 1, value: 'number' });
    kv.answer('n1', { type: 'write', key: '1', value: 'text' });
    expect(kv.answer('n1', { type: 'read', key: 1 })).toEqual({ type: 'read_ok', value: 'number' });
  });
});

test('lww-kv never creates a key by cas', () => {
  const kv = service('lww-kv');
  const request = { type: 'cas', key: 'x', from: 0, to: 1, create_if_not_exists: true };
  for (let i = 0; i < 20; i += 1) expect(kv.answer('n1', request)).toMatchObject({ code: 20 });
});

test('lin-tso counts from 0 without a gap', () => {
  const tso = service('lin-tso');
  const stamps = Array.from({ length: 5 }, () => tso.answer('n1', { type: 'ts' }));
  expect(stamps).toEqual([0, 1, 2, 3, 4].map((ts) => ({ type: 'ts_ok', ts })));
  expect(tso.answer('n1', { type: 'read' })).toMatchObject({ code: 10 });
});
