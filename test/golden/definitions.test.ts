/** Whatever a checker may call an anomaly, a person can look up. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cycleFamilies } from '../../src/checker/txn/cycle-types.ts';
import { definedAnomalies, definitionOf } from '../../src/report/definitions.ts';

const folder = new URL('../../src/checker/', import.meta.url).pathname;

/** The ways in which the checkers' source gives an anomaly its name. */
const namings = [
  /\btype: '([\w-]+)'/g,
  /\b(?:[sS]ay|add|report|outOfOrder)\(\s*'([\w-]+)',/g,
  /\bviolation\(\s*'([\w-]+)'/g,
  /\brefuted\(\s*ops,\s*'([\w-]+)'/g,
  /\bcycleResult\(\s*ops,\s*edges,\s*[\w.() ?[\]]+,\s*'([\w-]+)'/g,
  /\b(?:type|external|internal|skip|internalSkip)(?: =|:) '([\w]+-[\w-]+)'/g,
  /\btype = [^;]*?'([\w-]+)' : /g,
  /\btype = [^;]*?' : '([\w-]+)'/g,
  /\bviolation\([^,]*?\? '([\w-]+)' :/g,
  /\bviolation\([^,]*?\? '[\w-]+' : '([\w-]+)'/g,
  /\bsay\(\s*\w+ \? '([\w-]+)' :/g,
  /\bsay\(\s*\w+ \? '[\w-]+' : '([\w-]+)'/g,
];

function namesIn(source: string): readonly string[] {
  return namings.flatMap((naming) => [...source.matchAll(naming)].map(([, name = '']) => name));
}

const emitted = new Set<string>(['causality-violation']);
for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
  if (file.endsWith('.ts'))
    for (const name of namesIn(readFileSync(join(folder, file), 'utf8'))) emitted.add(name);
for (const { types } of cycleFamilies) for (const { name } of types) emitted.add(name);

/** What the patterns catch beside anomalies: kinds of violations and of JavaScript values. */
const others = new Set(['violation', 'number', 'string', 'object']);

describe('definitions', () => {
  test('the search for names finds them', () => {
    expect(emitted.size).toBeGreaterThan(60);
    for (const name of ['stale-read', 'G-single-item', 'poll-skip', 'lost-append', 'divergence'])
      expect(emitted).toContain(name);
  });

  test.each([...emitted].filter((name) => !others.has(name)))('%s is defined', (name) => {
    expect(definitionOf(name)?.meaning ?? '').toMatch(/\.$/);
  });

  test('titles are distinct, so that two anomalies are not taken for one', () => {
    const titles = new Map<string, string>();
    for (const [type, { title }] of definedAnomalies()) titles.set(type, title);
    expect(new Set(titles.values()).size).toBeGreaterThan(titles.size * 0.9);
  });
});
