import { describe, expect, test } from 'vitest';
import { prng, Random } from '../../src/base/prng.ts';
import type { LinkEffect } from '../../src/fault/fault.ts';
import { drawLatencyMs } from '../../src/testbed/stdio/latency.ts';
import { combined, corruptText, decideFate, type Fate } from '../../src/testbed/stdio/link.ts';
import { verifyHealed, verifyRules } from '../../src/testbed/stdio/probe.ts';

const fates = (effects: readonly LinkEffect[], count = 2_000): Fate[] => {
  const random = new Random(prng(1));
  return Array.from({ length: count }, () => decideFate(combined(effects), random));
};
const share = (list: readonly Fate[], is: (fate: Fate) => boolean): number =>
  list.filter(is).length / list.length;
const copiesOf = (fate: Fate): number => (fate.kind === 'sent' ? fate.copies.length : 0);

describe('what becomes of a message', () => {
  test('a link without effects sends one copy, unharmed and at once', () => {
    expect(decideFate(combined([]), new Random(prng(1)))).toEqual({
      kind: 'sent',
      copies: [{ extraMs: 0, isHeldBack: false, isCorrupted: false }],
    });
  });

  test('a cut link drops everything, whatever else is on it', () => {
    const effects: LinkEffect[] = [{ kind: 'duplicate', probability: 1 }, { kind: 'drop' }];
    expect(share(fates(effects), (fate) => fate.kind === 'dropped' && fate.reason === 'cut')).toBe(
      1,
    );
  });

  test('loss drops its share', () => {
    const lost = share(
      fates([{ kind: 'loss', probability: 0.3 }]),
      ({ kind }) => kind === 'dropped',
    );
    expect(lost).toBeGreaterThan(0.25);
    expect(lost).toBeLessThan(0.35);
  });

  test('two losses add up as independent chances', () => {
    const half: LinkEffect = { kind: 'loss', probability: 0.5 };
    const lost = share(fates([half, half]), ({ kind }) => kind === 'dropped');
    expect(lost).toBeGreaterThan(0.7);
    expect(lost).toBeLessThan(0.8);
  });

  test('a duplicated message has two copies, each delayed by itself', () => {
    const [fate] = fates([
      { kind: 'duplicate', probability: 1 },
      { kind: 'delay', meanMs: 100, jitterMs: 50 },
    ]);
    if (fate?.kind !== 'sent') throw new Error('it was dropped');
    const [first, second] = fate.copies;
    expect(fate.copies).toHaveLength(2);
    expect(first?.extraMs).not.toBe(second?.extraMs);
  });

  test('a delay stays within its jitter and is never negative', () => {
    for (const fate of fates([{ kind: 'delay', meanMs: 10, jitterMs: 20 }])) {
      if (fate.kind !== 'sent') throw new Error('it was dropped');
      expect(fate.copies[0]?.extraMs).toBeGreaterThanOrEqual(0);
      expect(fate.copies[0]?.extraMs).toBeLessThanOrEqual(30);
    }
  });

  test('reordering holds back its share by its delay and lets the rest pass', () => {
    const all = fates([{ kind: 'reorder', probability: 0.5, delayMs: 40 }]);
    const extras = all.flatMap((fate) =>
      fate.kind === 'sent' ? fate.copies.map((c) => c.extraMs) : [],
    );
    expect(new Set(extras)).toEqual(new Set([0, 40]));
  });

  test('the same stream gives the same fates', () => {
    const effects: LinkEffect[] = [
      { kind: 'loss', probability: 0.4 },
      { kind: 'duplicate', probability: 0.4 },
      { kind: 'delay', meanMs: 5, jitterMs: 5 },
    ];
    expect(fates(effects)).toEqual(fates(effects));
    expect(new Set(fates(effects).map(copiesOf))).toEqual(new Set([0, 1, 2]));
  });
});

test('corruption always changes the text, and never the number of lines or characters', () => {
  const random = new Random(prng(3));
  for (const text of ['{}', '{"type":"write","value":1234,"name":"grüße"}', '??', '!!']) {
    for (let i = 0; i < 500; i += 1) {
      const corrupted = corruptText(text, random);
      expect(corrupted).not.toBe(text);
      expect(corrupted).not.toMatch(/[\n\r]/);
      expect(corrupted).toHaveLength(text.length);
    }
  }
});

test('some corrupted bodies are still JSON: the receiver must not count on a syntax error', () => {
  const random = new Random(prng(4));
  const text = '{"type":"write","key":"counter","value":"a long enough text"}';
  const isJson = (candidate: string): boolean => {
    try {
      JSON.parse(candidate);
      return true;
    } catch {
      return false;
    }
  };
  const results = Array.from({ length: 200 }, () => isJson(corruptText(text, random)));
  expect(new Set(results)).toEqual(new Set([true, false]));
});

describe('latency', () => {
  const mean = (distribution: 'constant' | 'uniform' | 'exponential', meanMs: number): number => {
    const random = new Random(prng(5));
    let sum = 0;
    for (let i = 0; i < 20_000; i += 1) sum += drawLatencyMs({ meanMs, distribution }, random);
    return sum / 20_000;
  };

  test.each(['constant', 'uniform', 'exponential'] as const)(
    '%s has the mean it was given',
    (distribution) => {
      expect(mean(distribution, 10)).toBeGreaterThan(9.7);
      expect(mean(distribution, 10)).toBeLessThan(10.3);
    },
  );

  test.each(['constant', 'uniform', 'exponential'] as const)(
    '%s with mean 0 is 0',
    (distribution) => {
      expect(mean(distribution, 0)).toBe(0);
    },
  );
});

describe('a fault is verified with probes', () => {
  const random = (): Random => new Random(prng(6));
  const routeOf =
    (effects: readonly LinkEffect[]) =>
    (_from: string, _to: string, source: Random): Fate =>
      decideFate(combined(effects), source);
  const rule = (effect: LinkEffect) => ({ from: 'n1', to: 'n2', effect });

  test('a cut that cuts is reported with its count', () => {
    const rules = [
      rule({ kind: 'drop' }),
      { from: 'n2', to: 'n1', effect: { kind: 'drop' } } as const,
    ];
    expect(verifyRules(rules, routeOf([{ kind: 'drop' }]), random())).toBe(
      '2 of 2 links seen to drop',
    );
  });

  const effects: LinkEffect[] = [
    { kind: 'drop' },
    { kind: 'loss', probability: 0.3 },
    { kind: 'duplicate', probability: 0.3 },
    { kind: 'reorder', probability: 0.3, delayMs: 20 },
    { kind: 'corrupt', probability: 0.3 },
    { kind: 'delay', meanMs: 20, jitterMs: 5 },
  ];

  test.each(effects)('$kind that takes hold passes', (effect) => {
    expect(verifyRules([rule(effect)], routeOf([effect]), random())).not.toBe('');
  });

  test.each(effects)('$kind that does nothing is found out', (effect) => {
    expect(() => verifyRules([rule(effect)], routeOf([]), random())).toThrow(
      /take hold|got through/,
    );
  });

  test.each(effects.filter(({ kind }) => kind !== 'reorder'))(
    'a link that still has $kind is not healed',
    (effect) => {
      const certain = 'probability' in effect ? { ...effect, probability: 1 } : effect;
      expect(() => verifyHealed([['n1', 'n2']], routeOf([certain]), random())).toThrow(
        /still harms/,
      );
    },
  );

  test('a healed link is reported as such', () => {
    expect(verifyHealed([['n1', 'n2']], routeOf([]), random())).toBe(
      '1 of 1 link seen to deliver again',
    );
  });
});
