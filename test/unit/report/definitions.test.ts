import { expect, test } from 'vitest';
import { definedAnomalies, definitionOf } from '../../../src/report/definitions.ts';

test('every definition is one sentence on one line', () => {
  const all = definedAnomalies();
  expect(all.length).toBeGreaterThan(60);
  for (const [type, { title, meaning }] of all) {
    expect(title, type).not.toBe('');
    expect(meaning, type).toMatch(/^[A-Z][^\n]*\.$/);
    expect(meaning.length, type).toBeLessThan(130);
  }
});

test.each([
  ...[
    'nonlinearizable',
    'stale-read',
    'lost-update',
    'thin-air-read',
    'aborted-read',
    'future-read',
  ],
  ...['G0', 'G1a', 'G1b', 'G1c', 'G-single', 'G-nonadjacent', 'G2-item', 'G2'],
  ...[
    'G0-process',
    'G1c-realtime',
    'G-single-item',
    'G-nonadjacent-item-realtime',
    'G2-item-process',
  ],
  ...['PL-SI-cycle-exists', 'strong-session-serializable-cycle-exists'],
  ...['lost', 'stale', 'phantom', 'duplicate', 'poll-skip', 'wrong-total', 'internal'],
])('%s has a definition', (type) => {
  expect(definitionOf(type)?.meaning).toBeTruthy();
});

test('a name of a user has none, and nothing is made up for it', () => {
  expect(definitionOf('my-own-anomaly')).toBeUndefined();
  expect(definitionOf('my-own-anomaly-realtime')).toBeUndefined();
});
