/** What each shape of partition and each node target promises, at every size and seed. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { prng } from '../../src/base/prng.ts';
import {
  type Cut,
  cutText,
  drawablePartitions,
  hearing,
  isolate,
  partitionCut,
} from '../../src/fault/grudge.ts';
import { chooseNodes, drawableTargets, majoritySize } from '../../src/fault/targets.ts';

const numRuns = Number(process.env['DSX_RUNS'] ?? 300);

function nodesOf(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => `n${i + 1}`);
}

/** Draws a cut, hands it to `law`, at random sizes and seeds. */
function always(
  shape: string,
  nodesMin: number,
  law: (heard: ReadonlyMap<string, readonly string[]>, nodes: readonly string[], cut: Cut) => void,
): void {
  const size = fc.integer({ min: nodesMin, max: 40 });
  fc.assert(
    fc.property(size, fc.integer({ min: 0, max: 2 ** 32 - 1 }), (count, seed) => {
      const nodes = nodesOf(count);
      const [cut] = partitionCut(shape, nodes, prng(seed));
      expect(cut.length).toBeGreaterThan(0);
      expect(new Set(cut.map(String)).size).toBe(cut.length);
      for (const [from, to] of cut) expect(from).not.toBe(to);
      law(hearing(nodes, cut), nodes, cut);
    }),
    { numRuns },
  );
}

/** Sizes of the sides, ascending; fails unless the cut makes sides. */
function sideSizes(heard: ReadonlyMap<string, readonly string[]>): readonly number[] {
  const sides = new Map([...heard.values()].map((side) => [side.join(), side]));
  for (const side of sides.values()) for (const node of side) expect(heard.get(node)).toEqual(side);
  return [...sides.values()].map((side) => side.length).toSorted((a, b) => a - b);
}

describe('partition shapes', () => {
  test('one: one node alone, the others together', () => {
    always('one', 2, (heard, nodes) => {
      expect(sideSizes(heard)).toEqual([1, nodes.length - 1]);
    });
  });

  test('halves: two sides whose sizes differ by at most one', () => {
    always('halves', 2, (heard, { length }) => {
      expect(sideSizes(heard)).toEqual([Math.floor(length / 2), Math.ceil(length / 2)]);
    });
  });

  test('minority: the larger side is a majority', () => {
    always('minority', 3, (heard, { length }) => {
      const sizes = sideSizes(heard);
      expect(sizes).toHaveLength(2);
      expect(sizes[1]).toBeGreaterThanOrEqual(majoritySize(length));
    });
  });

  test('majority: one side is exactly the smallest majority', () => {
    always('majority', 3, (heard, { length }) => {
      expect(sideSizes(heard)).toEqual([length - majoritySize(length), majoritySize(length)]);
    });
  });

  test('minority-third: the smaller side is less than a third, and no larger one would be', () => {
    always('minority-third', 4, (heard, { length }) => {
      const [small = 0] = sideSizes(heard);
      expect(small * 3).toBeLessThan(length);
      expect((small + 1) * 3).toBeGreaterThanOrEqual(length);
    });
  });

  test('majorities-ring: every node hears a majority, and no two the same one', () => {
    always('majorities-ring', 3, (heard, { length }) => {
      for (const side of heard.values())
        expect(side.length).toBeGreaterThanOrEqual(majoritySize(length));
      expect(new Set([...heard.values()].map(String)).size).toBe(length);
    });
  });

  test('majorities-ring: balanced; exact up to five nodes; two-way from four on', () => {
    always('majorities-ring', 3, (heard, nodes, cut) => {
      const sizes = [...heard.values()].map((side) => side.length);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(majoritySize(nodes.length) + 1);
      if (nodes.length <= 5) expect(Math.max(...sizes)).toBe(majoritySize(nodes.length));
      const links = new Set(cut.map(String));
      if (nodes.length >= 4) for (const [from, to] of cut) expect(links).toContain(`${to},${from}`);
    });
  });

  test('bridge: one node hears and is heard by all, and joins two sides', () => {
    always('bridge', 3, (heard, nodes) => {
      const bridges = nodes.filter((node) => heard.get(node)?.length === nodes.length);
      expect(bridges).toHaveLength(1);
      const rest = new Map(
        [...heard]
          .filter(([node]) => !bridges.includes(node))
          .map(([node, side]) => [node, side.filter((other) => !bridges.includes(other))]),
      );
      const sizes = sideSizes(rest);
      expect(sizes).toHaveLength(2);
      expect((sizes[1] ?? 0) - (sizes[0] ?? 0)).toBeLessThanOrEqual(1);
    });
  });

  test('one-way: no link is cut in both directions', () => {
    always('one-way', 2, (_heard, _nodes, cut) => {
      const links = new Set(cut.map(String));
      for (const [from, to] of cut) expect(links).not.toContain(`${to},${from}`);
    });
  });

  test('deaf: one node hears nobody, and everybody hears everybody else', () => {
    always('deaf', 2, (heard, { length }) => {
      const sizes = [...heard.values()].map((side) => side.length).toSorted((a, b) => a - b);
      expect(sizes).toEqual([1, ...Array.from({ length: length - 1 }, () => length)]);
    });
  });

  test('mute: nobody hears one node, which hears everybody', () => {
    always('mute', 2, (heard, { length }) => {
      const sizes = [...heard.values()].map((side) => side.length).toSorted((a, b) => a - b);
      expect(sizes).toEqual([...Array.from({ length: length - 1 }, () => length - 1), length]);
    });
  });

  test('isolate-each: everyone alone', () => {
    always('isolate-each', 2, (heard) => {
      for (const [node, side] of heard) expect(side).toEqual([node]);
    });
  });

  test('isolate: the loners are alone, the others together', () => {
    fc.assert(
      fc.property(fc.subarray([...nodesOf(9)]), (loners) => {
        const heard = hearing(nodesOf(9), isolate(nodesOf(9), loners));
        const others = nodesOf(9).filter((node) => !loners.includes(node));
        for (const [node, side] of heard)
          expect(side).toEqual(loners.includes(node) ? [node] : others);
      }),
      { numRuns },
    );
  });

  test('a shape is a function of its seed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 20 }), fc.nat(), (count, seed) => {
        for (const shape of drawablePartitions(count)) {
          const [first] = partitionCut(shape, nodesOf(count), prng(seed));
          const [again] = partitionCut(shape, nodesOf(count), prng(seed));
          expect(again).toEqual(first);
        }
      }),
      { numRuns },
    );
  });

  test('the text of a cut tells it apart from every other', () => {
    const nodes = nodesOf(4);
    const texts = new Map<string, string>();
    fc.assert(
      fc.property(
        fc.constantFrom('one', 'halves', 'majority', 'majorities-ring', 'bridge', 'one-way'),
        fc.nat(),
        (shape, seed) => {
          const [cut] = partitionCut(shape, nodes, prng(seed));
          const text = cutText(nodes, cut);
          const links = cut.map(String).toSorted().join(' ');
          expect(texts.get(text) ?? links).toBe(links);
          texts.set(text, links);
        },
      ),
      { numRuns },
    );
  });
});

describe('node targets', () => {
  test('what may be drawn is never empty, and has the size that its name says', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(), (count, seed) => {
        const nodes = nodesOf(count);
        for (const target of drawableTargets(count)) {
          const [chosen] = chooseNodes(target, nodes, prng(seed));
          const size = chosen.kind === 'nodes' ? chosen.nodes.length : 0;
          expect(size).toBeGreaterThan(0);
          if (target === 'one') expect(size).toBe(1);
          if (target === 'all') expect(size).toBe(count);
          if (target === 'minority') expect(size * 2).toBeLessThan(count);
          if (target === 'minority-third') expect(size * 3).toBeLessThan(count);
          if (target === 'majority') expect(size * 2).toBeGreaterThan(count);
        }
      }),
      { numRuns },
    );
  });

  test.each(['one', 'some', 'minority', 'majority'])(
    '%s hits every node with some seed',
    (target) => {
      const hit = new Set<string>();
      for (let seed = 0; seed < 200; seed += 1) {
        const [chosen] = chooseNodes(target, nodesOf(5), prng(seed));
        if (chosen.kind === 'nodes') for (const node of chosen.nodes) hit.add(node);
      }
      expect(hit.size).toBe(5);
    },
  );
});
