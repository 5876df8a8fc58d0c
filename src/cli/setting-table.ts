/**
 * Every setting of a test, described once: `dsx test --help`, the validation of `dsx.yaml`
 * and its JSON Schema are made from this.
 */

/** What a value may look like. Whether a name exists is found out later, when files are read. */
export type SettingKind =
  | { readonly kind: 'word' }
  /** One word, or several in a list or with commas between them. */
  | { readonly kind: 'words' }
  | {
      readonly kind: 'number';
      readonly min: number;
      readonly max?: number;
      readonly integer?: boolean;
    }
  | { readonly kind: 'choice'; readonly choices: readonly string[] }
  /** A text with a form of its own. */
  | { readonly kind: 'pattern'; readonly pattern: string; readonly example: string };

/** Where the names come from that an editor offers. */
export type NameSource = 'workloads' | 'targets' | 'nemeses' | 'models';

export interface Setting {
  readonly summary: string;
  readonly value: SettingKind;
  /** The flag's letter. */
  readonly char?: 'w' | 't' | 'm';
  readonly names?: NameSource;
}

const word = { kind: 'word' } as const;
const words = { kind: 'words' } as const;
const positive = { kind: 'number', min: 0.001 } as const;
const count = { kind: 'number', min: 1, integer: true } as const;

/** Each is a flag of `dsx test` that takes one text, and a name in `dsx.yaml`. */
export const settingTable = {
  workload: {
    ...{ char: 'w', names: 'workloads', value: word },
    summary: 'what clients do (default: register)',
  },
  target: {
    ...{ char: 't', names: 'targets', value: word },
    summary: 'a bundled system (default: raft)',
  },
  variant: { value: word, summary: 'which build of the target; see `dsx list targets`' },
  bin: { value: word, summary: 'a program of yours that speaks the Maelstrom protocol' },
  testbed: {
    value: { kind: 'choice', choices: ['stdio', 'netns', 'loopback'] },
    summary: 'where nodes run (default: stdio)',
  },
  nodes: { value: words, summary: 'names of the nodes (default: n1,n2,n3,n4,n5)' },
  'node-count': {
    value: { kind: 'number', min: 1, max: 200, integer: true },
    summary: 'number of nodes, named n0, n1, …',
  },
  concurrency: {
    value: { kind: 'pattern', pattern: '^[0-9]+n?$', example: '10, or 4n for 4 a node' },
    summary: 'number of clients, as in 10, or 4n for 4 a node',
  },
  rate: {
    value: { kind: 'number', min: 0 },
    summary: 'operations per second over all clients; 0: no limit',
  },
  'time-limit': {
    value: positive,
    summary:
      'seconds of load (default: 10; of real systems with leaders 5 more for each further nemesis)',
  },
  nemesis: {
    ...{ names: 'nemeses', value: words },
    summary: 'faults, as in partition,pause:one,packet:loss (default: none)',
  },
  'nemesis-interval': { value: positive, summary: 'mean seconds between faults (default: 2)' },
  'recovery-time': {
    value: { kind: 'number', min: 0 },
    summary:
      'seconds between healing and last reads (default: 1, real systems 2 and more); less where the target tells that it answers again',
  },
  latency: {
    value: { kind: 'number', min: 0, max: 60_000 },
    summary: 'mean milliseconds between nodes (default: 0)',
  },
  'latency-dist': {
    value: { kind: 'choice', choices: ['constant', 'uniform', 'exponential'] },
    summary: 'constant, uniform or exponential',
  },
  'operation-timeout': {
    value: positive,
    summary: 'seconds before a client gives up (default: 1)',
  },
  model: {
    ...{ char: 'm', names: 'models', value: words },
    summary: 'what is promised; see `dsx list models`',
  },
  'consistency-models': {
    value: words,
    summary: "Maelstrom's name of --model; one or more, with commas",
  },
  availability: {
    value: {
      kind: 'pattern',
      pattern: '^(total|0|1|0?\\.[0-9]+|1\\.0*|0\\.0*)$',
      example: '0.99, or total',
    },
    summary: 'fraction that must succeed: 0 to 1, or total',
  },
  'key-count': { value: count, summary: 'keys in use at once' },
  'key-dist': { value: word, summary: 'how keys are drawn: exponential, zipf or uniform' },
  'min-txn-length': { value: count, summary: 'shortest transaction' },
  'max-txn-length': { value: count, summary: 'longest transaction' },
  'max-writes-per-key': { value: count, summary: 'writes before a key is retired' },
  topology: { value: word, summary: 'who gossips with whom (workload broadcast)' },
  values: { value: word, summary: 'distinct or small values (workload register)' },
  expect: {
    value: { kind: 'choice', choices: ['valid', 'anomaly'] },
    summary: 'valid, or anomaly: then 0 and 1 change places',
  },
  'network-log': {
    value: { kind: 'choice', choices: ['off', 'sample', 'all'] },
    summary: 'messages kept: off, sample or all (default: sample)',
  },
  'check-timeout': {
    value: positive,
    summary: 'seconds before a checker gives up (default: 60)',
  },
  'check-memory': {
    value: { kind: 'number', min: 16 },
    summary: 'megabytes that a checker may use (default: 2048)',
  },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof settingTable;

/** In `dsx.yaml` as above; on the command line some of these are more than one text. */
export const furtherSettings = {
  gate: { value: words, summary: 'numeric goals, as in latency.p99<200ms; missed: exit 1' },
  seed: {
    value: { kind: 'number', min: 0, max: 2 ** 32 - 1, integer: true },
    summary: 'where all random decisions come from (default: random)',
  },
  out: { value: word, summary: 'folder of the runs (default: histories/runs)' },
  reporter: {
    value: words,
    summary: 'terminal, json, markdown, junit, github; several with commas, each perhaps =FILE',
  },
} as const satisfies Record<string, Setting>;

/** On or off: a flag without a value, `true` or `false` in `dsx.yaml`. */
export const switchTable = {
  'keep-data': 'keep what the nodes stored',
  'log-net-send': 'print each message as it is sent',
  'log-net-recv': 'print each message as it is received',
  'log-stderr': 'print what nodes log',
} as const;

/** Everything in `dsx.yaml` that is one text, by name. */
export const textSettings: Readonly<Record<string, Setting>> = {
  ...settingTable,
  ...furtherSettings,
};

/** What is wrong with a value; undefined if nothing is. */
export function settingFault(name: string, text: string): string | undefined {
  const value = textSettings[name]?.value;
  switch (value?.kind) {
    case 'number':
      return numberFault(value, text);
    case 'choice':
      return value.choices.includes(text) ? undefined : `takes ${value.choices.join(', ')}`;
    case 'pattern':
      return new RegExp(value.pattern).test(text) ? undefined : `takes ${value.example}`;
    default:
      return undefined;
  }
}

function numberFault(
  { min, max = Infinity, integer = false }: Extract<SettingKind, { kind: 'number' }>,
  text: string,
): string | undefined {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  const whole = !integer || Number.isInteger(value);
  if (Number.isFinite(value) && whole && value >= min && value <= max) return undefined;
  const range = max === Infinity ? `${min} or more` : `from ${min} to ${max}`;
  return `takes a ${integer ? 'whole number' : 'number'}, ${range}`;
}
