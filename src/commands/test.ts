import { Command, Flags, type Interfaces } from '@oclif/core';
import { splitArguments } from '../cli/arguments.ts';
import {
  furtherSettings,
  type Setting,
  type SettingName,
  settingTable,
  switchTable,
} from '../cli/setting-table.ts';

/** Flags that take a text; what each means is decided in cli/settings.ts. */
const text = Object.fromEntries(
  Object.entries<Setting>(settingTable).map(([name, { summary, char }]) => [
    name,
    Flags.string({ description: summary, ...(char === undefined ? {} : { char }) }),
  ]),
) as Record<SettingName, Interfaces.OptionFlag<string | undefined>>;

export default class Test extends Command {
  static override summary = 'Run one test: start, drive, break, record, check, report.';
  static override description = [
    'Starts the nodes, drives clients against them, injects faults, records every operation,',
    'and judges what was recorded.\n',
    'Exits 0 if valid, 1 on an anomaly, 2 if it cannot be told, 254 on a wrong argument,',
    '255 if dsx or the cluster failed. Arguments after -- go to the program of --bin.',
  ].join(' ');
  static override examples = [
    '<%= config.bin %> test --workload register --nemesis partition',
    "<%= config.bin %> test -w broadcast --gate 'msgs-per-op<30' --gate 'latency.p99<100ms'",
    '<%= config.bin %> test --target raft --variant stale-reads --nemesis partition',
    '<%= config.bin %> test -w lin-kv --bin ./my-node.py --node-count 3 --time-limit 20 --rate 100',
  ];
  static override flags = {
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
    'test-count': Flags.string({
      aliases: ['repeat'],
      description: 'how many runs, each with the next seed; also --repeat',
      default: '1',
    }),
    'keep-data': Flags.boolean({ description: switchTable['keep-data'] }),
    'log-net-send': Flags.boolean({ description: switchTable['log-net-send'] }),
    'log-net-recv': Flags.boolean({ description: switchTable['log-net-recv'] }),
    'log-stderr': Flags.boolean({ description: switchTable['log-stderr'] }),
    'print-config': Flags.boolean({ description: 'print what would be run, and run nothing' }),
    json: Flags.boolean({ description: 'print the verdict as JSON' }),
  };

  async run(): Promise<void> {
    const { own, rest } = splitArguments(this.argv);
    const { flags } = await this.parse(Test, [...own]);
    const { testCommand } = await import('../cli/test-command.ts');
    const words: Record<string, string | undefined> = {};
    for (const name of Object.keys(text)) words[name] = flags[name as keyof typeof text];
    if (flags.gate !== undefined) words['gate'] = flags.gate.join(',');
    const on = Object.entries(flags).flatMap(([name, value]) => (value === true ? [name] : []));
    process.exitCode = await testCommand({
      text: words,
      on: new Set(on),
      options: flags.option ?? [],
      nodeArgs: rest,
      seed: flags.seed ?? null,
      configFile: flags.config ?? null,
      out: flags.out ?? null,
      reporters: flags.reporter ?? null,
      testCount: flags['test-count'],
      json: flags.json,
      printConfig: flags['print-config'],
    });
  }
}
