/** The content of a file on a disk that can fail, against a few arrays of bytes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { prng, Random } from '../../src/base/prng.ts';
import { Content } from '../../src/testbed/disk/content.ts';

const numRuns = Number(process.env['DSX_RUNS'] ?? 200);
const sizeMax = 20_000;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dsx-test-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

type Step =
  | { readonly do: 'write'; readonly at: number; readonly length: number; readonly byte: number }
  | { readonly do: 'truncate' | 'allocate'; readonly size: number }
  | { readonly do: 'zero'; readonly at: number; readonly length: number }
  | { readonly do: 'sync' | 'lose' };

const position = fc.integer({ min: 0, max: sizeMax });
const length = fc.integer({ min: 1, max: 9_000 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      at: position,
      length,
      byte: fc.integer({ min: 1, max: 255 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('truncate' as const, 'allocate' as const),
      size: position,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('zero' as const), at: position, length }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('sync' as const, 'lose' as const) }) },
);

/** The same, said as simply as can be. */
class Oracle {
  now = Buffer.alloc(0);
  synced = Buffer.alloc(0);

  take(step: Step): void {
    switch (step.do) {
      case 'write':
        this.#resize(Math.max(this.now.length, step.at + step.length));
        this.now.fill(step.byte, step.at, step.at + step.length);
        return;
      case 'truncate':
        this.#resize(step.size);
        return;
      case 'allocate':
        this.#resize(Math.max(this.now.length, step.size));
        return;
      case 'zero':
        this.now.fill(
          0,
          Math.min(step.at, this.now.length),
          Math.min(step.at + step.length, this.now.length),
        );
        return;
      case 'sync':
        this.synced = Buffer.from(this.now);
        return;
      case 'lose':
        this.now = Buffer.from(this.synced);
        return;
    }
  }

  #resize(size: number): void {
    const next = Buffer.alloc(size);
    this.now.copy(next);
    this.now = next;
  }
}

function apply(content: Content, step: Step, random: Random): void {
  switch (step.do) {
    case 'write':
      content.write(step.at, Buffer.alloc(step.length, step.byte));
      return;
    case 'truncate':
      content.truncate(step.size);
      return;
    case 'allocate':
      content.allocate(step.size, true);
      return;
    case 'zero':
      content.zero(step.at, step.at + step.length);
      return;
    case 'sync':
      content.sync();
      return;
    case 'lose':
      content.losePower(0, random);
      return;
  }
}

test('after every step a file is what was written, and after a loss what was synced', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      const content = new Content(folder);
      const oracle = new Oracle();
      const random = new Random(prng(1));
      try {
        for (const each of steps) {
          apply(content, each, random);
          oracle.take(each);
          expect(content.size).toBe(oracle.now.length);
          // Also what lies behind the end, where there is nothing.
          expect(content.read(0, 2 * sizeMax).equals(oracle.now)).toBe(true);
        }
      } finally {
        content.close();
      }
    }),
    { numRuns },
  );
});

test('of torn writes each sector is as synced, as written, or zeros in space that is new', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 12 }),
      fc.array(step, { minLength: 1, maxLength: 12 }),
      fc.integer(),
      (before, after, seed) => {
        const content = new Content(folder);
        const oracle = new Oracle();
        const random = new Random(prng(seed));
        try {
          for (const each of [...before, { do: 'sync' } as const, ...after.filter(isChange)]) {
            apply(content, each, random);
            oracle.take(each);
          }
          content.losePower(0.5, random);
          const found = content.read(0, 2 * sizeMax);
          expect([oracle.now.length, oracle.synced.length]).toContain(found.length);
          for (let at = 0; at < found.length; at += 512) {
            const sector = (bytes: Buffer): Buffer => {
              const whole = Buffer.alloc(Math.min(512, found.length - at));
              bytes.subarray(at, at + whole.length).copy(whole);
              return whole;
            };
            const allowed = [oracle.now, oracle.synced, Buffer.alloc(0)].map(sector);
            const isAllowed = allowed.some((bytes) => bytes.equals(sector(found)));
            expect(isAllowed, `sector at ${at}`).toBe(true);
          }
        } finally {
          content.close();
        }
      },
    ),
    { numRuns },
  );
});

function isChange(each: Step): boolean {
  return each.do !== 'sync' && each.do !== 'lose';
}
