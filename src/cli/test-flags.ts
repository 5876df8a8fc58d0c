/** The flags that say what to test: of `dsx test`, and of `dsx hunt`, which runs it again and again. */
import { Flags, type Interfaces } from '@oclif/core';
import {
  furtherSettings,
  type Setting,
  type SettingName,
  settingTable,
  switchTable,
} from './setting-table.ts';
import type { TestArguments } from './test-command.ts';

/** Flags that take a text; what each means is decided in settings.ts. */
const text = Object.fromEntries(
  Object.entries<Setting>(settingTable).map(([name, { summary, char }]) => [
    name,
    Flags.string({ description: summary, ...(char === undefined ? {} : { char }) }),
  ]),
) as Record<SettingName, Interfaces.OptionFlag<string | undefined>>;

export const testFlags = {
  ...text,
  option: Flags.string({
    char: 'o',
    multiple: true,
    description: 'an option of the workload, as in values=small',
  }),
  seed: Flags.string({ description: furtherSettings.seed.summary }),
  config: Flags.string({ char: 'c', description: 'a configuration file (default: dsx.yaml)' }),
  gate: Flags.string({
    multiple: true,
    description: 'a numeric goal, as in latency.p99<200ms; missed: exit 1',
  }),
  out: Flags.string({ description: furtherSettings.out.summary }),
  reporter: Flags.string({ description: furtherSettings.reporter.summary }),
  'keep-data': Flags.boolean({ description: switchTable['keep-data'] }),
  'log-net-send': Flags.boolean({ description: switchTable['log-net-send'] }),
  'log-net-recv': Flags.boolean({ description: switchTable['log-net-recv'] }),
  'log-stderr': Flags.boolean({ description: switchTable['log-stderr'] }),
  json: Flags.boolean({ description: 'print the verdict as JSON' }),
};

export type WhatToTest = Omit<TestArguments, 'testCount' | 'printConfig'>;

/** @param flags as parsed; @param nodeArgs what stands after `--` */
export function whatToTest(
  flags: Interfaces.InferredFlags<typeof testFlags>,
  nodeArgs: readonly string[],
): WhatToTest {
  const words: Record<string, string | undefined> = {};
  for (const name of Object.keys(text)) words[name] = flags[name as keyof typeof text];
  if (flags.gate !== undefined) words['gate'] = flags.gate.join(',');
  const on = Object.entries(flags).flatMap(([name, value]) => (value === true ? [name] : []));
  return {
    text: words,
    on: new Set(on),
    options: flags.option ?? [],
    nodeArgs,
    seed: flags.seed ?? null,
    configFile: flags.config ?? null,
    out: flags.out ?? null,
    reporters: flags.reporter ?? null,
    json: flags.json,
  };
}
