/** Each workload has a page in docs/workloads that says what is true of it. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { anomaliesOf } from '../../src/checker/verdict.ts';
import { readHistory } from '../../src/history/format/read-history.ts';
import { completeOptions } from '../../src/plan/parse.ts';
import { findWorkload, loadTargets, loadWorkloads } from '../../src/registry.ts';

const folder = new URL('../../docs/workloads/', import.meta.url);
const targets = await loadTargets();
const all = [...(await loadWorkloads()).values()];
const limits = { timeoutMs: 10_000, memoryMb: 256, nowMs: () => 0 };

test('there is a page for each workload, and none of anything else', () => {
  const pages = readdirSync(folder).map((file) => file.replace(/\.md$/, ''));
  expect(pages.toSorted()).toEqual(all.map(({ name }) => name).toSorted());
});

describe.each(all.map((workload) => [workload.name, workload] as const))('%s', (name, workload) => {
  const page = readFileSync(new URL(`${name}.md`, folder), 'utf8');
  const example = [...page.matchAll(/```json\n(.*?)```/gs)].map(([, text]) => text).join('');
  const events = example
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly f: string; readonly type: string });

  test('it is named, with its other names', () => {
    expect(page).toMatch(new RegExp(`^# (Workload )?\`?${name}\`?\n`));
    for (const alias of workload.aliases) expect(page).toContain(`\`${alias}\``);
  });

  test('it says what is asked of a target, what the checkers see, and what they do not', () => {
    expect(page).toMatch(/^## What it asks of/m);
    expect(page).toMatch(/^## What its checkers? sees?/m);
    expect(page).toMatch(/cannot see|what not|not see|are no anomaly/);
  });

  test('its example has each function succeed, and no others than there are', () => {
    const done = new Set(events.filter(({ type }) => type === 'ok').map(({ f }) => f));
    for (const f of workload.functions) expect(done).toContain(f);
  });

  test('its example is a history that its checkers find no fault with', () => {
    const { history, warnings } = readHistory(new TextEncoder().encode(example));
    expect(warnings).toEqual([]);
    const [model = ''] = workload.models;
    const options = completeOptions(name, workload.options, {});
    const verdicts = workload
      .checkers(model, options)
      .map((checker) => checker.check(history, limits));
    expect(verdicts.flatMap(anomaliesOf)).toEqual([]);
    // Examples are too short for checkers of amounts; the one that judges must have judged.
    expect(verdicts.map(({ valid }) => valid)).toContain(true);
  });

  test('its command lines name what there is', async () => {
    const commands = page.replaceAll('\\\n', ' ').match(/dsx test .*/g) ?? [];
    expect(commands.length).toBeGreaterThan(0);
    for (const command of commands) {
      const given = (flag: string) => new RegExp(`${flag} ([\\w-]+)`).exec(command)?.[1];
      expect(await findWorkload(given('(?:-w|--workload)') ?? '')).toBe(workload);
      const target = given('--target');
      if (target === undefined) continue;
      expect(targets.get(target)?.objects).toContain(workload.object);
      const variants = targets.get(target)?.variants.map((variant) => variant.name) ?? [];
      expect(variants).toContain(given('--variant') ?? variants[0]);
      for (const [, option = ''] of command.matchAll(/--option ([\w-]+)=/g))
        expect(Object.keys(workload.options)).toContain(option);
    }
  });
});
