import { Command, Flags } from '@oclif/core';
import { splitArguments } from '../cli/arguments.ts';
import { testFlags, whatToTest } from '../cli/test-flags.ts';

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
    ...testFlags,
    'test-count': Flags.string({
      aliases: ['repeat'],
      description: 'how many runs, each with the next seed; also --repeat',
      default: '1',
    }),
    'print-config': Flags.boolean({ description: 'print what would be run, and run nothing' }),
  };

  async run(): Promise<void> {
    const { own, rest } = splitArguments(this.argv);
    const { flags } = await this.parse(Test, [...own]);
    const { testCommand } = await import('../cli/test-command.ts');
    process.exitCode = await testCommand({
      ...whatToTest(flags, rest),
      testCount: flags['test-count'],
      printConfig: flags['print-config'],
    });
  }
}
