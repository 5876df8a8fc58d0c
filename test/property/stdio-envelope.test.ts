/** The scanner against JSON.parse: it may ask for a second look, it may never be wrong. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseEnvelope, scanEnvelope } from '../../src/testbed/stdio/envelope.ts';

const numRuns = Number(process.env['DSX_RUNS'] ?? 2_000);

const body = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 }), { maxKeys: 5 });
const envelope = fc.record({ src: fc.string(), dest: fc.string(), body });
const indent = fc.constantFrom(undefined, 1, '\t ');

test('every message that JSON.stringify writes is read back as it was', () => {
  fc.assert(
    fc.property(envelope, indent, (message, space) => {
      const line = JSON.stringify(message, undefined, space);
      const read = parseEnvelope(line);
      if (typeof read === 'string') throw new Error(read);
      expect({ ...read, body: JSON.parse(read.body) as unknown }).toEqual(JSON.parse(line));
    }),
    { numRuns },
  );
});

test('a plain message needs no second look', () => {
  const name = fc.constantFrom('n1', 'c7', 'lin-kv');
  fc.assert(
    fc.property(name, name, body, (src, dest, content) => {
      expect(scanEnvelope(JSON.stringify({ src, dest, body: content }))).toBeDefined();
    }),
    { numRuns },
  );
});

test('a damaged line is accepted by the scanner only if JSON.parse accepts it, with the same meaning', () => {
  const damage = fc.record({
    at: fc.nat(),
    removed: fc.nat({ max: 3 }),
    inserted: fc.stringMatching(/^[{}[\]",:\\0-9eE+\-.truefalsn\t ]{0,3}$/),
  });
  let acceptedCount = 0;
  let refusedCount = 0;
  fc.assert(
    fc.property(envelope, damage, (message, { at, removed, inserted }) => {
      const whole = JSON.stringify(message);
      const start = at % whole.length;
      const line = `${whole.slice(0, start)}${inserted}${whole.slice(start + removed)}`;
      const found = scanEnvelope(line);
      if (found === undefined) {
        refusedCount += 1;
        return;
      }
      acceptedCount += 1;
      const meant = JSON.parse(line) as Record<string, unknown>;
      delete meant['id'];
      expect({ ...found, body: JSON.parse(found.body) as unknown }).toEqual(meant);
    }),
    { numRuns: numRuns * 5 },
  );
  expect(acceptedCount).toBeGreaterThan(0);
  expect(refusedCount).toBeGreaterThan(0);
});

test('what JSON.parse accepts as an object of the right form is never called a bad line', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 3 }), (text) => {
      const line = `{"src":"a","dest":"b","body":{"x":${text}}}`;
      expect(parseEnvelope(line)).toMatchObject({ src: 'a', dest: 'b' });
    }),
    { numRuns },
  );
});
