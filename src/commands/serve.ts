import { Command, Flags } from '@oclif/core';

export default class Serve extends Command {
  static override summary = 'Browse all runs in a local web page.';
  static override description =
    'Sort, filter, search and compare runs, and read their reports and files. Listens on 127.0.0.1 only.';
  static override examples = [
    '<%= config.bin %> serve',
    '<%= config.bin %> serve --port 0 --out histories/runs',
  ];
  static override flags = {
    port: Flags.string({ char: 'p', description: 'where to listen; 0: any', default: '7357' }),
    out: Flags.string({ description: 'folder of the runs', default: 'histories/runs' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Serve);
    const { serveCommand } = await import('../cli/serve-command.ts');
    process.exitCode = await serveCommand({ out: flags.out, port: flags.port });
  }
}
