import { Command, Flags } from '@oclif/core';

export default class Clean extends Command {
  static override summary = 'Remove what an interrupted run left behind.';
  static override description = [
    'Ends node processes whose run is over (found by the mark that each carries in its environment)',
    'and removes their control groups and the data folders of runs that did not come to their end.',
    'Histories stay. What belongs to a run that goes on is not touched.',
  ].join(' ');
  static override examples = ['<%= config.bin %> clean', '<%= config.bin %> clean --dry-run'];
  static override flags = {
    'dry-run': Flags.boolean({ description: 'only say what would be removed' }),
    out: Flags.string({ description: 'folder of the runs', default: 'histories/runs' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Clean);
    const { clean } = await import('../cli/clean.ts');
    for (const line of await clean({ runsFolder: flags.out, dryRun: flags['dry-run'] }))
      this.log(line);
  }
}
