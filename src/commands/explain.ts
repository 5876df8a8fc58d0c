import { Args, Command } from '@oclif/core';

export default class Explain extends Command {
  static override summary = 'What an anomaly, a model or a fault is, with a history that shows it.';
  static override examples = [
    '<%= config.bin %> explain stale-read',
    '<%= config.bin %> explain sequential',
    '<%= config.bin %> explain partition',
  ];
  static override args = {
    name: Args.string({ description: 'the name as reports and lists have it', required: true }),
  };

  async run(): Promise<void> {
    const { args } = await this.parse(Explain);
    const [{ explainText }, { paintFor }] = await Promise.all([
      import('../cli/explain.ts'),
      import('../cli/paint.ts'),
    ]);
    const columns = Math.max(40, process.stdout.columns || 80);
    this.log(await explainText(args.name, { paint: paintFor(process.stdout), columns }));
  }
}
