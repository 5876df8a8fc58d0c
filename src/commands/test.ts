import { Command, Flags } from '@oclif/core';
import { splitArguments } from '../cli/arguments.ts';

/** Flags that take a text; what each means is decided in cli/settings.ts. */
const text = {
  workload: Flags.string({ char: 'w', description: 'what clients do (default: register)' }),
  target: Flags.string({ char: 't', description: 'a bundled system (default: raft)' }),
  variant: Flags.string({ description: 'which build of the target; see `dsx list targets`' }),
  bin: Flags.string({ description: 'a program of yours that speaks the Maelstrom protocol' }),
  testbed: Flags.string({ description: 'where nodes run (default: stdio)' }),
  nodes: Flags.string({ description: 'names of the nodes (default: n1,n2,n3,n4,n5)' }),
  'node-count': Flags.string({ description: 'number of nodes, named n0, n1, …' }),
  concurrency: Flags.string({ description: 'number of clients, as in 10, or 4n for 4 a node' }),
  rate: Flags.string({ description: 'operations per second over all clients; 0: no limit' }),
  'time-limit': Flags.string({ description: 'seconds of load (default: 10)' }),
  nemesis: Flags.string({
    description: 'faults, as in partition,pause:one,packet:loss (default: none)',
  }),
  'nemesis-interval': Flags.string({ description: 'mean seconds between faults (default: 2)' }),
  'recovery-time': Flags.string({
    description: 'seconds between healing and last reads (default: 1)',
  }),
  latency: Flags.string({ description: 'mean milliseconds between nodes (default: 0)' }),
  'latency-dist': Flags.string({ description: 'constant, uniform or exponential' }),
  'operation-timeout': Flags.string({
    description: 'seconds before a client gives up (default: 1)',
  }),
  model: Flags.string({ char: 'm', description: 'what is promised; see `dsx list models`' }),
  'consistency-models': Flags.string({
    description: "Maelstrom's name of --model; one or more, with commas",
  }),
  availability: Flags.string({ description: 'fraction that must succeed: 0 to 1, or total' }),
  'key-count': Flags.string({ description: 'keys in use at once' }),
  'key-dist': Flags.string({ description: 'how keys are drawn: exponential, zipf or uniform' }),
  'min-txn-length': Flags.string({ description: 'shortest transaction' }),
  'max-txn-length': Flags.string({ description: 'longest transaction' }),
  'max-writes-per-key': Flags.string({ description: 'writes before a key is retired' }),
  topology: Flags.string({ description: 'who gossips with whom (workload broadcast)' }),
  values: Flags.string({ description: 'distinct or small values (workload register)' }),
  expect: Flags.string({ description: 'valid, or anomaly: then 0 and 1 change places' }),
  'network-log': Flags.string({
    description: 'messages kept: off, sample or all (default: sample)',
  }),
  'check-timeout': Flags.string({ description: 'seconds before a checker gives up (default: 60)' }),
  'check-memory': Flags.string({ description: 'megabytes that a checker may use (default: 2048)' }),
};

export default class Test extends Command {
  static override summary = 'Run one test: start, drive, break, record, check, report.';
  static override description = [
    'Starts the nodes, drives clients against them, injects faults, records every operation,',
    'and judges what was recorded.\n',
    'Exits 0 if valid, 1 on an anomaly, 2 if it cannot be told, 254 on a wrong argument,',
    '255 if dsx or the cluster failed. Arguments after -- go to the program of --bin.',
  ].join(' ');
  static override examples = [
    '<%= config.bin %> test --workload register --nemesis partition',
    "<%= config.bin %> test -w broadcast --gate 'msgs-per-op<30' --gate 'latency.p99<100ms'",
    '<%= config.bin %> test --target raft --variant stale-reads --nemesis partition',
    '<%= config.bin %> test -w lin-kv --bin ./my-node.py --node-count 3 --time-limit 20 --rate 100',
  ];
  static override flags = {
    ...text,
    option: Flags.string({
      char: 'o',
      multiple: true,
      description: 'an option of the workload, as in values=small',
    }),
    seed: Flags.string({ description: 'where all random decisions come from (default: random)' }),
    config: Flags.string({ char: 'c', description: 'a configuration file (default: dsx.yaml)' }),
    gate: Flags.string({
      multiple: true,
      description: 'a numeric goal, as in latency.p99<200ms; missed: exit 1',
    }),
    out: Flags.string({ description: 'folder of the runs (default: histories/runs)' }),
    reporter: Flags.string({
      description:
        'terminal, json, markdown, junit, github; several with commas, each perhaps =FILE',
    }),
    'test-count': Flags.string({
      description: 'how many runs, each with the next seed',
      default: '1',
    }),
    'keep-data': Flags.boolean({ description: 'keep what the nodes stored' }),
    'log-net-send': Flags.boolean({ description: 'print each message as it is sent' }),
    'log-net-recv': Flags.boolean({ description: 'print each message as it is received' }),
    'log-stderr': Flags.boolean({ description: 'print what nodes log' }),
    'print-config': Flags.boolean({ description: 'print what would be run, and run nothing' }),
    json: Flags.boolean({ description: 'print the verdict as JSON' }),
  };

  async run(): Promise<void> {
    const { own, rest } = splitArguments(this.argv);
    const { flags } = await this.parse(Test, [...own]);
    const { testCommand } = await import('../cli/test-command.ts');
    const words: Record<string, string | undefined> = {};
    for (const name of Object.keys(text)) words[name] = flags[name as keyof typeof text];
    if (flags.gate !== undefined) words['gate'] = flags.gate.join(',');
    const on = Object.entries(flags).flatMap(([name, value]) => (value === true ? [name] : []));
    process.exitCode = await testCommand({
      text: words,
      on: new Set(on),
      options: flags.option ?? [],
      nodeArgs: rest,
      seed: flags.seed ?? null,
      configFile: flags.config ?? null,
      out: flags.out ?? null,
      reporters: flags.reporter ?? null,
      testCount: flags['test-count'],
      json: flags.json,
      printConfig: flags['print-config'],
    });
  }
}
