import { Args, Command, Flags } from '@oclif/core';

export default class Replay extends Command {
  static override summary = 'Run a recorded run again: same seed, same faults at the same times.';
  static override description = [
    'Real processes keep their own time, so the decisions are the same and the outcome may differ;',
    '--repeat says how often it is the same. Exits as `dsx test` does.',
  ].join(' ');
  static override examples = [
    '<%= config.bin %> replay latest',
    '<%= config.bin %> replay latest --repeat 10',
  ];
  static override args = {
    run: Args.string({ description: 'a run: its name, its folder, or latest', default: 'latest' }),
  };
  static override flags = {
    repeat: Flags.string({ description: 'how many times', default: '1' }),
    out: Flags.string({ description: 'folder of the runs', default: 'histories/runs' }),
    reporter: Flags.string({
      description:
        'terminal, json, markdown, junit, github; several with commas, each perhaps =FILE',
    }),
    leaders: Flags.boolean({
      description: 'aim faults that hit who led then at whoever leads now, not at the same nodes',
    }),
    'keep-data': Flags.boolean({ description: 'keep what the nodes stored' }),
    json: Flags.boolean({ description: 'print the verdict as JSON' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Replay);
    const { replayCommand } = await import('../cli/replay-command.ts');
    process.exitCode = await replayCommand({
      run: args.run,
      out: flags.out,
      repeat: flags.repeat,
      reporters: flags.reporter ?? null,
      json: flags.json,
      keepData: flags['keep-data'],
      leaders: flags.leaders,
    });
  }
}
