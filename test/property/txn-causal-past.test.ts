/** Pasts that are made as they are needed, in chains that are used again, against all of them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CausalPast } from '../../src/checker/txn/causal-past.ts';

const numRuns = Number(process.env['DSX_RUNS'] ?? 500);

interface Shape {
  readonly sessionOf: readonly number[];
  readonly sources: readonly (readonly number[])[];
}

/** Transactions with a session each; they read from any others, mostly from earlier ones. */
const shape: fc.Arbitrary<Shape> = fc.integer({ min: 1, max: 40 }).chain((count) =>
  fc.record({
    sessionOf: fc.array(fc.integer({ min: 0, max: 19 }), { minLength: count, maxLength: count }),
    sources: fc.tuple(
      ...Array.from({ length: count }, (_, t) =>
        fc
          .array(fc.integer({ min: 0, max: Math.min(count - 1, t + 1) }), { maxLength: 3 })
          .map((sources) => sources.filter((source) => source !== t)),
      ),
    ),
  }),
);

/** Everything before each transaction; undefined if one comes before itself. */
function closure({ sessionOf, sources }: Shape): readonly ReadonlySet<number>[] | undefined {
  const direct = sessionOf.map((session, t) => [
    ...(sources[t] ?? []),
    ...[sessionOf.lastIndexOf(session, t - 1)].filter((before) => t > 0 && before !== -1),
  ]);
  const pasts = direct.map(() => new Set<number>());
  for (const past of pasts) {
    const open = [...(direct[pasts.indexOf(past)] ?? [])];
    for (let t = open.pop(); t !== undefined; t = open.pop()) {
      if (past.has(t)) continue;
      past.add(t);
      open.push(...(direct[t] ?? []));
    }
  }
  return pasts.some((past, t) => past.has(t)) ? undefined : pasts;
}

function sessions({ sessionOf }: Shape): readonly (readonly number[])[] {
  const members = new Map<number, number[]>();
  for (const [t, session] of sessionOf.entries())
    members.set(session, [...(members.get(session) ?? []), t]);
  return [...members.values()];
}

const limits = [
  { plainMax: 64, width: 32 },
  { plainMax: 0, width: 32 },
  { plainMax: 0, width: 1 },
];

for (const { plainMax, width } of limits)
  test(`a clock says what is in a past, with up to ${plainMax} sessions a chain each and ${width} columns at first`, () => {
    fc.assert(
      fc.property(shape, (theShape) => {
        const pasts = closure(theShape);
        const seen: number[] = [];
        const forgotten = new Set<number>();
        const past: CausalPast = new CausalPast(
          {
            count: theShape.sessionOf.length,
            sessions: sessions(theShape),
            sourcesOf: (t, sources) => void sources.push(...(theShape.sources[t] ?? [])),
          },
          {
            visit(t) {
              for (const other of seen) {
                const isIn =
                  !forgotten.has(other) &&
                  past.entry(t, past.chainOf[other] ?? 0) >= (past.placeOf[other] ?? 0);
                expect(isIn).toBe(pasts?.[t]?.has(other) ?? isIn);
              }
              for (const needed of pasts?.[t] ?? []) expect(seen).toContain(needed);
              seen.push(t);
            },
            forget: (t) => void forgotten.add(t),
          },
          1 << 20,
          { plainMax, width },
        );
        expect(past.visitAll(() => false)).toBe(pasts === undefined ? 'cycle' : 'done');
        if (pasts !== undefined) expect(seen.length).toBe(theShape.sessionOf.length);
      }),
      { numRuns },
    );
  });

test('however many sessions crash, there are few chains where all see each other', () => {
  const count = 4000;
  const sessionOf = Array.from({ length: count }, (_, t) => Math.floor(t / 20));
  const past = new CausalPast(
    {
      count,
      sessions: sessions({ sessionOf, sources: [] }),
      sourcesOf(t, sources) {
        if (t > 0) sources.push(t - 1);
      },
    },
    { visit: () => undefined, forget: () => undefined },
    1 << 16,
    { plainMax: 0 },
  );
  expect(past.visitAll(() => false)).toBe('done');
  expect(Math.max(...past.chainOf)).toBe(0);
});

test('sessions that begin without a past take no more memory than those at a time', () => {
  const [count, clients, length] = [40_000, 5, 8];
  // Each client's sessions follow one another; but for its first transaction each sees the last one.
  const sessionOf = Array.from(
    { length: count },
    (_, t) => (t % clients) + clients * Math.floor(t / (clients * length)),
  );
  const isFirst = (t: number): boolean => Math.floor(t / clients) % length === 0;
  const past: CausalPast = new CausalPast(
    {
      count,
      sessions: sessions({ sessionOf, sources: [] }),
      sourcesOf(t, sources) {
        if (t > 0 && !isFirst(t)) sources.push(t - 1);
      },
    },
    {
      visit(t) {
        const first = 0;
        const isSeen = past.entry(t, past.chainOf[first] ?? 0) >= (past.placeOf[first] ?? 0);
        if (t > clients) expect(isSeen).toBe(!isFirst(t));
      },
      forget: () => undefined,
    },
    1 << 14,
    { plainMax: 0 },
  );
  expect(past.visitAll(() => false)).toBe('done');
});
