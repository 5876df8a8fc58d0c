import { Args, Command, Flags } from '@oclif/core';

export default class Merge extends Command {
  static override summary = 'Join the results of the shards of a suite into one summary.';
  static override description =
    'Takes the suite.json of each shard, or its folder. A shard that is missing is said, and exits 255 unless something failed anyway.';
  static override examples = [
    '<%= config.bin %> merge shard-1 shard-2 shard-3 shard-4',
    '<%= config.bin %> merge shard-* --reporter terminal,junit=junit.xml,markdown=summary.md',
  ];
  static override strict = false;
  static override args = {
    file: Args.string({ description: 'suite.json of a shard, or its folder', required: true }),
  };
  static override flags = {
    results: Flags.string({ description: 'folder for the suite.json of all' }),
    reporter: Flags.string({
      description:
        'terminal, json, markdown, junit, github; several with commas, each perhaps =FILE',
    }),
    json: Flags.boolean({ description: 'print the summary as JSON' }),
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Merge);
    const { mergeCommand } = await import('../cli/suite-command.ts');
    process.exitCode = mergeCommand({
      files: argv as string[],
      results: flags.results ?? null,
      reporters: flags.reporter ?? null,
      json: flags.json,
    });
  }
}
