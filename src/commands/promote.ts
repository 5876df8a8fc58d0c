import { Args, Command, Flags } from '@oclif/core';

export default class Promote extends Command {
  static override summary = 'Keep an anomaly that was found as a golden history.';
  static override description = [
    'Takes the operations that prove the first anomaly of a run or a history, makes sure that they',
    'prove it alone, and writes them with what is expected of them into a folder of golden',
    'histories. What breaks nothing is kept whole, as an example that holds.',
    '`dsx check FOLDER` judges all histories of such a folder again, so that neither a system',
    'nor a checker forgets what was once found.',
  ].join(' ');
  static override examples = [
    '<%= config.bin %> promote latest',
    '<%= config.bin %> promote latest --name lost-in-failover --shows "A failover lost a write."',
    '<%= config.bin %> promote history.edn --model cas-register:0',
    '<%= config.bin %> check histories/golden',
  ];
  static override args = {
    run: Args.string({
      description: 'a run (its name, its folder, or latest), or a history file',
      default: 'latest',
    }),
  };
  static override flags = {
    name: Flags.string({ description: 'what to call it; else after the anomaly and the run' }),
    model: Flags.string({
      char: 'm',
      description: 'what was promised: a name of `dsx list models`; for a run, its own',
    }),
    shows: Flags.string({ description: 'what it shows, in a sentence' }),
    whole: Flags.boolean({ description: 'keep all operations, not only those that prove it' }),
    force: Flags.boolean({ description: 'replace a golden history of that name' }),
    folder: Flags.string({
      description: 'where golden histories are kept',
      default: 'histories/golden',
    }),
    out: Flags.string({ description: 'folder of the runs', default: 'histories/runs' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Promote);
    const { promoteCommand } = await import('../cli/promote-command.ts');
    process.exitCode = await promoteCommand({
      run: args.run,
      name: flags.name ?? null,
      model: flags.model ?? null,
      shows: flags.shows ?? null,
      whole: flags.whole,
      force: flags.force,
      folder: flags.folder,
      out: flags.out,
    });
  }
}
