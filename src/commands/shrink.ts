import { Args, Command, Flags } from '@oclif/core';

export default class Shrink extends Command {
  static override summary = 'Find the smallest faults and load with which a run still fails.';
  static override description = [
    'Runs a failed run again and again, with its very faults, and leaves out what it can: faults,',
    'time, clients, keys, nodes, operations a second. What still shows the same anomaly (of the',
    'same checker, by the same name or against the same model) is kept.\n',
    'Real processes keep their own time: each smaller plan is tried several times, and in the end',
    'the smallest one is run afresh to say how often it shows. It is kept as a run of its own;',
    'all others are removed. Ctrl-C stops with the best so far.\n',
    'Exits 1 if the anomaly was shown again (0 for a run with --expect anomaly), 2 if it did not',
    'show again, 254 on a wrong argument or a run without anomaly, 255 if dsx or the cluster failed.',
  ].join(' ');
  static override examples = [
    '<%= config.bin %> shrink latest',
    '<%= config.bin %> shrink latest --budget 20m --tries 5',
    '<%= config.bin %> shrink latest --anomaly stale-read --json',
  ];
  static override args = {
    run: Args.string({ description: 'a run: its name, its folder, or latest', default: 'latest' }),
  };
  static override flags = {
    budget: Flags.string({ description: 'how long it may take, as in 90s or 20m', default: '5m' }),
    tries: Flags.string({
      description:
        'runs of a smaller plan before it counts as one that does not fail; it must fail twice',
      default: '3',
    }),
    confirm: Flags.string({
      description:
        'runs of the smallest plan in the end, to say how often it fails; if seldom, of the one before',
      default: '10',
    }),
    anomaly: Flags.string({
      description: 'the name of the anomaly to keep (default: the first of the run)',
    }),
    out: Flags.string({ description: 'folder of the runs', default: 'histories/runs' }),
    reporter: Flags.string({
      description:
        'terminal, json, markdown, junit, github; several with commas, each perhaps =FILE',
    }),
    'keep-data': Flags.boolean({ description: 'keep what the nodes stored' }),
    json: Flags.boolean({ description: 'print what was found as JSON' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Shrink);
    const { shrinkCommand } = await import('../cli/shrink-command.ts');
    process.exitCode = await shrinkCommand({
      run: args.run,
      out: flags.out,
      anomaly: flags.anomaly ?? null,
      budget: flags.budget,
      tries: flags.tries,
      confirm: flags.confirm,
      reporters: flags.reporter ?? null,
      json: flags.json,
      keepData: flags['keep-data'],
    });
  }
}
