import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../src/cli/config-file.ts';
import { configSchema, offeredNames } from '../../src/cli/config-schema.ts';
import { settingFault, switchTable, textSettings } from '../../src/cli/setting-table.ts';
import Test from '../../src/commands/test.ts';

const file = new URL('../../docs/generated/dsx.schema.json', import.meta.url);

/** The names that the file offers are those of the day on which it was made. */
function withoutNames(schema: unknown): unknown {
  return JSON.parse(
    JSON.stringify(schema, (name, value: unknown) => {
      if (name === 'anyOf' && Array.isArray(value))
        return value.filter((one: object) => !('enum' in one)) as readonly object[];
      const isFault = typeof value === 'object' && value !== null && 'for' in value;
      return isFault ? Object.keys(value).slice(0, 2) : value;
    }),
  );
}

test('the schema of dsx.yaml is current (else: npm run schema)', async () => {
  const made: unknown = configSchema(await offeredNames());
  const kept: unknown = JSON.parse(readFileSync(file, 'utf8'));
  expect(withoutNames(kept)).toEqual(withoutNames(made));
});

test('the schema offers the names that there are', async () => {
  const text = JSON.stringify(configSchema(await offeredNames()));
  for (const name of ['raft', 'lin-kv', 'partition', 'cas-register']) expect(text).toContain(name);
});

test('what dsx.yaml may say are the flags of dsx test, and the schema knows all of it', async () => {
  const schema = configSchema(await offeredNames()) as { properties: Record<string, unknown> };
  const flags = Object.keys(Test.flags);
  for (const name of [...Object.keys(textSettings), ...Object.keys(switchTable)]) {
    expect(flags).toContain(name);
    expect(schema.properties[name]).toMatchObject({ description: expect.any(String) as string });
  }
});

describe('a value that cannot be is refused where it stands', () => {
  test.each([
    ['rate: fast', 'dsx.yaml:1:7: rate takes a number, 0 or more; got "fast"'],
    ['time-limit: 0', 'time-limit takes a number, 0.001 or more'],
    ['node-count: 2.5', 'node-count takes a whole number, from 1 to 200'],
    ['seed: -1', 'seed takes a whole number, from 0 to 4294967295'],
    ['latency-dist: unifrom', 'Did you mean "uniform"?'],
    ['expect: anomoly', 'Did you mean "anomaly"?'],
    ['concurrency: 4m', 'concurrency takes 10, or 4n for 4 a node; got "4m"'],
    ['availability: most', 'availability takes 0.99, or total'],
    ['keep-data: yes please', 'keep-data takes true or false'],
    ['\nworklod: x', 'dsx.yaml:2:1: unknown setting "worklod". Did you mean "workload"?'],
    ['args: --peers', 'args takes a list of words'],
  ])('%s', (source, message) => {
    expect(() => parseConfig('dsx.yaml', source)).toThrow(message);
  });

  test.each([
    ...['rate: 0', 'concurrency: 4n', 'concurrency: 10', 'availability: total', 'seed: 7'],
    ...['availability: 0.99', 'availability: 1', 'nodes: [a, b]', 'time-limit: 0.5', ''],
  ])('%j can be', (source) => {
    expect(() => parseConfig('dsx.yaml', source)).not.toThrow();
  });
});

test('names that only the files of dsx know are left to them', () => {
  expect(settingFault('workload', 'of-mine')).toBeUndefined();
});
