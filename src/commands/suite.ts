import { Args, Command, Flags } from '@oclif/core';

export default class Suite extends Command {
  static override summary = 'Run many tests, a matrix of settings, with one summary.';
  static override description = [
    'The file says what to test: entries with the settings of dsx.yaml, each perhaps with a `matrix`',
    'of values that are all tried. Every test is planned before the first one runs.\n',
    'Exits with the worst of all: 255 if dsx or a cluster failed, else 1 on an unexpected result,',
    'else 2 if something cannot be told, else 0. Ctrl-C keeps the results that there are.',
  ].join(' ');
  static override examples = [
    '<%= config.bin %> suite suite.yaml',
    '<%= config.bin %> suite suite.yaml --list',
    '<%= config.bin %> suite suite.yaml --grep raft --repeat 5 --fail-fast',
    '<%= config.bin %> suite suite.yaml --shard 1/4 --results shard-1 --reporter junit=junit.xml',
  ];
  static override args = {
    file: Args.string({ description: 'the suite, in YAML', required: true }),
  };
  static override flags = {
    jobs: Flags.string({ char: 'j', description: 'tests at once (default: half of the cores)' }),
    shard: Flags.string({ description: 'only every n-th test, as in 2/5; see `dsx merge`' }),
    grep: Flags.string({ char: 'g', description: 'only tests whose name fits this expression' }),
    repeat: Flags.string({ description: 'runs of each test, each with the next seed' }),
    'fail-fast': Flags.boolean({ description: 'start no more after the first that did not pass' }),
    list: Flags.boolean({ description: 'print the names of the tests, and run nothing' }),
    seed: Flags.string({
      description: 'where the seeds of tests that name none come from (default: random)',
    }),
    out: Flags.string({ description: 'folder of the runs', default: 'histories/runs' }),
    results: Flags.string({
      description: 'folder for suite.json (default: a new one in histories/suites)',
    }),
    reporter: Flags.string({
      description:
        'terminal, json, markdown, junit, github; several with commas, each perhaps =FILE',
    }),
    json: Flags.boolean({ description: 'print the summary as JSON' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Suite);
    const { suiteCommand } = await import('../cli/suite-command.ts');
    process.exitCode = await suiteCommand({
      file: args.file,
      jobs: flags.jobs ?? null,
      shard: flags.shard ?? null,
      grep: flags.grep ?? null,
      repeat: flags.repeat ?? null,
      seed: flags.seed ?? null,
      failFast: flags['fail-fast'],
      list: flags.list,
      out: flags.out,
      results: flags.results ?? null,
      reporters: flags.reporter ?? null,
      json: flags.json,
    });
  }
}
