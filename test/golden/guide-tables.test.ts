/** The tables of the guides have a line for each thing that there is. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { challenges } from '../../src/plan/challenges.ts';
import { figureKinds, parseGates, quantiles } from '../../src/plan/gate.ts';

const page = readFileSync(
  new URL('../../docs/guides/gates-and-challenges.md', import.meta.url),
  'utf8',
);
const rows = page.split('\n').filter((line) => line.startsWith('| '));

test.each(Object.keys(figureKinds))(
  'the gate %s is in the table, with a limit that it takes',
  (name) => {
    const row = rows.find((line) => line.startsWith(`| \`${name}\` |`)) ?? '';
    const limits = [...(row.split('|')[3] ?? '').matchAll(/`([^`]+)`/g)].map(([, limit]) => limit);
    expect(limits.length).toBeGreaterThan(0);
    for (const limit of limits) expect(() => parseGates(`${name}${limit}`)).not.toThrow();
  },
);

test('the quantiles are named', () => {
  for (const quantile of quantiles) expect(page).toContain(`\`${quantile}\``);
});

test.each(challenges.map((challenge) => [challenge.name, challenge] as const))(
  'the challenge %s is in the table, with its goals',
  (name, { title, runs }) => {
    const row = rows.find((line) => line.startsWith(`| ${name} ${title} |`)) ?? '';
    expect(row).toContain(`\`${runs[0]?.settings['workload'] ?? ''}\``);
    for (const gate of runs.flatMap(({ gates }) => gates)) expect(row).toContain(`\`${gate}\``);
    const isTotal = runs.some(({ settings }) => settings['availability'] === 'total');
    expect(row.includes('every request answered')).toBe(isTotal);
  },
);

test('the commands of the page can be read', () => {
  const gates = [...page.matchAll(/--gate '([^']+)'/g)].map(([, gate = '']) => gate);
  expect(gates.length).toBeGreaterThan(3);
  for (const gate of gates) expect(() => parseGates(gate)).not.toThrow();
});
