import { Args, Command, Flags } from '@oclif/core';

export default class Report extends Command {
  static override summary = 'Open the report of a run, or print where it is.';
  static override description = [
    'On a desktop the report is opened in the browser; elsewhere its path is printed.',
    'With --render, or if there is none, it is made anew from the files of the run;',
    'with --reporter any other report is.',
  ].join(' ');
  static override examples = [
    '<%= config.bin %> report',
    '<%= config.bin %> report latest --render',
    '<%= config.bin %> report latest --reporter markdown',
  ];
  static override args = {
    run: Args.string({ description: 'a run: its name, its folder, or latest', default: 'latest' }),
  };
  static override flags = {
    render: Flags.boolean({ description: 'make the report anew' }),
    open: Flags.boolean({ description: 'open it', default: true, allowNo: true }),
    reporter: Flags.string({
      description: 'print terminal, json, markdown, junit or github instead',
    }),
    out: Flags.string({ description: 'folder of the runs', default: 'histories/runs' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Report);
    const { reportCommand } = await import('../cli/report-command.ts');
    process.exitCode = await reportCommand({
      run: args.run,
      out: flags.out,
      render: flags.render,
      open: flags.open,
      reporters: flags.reporter ?? null,
    });
  }
}
