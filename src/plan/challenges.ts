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
  /** Options of the workload. */
  readonly options?: Readonly<Record<string, string>>;
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
  /** A bundled system that meets it. */
  readonly metBy: BundledSystem;
  /** One that does not, and why. */
  readonly missedBy: BundledSystem & { readonly why: string };
}

/** As `--target` and `--variant` name it. */
interface BundledSystem {
  readonly target: string;
  readonly variant: string;
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

type Rest = Pick<Challenge, 'metBy' | 'missedBy'> & Partial<Pick<Challenge, 'notes' | 'figures'>>;

function challenge(
  name: string,
  title: string,
  runs: readonly ChallengeRun[],
  rest: Rest,
): Challenge {
  return { name, title, runs, notes: [], figures: [], ...rest };
}

/**
 * The bundled systems that show what a challenge asks for: `gossip.batched` and so on.
 * @param missed what does not do, and after a colon why.
 */
function shownBy(met: string, missed: string): Pick<Challenge, 'metBy' | 'missedBy'> {
  const [name = '', why = ''] = missed.split(': ');
  return { metBy: systemOf(met), missedBy: { ...systemOf(name), why } };
}

function systemOf(name: string): BundledSystem {
  const [target = '', variant = ''] = name.split('.');
  return { target, variant };
}

const broadcast = { workload: 'broadcast', 'time-limit': '20', rate: '10' };
const faultTolerant = { ...broadcast, 'node-count': '5', nemesis: 'partition' };
const efficient = { ...broadcast, 'node-count': '25', rate: '100', latency: '100' };
const still = run(faultTolerant, [], 'challenge 3c must be met by the same program');

const kafka = { workload: 'kafka', concurrency: '2n', 'time-limit': '20', rate: '1000' };

/** Maelstrom reads the answers of `list_committed_offsets` and does not judge them. */
function logRun(nodeCount: number): ChallengeRun {
  return {
    ...run({ ...kafka, 'node-count': String(nodeCount) }),
    options: { commits: 'counted' },
  };
}

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
  challenge(
    '1',
    'Echo',
    [run({ workload: 'echo', 'node-count': '1', 'time-limit': '10', rate: '5' })],
    shownBy('echo.correct', 'echo.coarse-cache: answers of other requests'),
  ),
  challenge(
    '2',
    'Unique ID Generation',
    [
      run({
        workload: 'unique-ids',
        'time-limit': '30',
        rate: '1000',
        'node-count': '3',
        availability: 'total',
        nemesis: 'partition',
      }),
    ],
    shownBy('unique-ids.flake', 'unique-ids.no-node: the same ids on every node'),
  ),
  challenge(
    '3a',
    'Single-Node Broadcast',
    [run({ ...broadcast, 'node-count': '1' })],
    shownBy('gossip.flood', 'gossip.bounded: old messages are dropped'),
  ),
  challenge(
    '3b',
    'Multi-Node Broadcast',
    [run({ ...broadcast, 'node-count': '5' })],
    shownBy('gossip.flood', 'gossip.bounded: old messages are dropped'),
  ),
  challenge(
    '3c',
    'Fault Tolerant Broadcast',
    [run(faultTolerant)],
    shownBy('gossip.flood', 'gossip.fire-and-forget: what a partition swallowed is not told again'),
  ),
  challenge(
    '3d',
    'Efficient Broadcast, Part I',
    [
      run(efficient, [
        'server-msgs-per-op<30',
        'stable-latency.p50<400ms',
        'stable-latency.max<600ms',
      ]),
      still,
    ],
    shownBy('gossip.star', 'gossip.flood: too many messages, and too many hops'),
  ),
  challenge(
    '3e',
    'Efficient Broadcast, Part II',
    [
      run(efficient, ['server-msgs-per-op<20', 'stable-latency.p50<1s', 'stable-latency.max<2s']),
      still,
    ],
    shownBy('gossip.batched', 'gossip.star: too many messages'),
  ),
  challenge(
    '4',
    'Grow-Only Counter',
    [
      run({
        workload: 'g-counter',
        'node-count': '3',
        rate: '100',
        'time-limit': '20',
        nemesis: 'partition',
      }),
    ],
    shownBy('crdt-counter.pn-counter', 'crdt-counter.one-total: additions are lost in merges'),
  ),
  challenge(
    '5a',
    'Single-Node Kafka-Style Log',
    [logRun(1)],
    shownBy('kafka-log.write-once', 'kafka-log.offset-reuse: two messages at one offset'),
  ),
  challenge(
    '5b',
    'Multi-Node Kafka-Style Log',
    [logRun(2)],
    shownBy('kafka-log.write-once', 'kafka-log.skips-gaps: polls leave messages out'),
  ),
  challenge('5c', 'Efficient Kafka-Style Log', [logRun(2)], {
    ...shownBy('kafka-log.write-once', 'kafka-log.offset-reuse: two messages at one offset'),
    notes: ['the challenge sets no number: compare these figures with those of your 5b'],
    figures: ['server-msgs-per-op', 'latency.p50', 'latency.p99', 'availability', 'throughput'],
  }),
  challenge(
    '6a',
    'Single-Node, Totally-Available Transactions',
    [
      run({
        ...transactions,
        'node-count': '1',
        'consistency-models': 'read-uncommitted',
        availability: 'total',
      }),
    ],
    shownBy(
      'available-transactions.eager',
      'transactions.strict-serializable: transactions in conflict are refused',
    ),
  ),
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
    {
      ...shownBy(
        'available-transactions.eager',
        'transactions.strict-serializable: needs a majority to commit',
      ),
      notes: [hiddenWrites],
    },
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
    {
      ...shownBy(
        'available-transactions.buffered',
        'available-transactions.eager: what is not committed is read',
      ),
      notes: [hiddenWrites],
    },
  ),
];
