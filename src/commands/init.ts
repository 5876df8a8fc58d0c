import { Command, Flags } from '@oclif/core';

export default class Init extends Command {
  static override summary = 'Write a commented dsx.yaml for the system in this folder.';
  static override description = [
    'Looks for programs, sources and descriptions of containers, starts nothing, and says what it',
    'found. What it cannot know is marked in the file; dsx test says where.',
  ].join(' ');
  static override examples = [
    '<%= config.bin %> init',
    '<%= config.bin %> init --print',
    '<%= config.bin %> init --force',
  ];
  static override flags = {
    force: Flags.boolean({ description: 'replace a dsx.yaml that is there' }),
    print: Flags.boolean({ description: 'print it, and write nothing' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Init);
    const { initConfig } = await import('../cli/init.ts');
    this.log(initConfig({ folder: '.', force: flags.force, print: flags.print }));
  }
}
