/** The rule set of nftables that rules about links become. */
import { describe, expect, test } from 'vitest';
import { addressOf, portOf, ruleset } from '../../src/testbed/netns/ruleset.ts';
import type { RuledLink } from '../../src/testbed/network/link-rules.ts';

const drop = { kind: 'drop' } as const;

function linesOf(links: readonly RuledLink[]): string[] {
  return ruleset(links)
    .split('\n')
    .map((line) => line.trim());
}

describe('a rule set', () => {
  test('replaces the one before, whatever that was', () => {
    const [first, second, third, fourth] = linesOf([]);
    expect([first, second]).toEqual(['table bridge dsx', 'delete table bridge dsx']);
    expect([third, fourth]).toEqual(['table netdev dsx', 'delete table netdev dsx']);
  });

  test('without links harms nobody', () => {
    expect(linesOf([]).filter((line) => line.startsWith('elements'))).toEqual([]);
  });

  test('cuts one direction only', () => {
    const lines = linesOf([{ from: 1, to: 0, effects: [drop] }]);
    expect(lines).toContain('elements = { "v2" . "v1" }');
  });

  test('of a cut link has nothing else for it', () => {
    const loss = { kind: 'loss', probability: 0.5 } as const;
    const lines = linesOf([{ from: 0, to: 1, effects: [loss, drop] }]);
    expect(lines).toContain('elements = { "v1" . "v2" }');
    expect(lines.some((line) => line.includes('link_1_2'))).toBe(false);
  });

  test('draws chances in millionths', () => {
    const lines = linesOf([
      { from: 0, to: 1, effects: [{ kind: 'loss', probability: 0.25 }] },
      { from: 1, to: 2, effects: [{ kind: 'duplicate', probability: 0.000_001 }] },
    ]);
    expect(lines).toContain('numgen random mod 1000000 < 250000 drop');
    expect(lines).toContain(`ip saddr ${addressOf(1)} numgen random mod 1000000 < 1 dup to "v3"`);
  });

  test('asks for no draw where all are hit', () => {
    const lines = linesOf([{ from: 0, to: 1, effects: [{ kind: 'loss', probability: 1 }] }]);
    expect(lines).toContain('drop');
  });

  test('makes copies at the receiver, behind all that may drop them', () => {
    const lines = linesOf([{ from: 0, to: 4, effects: [{ kind: 'duplicate', probability: 0.5 }] }]);
    const hook = `type filter hook egress device "${portOf(4)}" priority 0; policy accept`;
    expect(lines).toContain(hook);
  });
});
