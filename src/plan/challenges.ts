/**
 * The Gossip Glomers challenges of Fly.io and Kyle Kingsbury (fly.io/dist-sys), each with its
 * official options and with all that it asks for, as goals that are measured.
 *
 * What the official commands leave open has Maelstrom's defaults: as many clients as nodes, five
 * seconds for an answer, ten seconds between faults.
 */

export interface ChallengeRun {
  /** Settings of `dsx test`, by the names of its flags. */
  readonly settings: Readonly<Record<string, string>>;
  readonly gates: readonly string[];
  /** Why there is this run, if it is not the official command. */
  readonly why?: string;
}

export interface Challenge {
  readonly name: string;
  readonly title: string;
  readonly runs: readonly ChallengeRun[];
  /** What is not judged, or cannot be; said beside the result. */
  readonly notes: readonly string[];
  /** Figures without a goal: the less (or the more) the better. */
  readonly figures: readonly string[];
}

const maelstromDefaults = {
  'operation-timeout': '5',
  'nemesis-interval': '10',
  concurrency: '1n',
};

function run(
  settings: Readonly<Record<string, string>>,
  gates: readonly string[] = [],
  why?: string,
): ChallengeRun {
  const complete = { ...maelstromDefaults, ...settings };
  return { settings: complete, gates, ...(why === undefined ? {} : { why }) };
}

function challenge(
  name: string,
  title: string,
  runs: readonly ChallengeRun[],
  more: Partial<Pick<Challenge, 'notes' | 'figures'>> = {},
): Challenge {
  return { name, title, runs, notes: [], figures: [], ...more };
}

const broadcast = { workload: 'broadcast', 'time-limit': '20', rate: '10' };
const faultTolerant = { ...broadcast, 'node-count': '5', nemesis: 'partition' };
const efficient = { ...broadcast, 'node-count': '25', rate: '100', latency: '100' };
const still = run(faultTolerant, [], 'challenge 3c must be met by the same program');

const kafka = { workload: 'kafka', concurrency: '2n', 'time-limit': '20', rate: '1000' };

const transactions = {
  workload: 'txn-rw-register',
  concurrency: '2n',
  'time-limit': '20',
  rate: '1000',
};
const underPartition = { availability: 'total', nemesis: 'partition' };
const hiddenWrites =
  'reads of registers do not tell in which order writes took effect, so that dirty writes (G0) go unseen: a valid verdict does not exclude them';

export const challenges: readonly Challenge[] = [
  challenge('1', 'Echo', [
    run({ workload: 'echo', 'node-count': '1', 'time-limit': '10', rate: '5' }),
  ]),
  challenge('2', 'Unique ID Generation', [
    run({
      workload: 'unique-ids',
      'time-limit': '30',
      rate: '1000',
      'node-count': '3',
      availability: 'total',
      nemesis: 'partition',
    }),
  ]),
  challenge('3a', 'Single-Node Broadcast', [run({ ...broadcast, 'node-count': '1' })]),
  challenge('3b', 'Multi-Node Broadcast', [run({ ...broadcast, 'node-count': '5' })]),
  challenge('3c', 'Fault Tolerant Broadcast', [run(faultTolerant)]),
  challenge('3d', 'Efficient Broadcast, Part I', [
    run(efficient, [
      'server-msgs-per-op<30',
      'stable-latency.p50<400ms',
      'stable-latency.max<600ms',
    ]),
    still,
  ]),
  challenge('3e', 'Efficient Broadcast, Part II', [
    run(efficient, ['server-msgs-per-op<20', 'stable-latency.p50<1s', 'stable-latency.max<2s']),
    still,
  ]),
  challenge('4', 'Grow-Only Counter', [
    run({
      workload: 'g-counter',
      'node-count': '3',
      rate: '100',
      'time-limit': '20',
      nemesis: 'partition',
    }),
  ]),
  challenge('5a', 'Single-Node Kafka-Style Log', [run({ ...kafka, 'node-count': '1' })]),
  challenge('5b', 'Multi-Node Kafka-Style Log', [run({ ...kafka, 'node-count': '2' })]),
  challenge('5c', 'Efficient Kafka-Style Log', [run({ ...kafka, 'node-count': '2' })], {
    notes: ['the challenge sets no number: compare these figures with those of your 5b'],
    figures: ['server-msgs-per-op', 'latency.p50', 'latency.p99', 'availability', 'throughput'],
  }),
  challenge('6a', 'Single-Node, Totally-Available Transactions', [
    run({
      ...transactions,
      'node-count': '1',
      'consistency-models': 'read-uncommitted',
      availability: 'total',
    }),
  ]),
  challenge(
    '6b',
    'Totally-Available, Read Uncommitted Transactions',
    [
      run({ ...transactions, 'node-count': '2', 'consistency-models': 'read-uncommitted' }),
      run({
        ...transactions,
        ...underPartition,
        'node-count': '2',
        'consistency-models': 'read-uncommitted',
      }),
    ],
    { notes: [hiddenWrites] },
  ),
  challenge(
    '6c',
    'Totally-Available, Read Committed Transactions',
    [
      run({
        ...transactions,
        ...underPartition,
        'node-count': '2',
        'consistency-models': 'read-committed',
      }),
    ],
    { notes: [hiddenWrites] },
  ),
];
