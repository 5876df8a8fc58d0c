/** Writes of a key, asked for the last one up to a place: against a plain list of them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LastWrites } from '../../src/checker/txn/last-writes.ts';

const numRuns = Number(process.env['DSX_RUNS'] ?? 200);
const keys = [0, 1];
const chains = [0, 1, 2];

/** What is done to a chain of a key: most writes are added, now and then the last is taken back. */
const steps = fc.array(
  fc.record({
    key: fc.constantFrom(...keys),
    chain: fc.constantFrom(...chains),
    removed: fc.nat(4).map((n) => n === 0),
    gap: fc.integer({ min: 1, max: 3 }),
  }),
  { minLength: 60, maxLength: 200 },
);

test('the last write up to any place is found, whatever was taken back before', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const writes = new LastWrites(keys.length);
      const plain = new Map<string, { readonly place: number; readonly t: number }[]>();
      for (const [t, { key, chain, removed, gap }] of all.entries()) {
        const list = plain.get(`${key} ${chain}`) ?? [];
        plain.set(`${key} ${chain}`, list);
        if (removed && list.pop() !== undefined) {
          writes.removeLast(key, chain);
          continue;
        }
        const place = (list.at(-1)?.place ?? -1) + gap;
        list.push({ place, t });
        writes.add(key, chain, place, t);
      }
      for (const key of keys) {
        const heads: number[] = [];
        for (let head = writes.firstHead(key); head !== -1; head = writes.nextHead(head))
          heads.push(head);
        const known = chains.filter((chain) => plain.has(`${key} ${chain}`));
        const named = heads.map((head) => writes.chainOf(head));
        expect(named.toSorted((a, b) => a - b)).toEqual(known);
        for (const head of heads) {
          const list = plain.get(`${key} ${writes.chainOf(head)}`) ?? [];
          for (let place = -1; place <= (list.at(-1)?.place ?? 0) + 1; place += 1)
            expect(writes.lastUpTo(head, place)).toBe(
              list.findLast((write) => write.place <= place)?.t ?? -1,
            );
        }
      }
    }),
    { numRuns },
  );
});
