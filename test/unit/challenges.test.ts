import { describe, expect, test } from 'vitest';
import { challenges } from '../../src/plan/challenges.ts';
import { parseGates } from '../../src/plan/gate.ts';
import {
  parseAvailability,
  parseConcurrency,
  parseNemeses,
  parseNumber,
} from '../../src/plan/parse.ts';
import { loadTargets } from '../../src/registry.ts';

describe.each(challenges.map((challenge) => [challenge.name, challenge] as const))(
  'challenge %s',
  (_name, { runs, figures, metBy, missedBy }) => {
    test('its goals and figures are such as gates may name', () => {
      for (const { gates } of runs) expect(() => parseGates(gates.join(','))).not.toThrow();
      for (const figure of figures)
        expect(() =>
          parseGates(`${figure}>=0${figure.startsWith('latency') ? 'ms' : ''}`),
        ).not.toThrow();
    });

    test('the systems that meet it, and do not, are there', async () => {
      const targets = await loadTargets();
      for (const { target, variant } of [metBy, missedBy])
        expect(targets.get(target)?.variants.map(({ name }) => name)).toContain(variant);
      expect(missedBy.why).not.toBe('');
    });

    test('its settings mean something', () => {
      for (const { settings } of runs) {
        expect(parseNumber('rate', settings['rate'] ?? '', { min: 1 })).toBeGreaterThan(0);
        expect(parseConcurrency(settings['concurrency'] ?? '', 2)).toBeGreaterThan(0);
        expect(parseNemeses(settings['nemesis'] ?? '').length).toBeLessThan(2);
        expect([null, 1]).toContain(parseAvailability(settings['availability']));
      }
    });
  },
);

test('every official challenge is there', () => {
  expect(challenges.map(({ name }) => name).join(' ')).toBe(
    '1 2 3a 3b 3c 3d 3e 4 5a 5b 5c 6a 6b 6c',
  );
});

test('the efficient ones ask for what the site asks for', () => {
  const gatesOf = (name: string) => challenges.find((one) => one.name === name)?.runs[0]?.gates;
  expect(gatesOf('3d')).toEqual([
    'server-msgs-per-op<30',
    'stable-latency.p50<400ms',
    'stable-latency.max<600ms',
  ]);
  expect(gatesOf('3e')).toEqual([
    'server-msgs-per-op<20',
    'stable-latency.p50<1s',
    'stable-latency.max<2s',
  ]);
});
