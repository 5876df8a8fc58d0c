import { describe, expect, test } from 'vitest';
import { decodeEtcd, EtcdError, encodeEtcd, entryIn } from '../../src/client/etcd/gateway.ts';

const error = (code: number) => new EtcdError({ code, message: 'etcdserver: said so' });

describe('an error of etcd', () => {
  test.each([3, 8, 11, 12])('of code %i proves that nothing happened', (code) => {
    expect(error(code).outcome(false)).toEqual({
      type: 'fail',
      error: [`grpc-${code}`, 'etcdserver: said so'],
    });
  });

  test.each([1, 2, 4, 5, 9, 10, 13, 14, 16])('of code %i proves nothing of a write', (code) => {
    expect(error(code).outcome(false).type).toBe('info');
  });

  test.each([2, 14])('of code %i is a failure of a read, which changes nothing', (code) => {
    expect(error(code).outcome(true).type).toBe('fail');
  });

  test('without a code proves nothing', () => {
    expect(new EtcdError({ error: 'broken pipe' }).outcome(false).type).toBe('info');
  });
});

test.each([0, 17, null, 'text', ['resource', 3], { a: 1 }])(
  '%j survives the way there and back',
  (value) => {
    expect(decodeEtcd(encodeEtcd(value))).toEqual(value);
  },
);

test('what the gateway leaves out is absent, and its texts are numbers', () => {
  expect(entryIn({})).toBeUndefined();
  const kv = { key: 'aw==', create_revision: '12', mod_revision: '34', value: encodeEtcd(5) };
  expect(entryIn({ kvs: [kv], count: '1' })).toEqual({
    ...{ value: 5, createRevision: 12, modRevision: 34 },
  });
  expect(entryIn({ kvs: [{ create_revision: '12', mod_revision: '12' }] })?.value).toBeNull();
});
