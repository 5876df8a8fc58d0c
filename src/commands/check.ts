import { Args, Command, Flags } from '@oclif/core';
import { historyFormats, type KeyNotation } from '../cli/history-formats.ts';

export default class Check extends Command {
  static override summary = 'Check a recorded history, from dsx or from elsewhere.';
  static override description = [
    'Prints the verdict and exits with it: 0 valid, 1 an anomaly or a missed gate, 2 unknown,',
    '254 for a file that cannot be read. The format is found out by itself.',
    'A folder of golden histories (see `dsx promote`) is judged against what it says itself.',
    'Gates are judged as by `dsx test`, as far as a history tells.',
    'Without --model, a run is checked as it was; of another history all that can be checked is.',
    `\n\nFORMATS\n${Object.entries(historyFormats)
      .map(([name, what]) => `  ${name.padEnd(13)} ${what}`)
      .join('\n')}`,
  ].join(' ');
  static override examples = [
    '<%= config.bin %> check histories/runs/latest',
    '<%= config.bin %> check history.edn --model cas-register:0',
    "<%= config.bin %> check histories/runs/latest --gate 'latency.p99<200ms' --gate 'ok-rate>=99%'",
    '<%= config.bin %> check etcd.log --model cas-register --json',
  ];
  static override strict = false;
  static override args = {
    file: Args.string({
      description: 'a history file, a run folder, or a folder of golden histories',
      required: true,
    }),
  };
  static override flags = {
    model: Flags.string({
      char: 'm',
      description:
        'what was promised: names of `dsx list models`, with commas; for a run, its own; else all that fit',
    }),
    format: Flags.string({
      char: 'f',
      description: 'format of the file: auto, or one of the list above; gzip is seen through',
      default: 'auto',
    }),
    keys: Flags.string({
      description:
        'how values name the key of an independent object: as [key value] tuples, or not at all (plain)',
      options: ['auto', 'tuples', 'plain'],
      default: 'auto',
    }),
    gate: Flags.string({
      multiple: true,
      description: 'a numeric goal, as in latency.p99<200ms; missed: exit 1',
    }),
    json: Flags.boolean({ description: 'print one JSON object a file' }),
    'check-timeout': Flags.string({
      description: 'seconds before a checker gives up',
      default: '60',
    }),
    'check-memory': Flags.string({
      description: 'megabytes that a checker may use',
      default: '2048',
    }),
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Check);
    const { checkFiles } = await import('../cli/check-files.ts');
    process.exitCode = await checkFiles(argv as string[], {
      model: flags.model ?? null,
      gates: (flags.gate ?? []).join(','),
      format: flags.format,
      keys: flags.keys as KeyNotation,
      json: flags.json,
      timeoutSeconds: flags['check-timeout'],
      memoryMb: flags['check-memory'],
    });
  }
}
