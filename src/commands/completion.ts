import { Args, Command } from '@oclif/core';

const shells = ['bash', 'zsh', 'fish'] as const;

export default class Completion extends Command {
  static override summary = 'Print a script that completes commands, flags and names in a shell.';
  static override description = [
    'bash: eval "$(dsx completion bash)" in ~/.bashrc.\n',
    'zsh: eval "$(dsx completion zsh)" in ~/.zshrc, after compinit.\n',
    'fish: dsx completion fish | source in ~/.config/fish/config.fish.',
  ].join('');
  static override examples = [
    '<%= config.bin %> completion bash',
    '<%= config.bin %> completion zsh > ~/.zfunc/_dsx',
  ];
  static override args = {
    shell: Args.string({ description: 'for which shell', options: [...shells], required: true }),
  };

  async run(): Promise<void> {
    const { args } = await this.parse(Completion);
    const { completionScript } = await import('../cli/completion.ts');
    const shell = shells.find((name) => name === args.shell) ?? 'bash';
    process.stdout.write(await completionScript(shell, this.config.commands));
  }
}
