import { Command, Flags } from '@oclif/core';
import { splitArguments } from '../cli/arguments.ts';
import { testFlags, whatToTest } from '../cli/test-flags.ts';

export default class Hunt extends Command {
  static override summary = 'Run a test with one seed after the other, until something breaks.';
  static override description = [
    'Takes what `dsx test` takes. Stops at the first anomaly or missed gate, and keeps that run;',
    'runs in which all went well are removed again, those that cannot be told are kept.\n',
    'Exits 1 if something broke (0 with --expect anomaly), 0 if nothing did, 2 if some runs could',
    'not be told, 254 on a wrong argument, 255 if dsx or the cluster failed. Ctrl-C stops it.',
  ].join(' ');
  static override examples = [
    '<%= config.bin %> hunt --target raft --variant stale-reads --nemesis partition',
    '<%= config.bin %> hunt --workload lin-kv --bin ./my-node.py --nemesis kill,pause --budget 8h',
    '<%= config.bin %> hunt --nemesis partition --time-limit 5 --count 100',
  ];
  static override flags = {
    ...testFlags,
    budget: Flags.string({
      description: 'how long to look, as in 90s, 20m or 8h',
      default: '10m',
    }),
    count: Flags.string({ description: 'how many seeds at most (default: as many as fit)' }),
    'keep-runs': Flags.boolean({ description: 'keep the runs in which all went well too' }),
  };

  async run(): Promise<void> {
    const { own, rest } = splitArguments(this.argv);
    const { flags } = await this.parse(Hunt, [...own]);
    const { huntCommand } = await import('../cli/hunt-command.ts');
    process.exitCode = await huntCommand({
      ...whatToTest(flags, rest),
      budget: flags.budget,
      count: flags.count ?? null,
      keepRuns: flags['keep-runs'],
    });
  }
}
