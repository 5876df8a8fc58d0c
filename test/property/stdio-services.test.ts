/** What the services promise, over random requests of several clients. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json, JsonObject } from '../../src/base/json.ts';
import { prng, Random } from '../../src/base/prng.ts';
import { LinearizableKeyValue } from '../../src/testbed/stdio/services/lin-kv.ts';
import { LastWriterWinsKeyValue } from '../../src/testbed/stdio/services/lww-kv.ts';
import { SequentialKeyValue } from '../../src/testbed/stdio/services/seq-kv.ts';

const numRuns = Number(process.env['DSX_RUNS'] ?? 200);

const client = fc.constantFrom('n1', 'n2', 'n3');
const key = fc.constantFrom('x', 'y');
const value = fc.integer({ min: 0, max: 3 });
const request: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.record({ type: fc.constant('read'), key }),
  fc.record({ type: fc.constant('write'), key, value }),
  fc.record({
    type: fc.constant('cas'),
    key,
    from: value,
    to: value,
    create_if_not_exists: fc.boolean(),
  }),
);
const requests = fc.array(fc.tuple(client, request), { maxLength: 200 });

/** The obvious store: one map. */
function oneMap() {
  const cells = new Map<Json, Json>();
  return (asked: JsonObject): JsonObject => {
    const { type, key: at = null, value: written = null, from = null, to = null } = asked;
    const cell = cells.get(at);
    if (type === 'write') {
      cells.set(at, written);
      return { type: 'write_ok' };
    }
    if (type === 'cas') {
      if (cell === undefined && asked['create_if_not_exists'] !== true)
        return { type: 'error', code: 20 };
      if (cell !== undefined && cell !== from) return { type: 'error', code: 22 };
      cells.set(at, to);
      return { type: 'cas_ok' };
    }
    return cell === undefined ? { type: 'error', code: 20 } : { type: 'read_ok', value: cell };
  };
}

test('lin-kv answers every request as one map would at that moment', () => {
  fc.assert(
    fc.property(requests, (asked) => {
      const kv = new LinearizableKeyValue();
      const plain = oneMap();
      for (const [from, body] of asked) expect(kv.answer(from, body)).toMatchObject(plain(body));
    }),
    { numRuns },
  );
});

test('seq-kv with a single client is one map', () => {
  fc.assert(
    fc.property(requests, fc.nat(), (asked, seed) => {
      const kv = new SequentialKeyValue(new Random(prng(seed)));
      const plain = oneMap();
      for (const [, body] of asked) expect(kv.answer('n1', body)).toMatchObject(plain(body));
    }),
    { numRuns },
  );
});

/** One client counts up; others come back after `gaps` of its writes. The readings of each, in order. */
function readings(
  answer: (from: string, body: JsonObject) => JsonObject,
  gaps: readonly (readonly [reader: string, writes: number])[],
): Map<string, number[]> {
  const seen = new Map<string, number[]>();
  let written = 0;
  answer('writer', { type: 'write', key: 'x', value: 0 });
  for (const [reader, writes] of gaps) {
    for (let i = 0; i < writes; i += 1) {
      written += 1;
      answer('writer', { type: 'write', key: 'x', value: written });
    }
    // A key that is not there yet is the state before the first write.
    const reply = answer(reader, { type: 'read', key: 'x' });
    const read = typeof reply['value'] === 'number' ? reply['value'] : -1;
    seen.set(reader, [...(seen.get(reader) ?? []), read]);
  }
  return seen;
}

const gaps = fc.array(fc.tuple(client, fc.integer({ min: 0, max: 120 })), { maxLength: 60 });
const goesBack = (list: readonly number[]): boolean =>
  list.some((read, i) => read < (list[i - 1] ?? Number.NEGATIVE_INFINITY));

test('seq-kv: no client sees time go backwards, however long it stayed away', () => {
  fc.assert(
    fc.property(gaps, fc.nat(), (visits, seed) => {
      const kv = new SequentialKeyValue(new Random(prng(seed)));
      const seen = readings((from, body) => kv.answer(from, body), visits);
      for (const list of seen.values()) expect(goesBack(list)).toBe(false);
    }),
    { numRuns },
  );
});

test('seq-kv: others may see old states, up to the 31 before the newest', () => {
  const kv = new SequentialKeyValue(new Random(prng(1)));
  for (let i = 0; i < 100; i += 1) kv.answer('writer', { type: 'write', key: 'x', value: i });
  const reads = Array.from(
    { length: 2_000 },
    (_, i) => kv.answer(`r${i}`, { type: 'read', key: 'x' })['value'],
  );
  expect(new Set(reads)).toEqual(new Set(Array.from({ length: 32 }, (_, i) => 68 + i)));
});

test('the law can be broken: a ring that wraps round shows newer states and remembers older ones', () => {
  const random = new Random(prng(2));
  const states = [-1];
  const remembered = new Map<string, number>();
  const wrapping = (from: string, body: JsonObject): JsonObject => {
    if (typeof body['value'] === 'number') {
      states.push(body['value']);
      return { type: 'write_ok' };
    }
    const newest = states.length - 1;
    const start = remembered.get(from) ?? 0;
    const state = start + random.int(newest - start + 1);
    remembered.set(from, state);
    const behind = (newest - state) % 32;
    return { type: 'read_ok', value: states[newest - behind] ?? -1 };
  };
  // It comes back after a hundred writes and reads twice.
  const visits = Array.from({ length: 60 }, (_, i) => ['n1', i % 2 === 0 ? 100 : 0] as const);
  expect(goesBack(readings(wrapping, visits).get('n1') ?? [])).toBe(true);
});

test('lww-kv: when writing ends all replicas come to agree, on a value that was written', () => {
  fc.assert(
    fc.property(requests, fc.nat(), fc.integer({ min: 1, max: 5 }), (asked, seed, replicaCount) => {
      const kv = new LastWriterWinsKeyValue(new Random(prng(seed)), replicaCount);
      for (const [from, body] of asked) kv.answer(from, body);
      const read = (): string => JSON.stringify(kv.answer('n1', { type: 'read', key: 'x' }));
      for (let i = 0; i < 500; i += 1) read();
      const settled = new Set(Array.from({ length: 100 }, read));
      expect(settled.size).toBe(1);
    }),
    { numRuns },
  );
});

test('lww-kv with one replica is one map (but for creating by cas)', () => {
  fc.assert(
    fc.property(requests, fc.nat(), (asked, seed) => {
      const kv = new LastWriterWinsKeyValue(new Random(prng(seed)), 1);
      const plain = oneMap();
      for (const [from, body] of asked) {
        const rest = { ...body, create_if_not_exists: false };
        expect(kv.answer(from, rest)).toMatchObject(plain(rest));
      }
    }),
    { numRuns },
  );
});
