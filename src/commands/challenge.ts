import { Args, Command, Flags } from '@oclif/core';
import { splitArguments } from '../cli/arguments.ts';

export default class Challenge extends Command {
  static override summary = 'Run a Gossip Glomers challenge and judge all that it asks for.';
  static override description = [
    'Runs the challenge with its official options and shows each figure beside its goal.',
    'Exits 0 if all of it is met, 1 if not, 2 if it cannot be told. Without a name: lists them.\n',
    'Arguments after -- go to the program of --bin. The challenges: https://fly.io/dist-sys',
  ].join(' ');
  static override examples = [
    '<%= config.bin %> challenge 3d --bin ./my-broadcast',
    '<%= config.bin %> challenge 3e --target gossip --variant batched',
    '<%= config.bin %> challenge',
  ];
  static override args = {
    name: Args.string({ description: '1, 2, 3a to 3e, 4, 5a to 5c, 6a to 6c' }),
  };
  static override flags = {
    bin: Flags.string({ description: 'a program of yours that speaks the Maelstrom protocol' }),
    target: Flags.string({ char: 't', description: 'a bundled system instead' }),
    variant: Flags.string({ description: 'which build of the target' }),
    topology: Flags.string({ description: 'the topology that nodes are told of (3a to 3e)' }),
    seed: Flags.string({ description: 'where all random decisions come from (default: random)' }),
    out: Flags.string({ description: 'folder of the runs', default: 'histories/runs' }),
    json: Flags.boolean({ description: 'print the result as JSON' }),
  };

  async run(): Promise<void> {
    const { own, rest } = splitArguments(this.argv);
    const { args, flags } = await this.parse(Challenge, [...own]);
    const { challengeCommand } = await import('../cli/challenge-command.ts');
    process.exitCode = await challengeCommand({
      name: args.name ?? null,
      system: {
        bin: flags.bin,
        target: flags.target,
        variant: flags.variant,
        topology: flags.topology,
      },
      nodeArgs: rest,
      seed: flags.seed,
      out: flags.out,
      json: flags.json,
    });
  }
}
