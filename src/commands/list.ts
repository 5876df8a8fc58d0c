import { Args, Command, Flags } from '@oclif/core';

export default class List extends Command {
  static override summary = 'What there is: targets, workloads, nemeses, models, challenges, runs.';
  static override description =
    'Without an argument: all of them, with the matrix of which workload fits which target.';
  static override examples = [
    '<%= config.bin %> list',
    '<%= config.bin %> list models',
    '<%= config.bin %> list runs --json',
  ];
  static override args = {
    what: Args.string({
      description: 'one kind only',
      options: ['targets', 'workloads', 'nemeses', 'models', 'challenges', 'runs'],
    }),
  };
  static override flags = {
    json: Flags.boolean({ description: 'print JSON' }),
    out: Flags.string({ description: 'folder of the runs', default: 'histories/runs' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(List);
    const { listText } = await import('../cli/listing.ts');
    this.log(await listText({ what: args.what ?? null, json: flags.json, runsFolder: flags.out }));
  }
}
