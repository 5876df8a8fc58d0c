/**
 * What the names of anomalies mean, one line each.
 *
 * Sources: Adya, "Weak Consistency" (1999) for G0 to G2; Cerone, Bernardi and Gotsman (2015)
 * for internal consistency; Kingsbury and Alvaro, "Elle" (2020) for the names of cycles;
 * Herlihy and Wing (1990) for linearizability.
 */

import { type Definition, define } from './definition.ts';
import { objectDefinitions } from './object-definitions.ts';

export type { Definition } from './definition.ts';

const singleObject: Readonly<Record<string, Definition>> = {
  nonlinearizable: define(
    'non-linearizable history',
    'No order of the operations that respects real time explains what they returned.',
  ),
  'stale-read': define(
    'stale read',
    'A read returned a value that had already been overwritten before the read began.',
  ),
  'future-read': define(
    'future read',
    'A read returned a value before the write of that value had begun.',
  ),
  'thin-air-read': define('thin-air read', 'A read returned a value that nobody ever wrote.'),
  'aborted-read': define(
    'aborted read',
    'A read returned a value whose write failed, so it never took effect.',
  ),
  'lost-update': define(
    'lost update',
    'Two updates started from the same value and both succeeded, so one overwrote the other unseen.',
  ),
  'new-old-inversion': define(
    'new-old inversion',
    'One read saw a new value and a read that began after it ended saw the old one.',
  ),
  'non-monotonic-read': define(
    'non-monotonic read',
    'A process read a newer state and later an older one.',
  ),
  'read-your-writes': define(
    'read-your-writes violation',
    'A process did not see a write that it had made itself before.',
  ),
  'monotonic-writes': define(
    'monotonic-writes violation',
    "Two writes of one process were seen in an order that is not that process's own.",
  ),
  'writes-follow-reads': define(
    'writes-follow-reads violation',
    'A write was seen without the write that its author had read before making it.',
  ),
  'refused-cas': define(
    'refused compare-and-set',
    'A compare-and-set failed although the register held the expected value all the while.',
  ),
  'cas-cycle': define(
    'compare-and-set cycle',
    'Compare-and-sets that each start from the value of another go round in a circle.',
  ),
  'lost-put': define('lost put', 'A put was acknowledged, and a later read still missed it.'),
  unavailable: define(
    'unavailability',
    'Fewer operations succeeded than the availability that was asked for.',
  ),
  'split-brain': define('split brain', 'Two nodes acted as the only leader at the same time.'),
  'double-grant': define('double grant', 'A lock was granted to two holders at the same time.'),
  'cyclic-causality': define(
    'cyclic causality',
    'Operations that each happened because of another go round in a circle.',
  ),
  'non-sequential': define(
    'non-sequential history',
    'No order of the operations that keeps the order of each process explains what they returned.',
  ),
  'non-monotonic-term': define(
    'non-monotonic term',
    'A node went back to an earlier term of election.',
  ),
  'log-match': define('forbidden line', 'A node logged a line that it must never log.'),
  'rate-exceeded': define(
    'rate exceeded',
    'More requests were let through in some window of time than the limit allows.',
  ),
  'wrong-echo': define('wrong echo', 'An answer differs from what was sent.'),
  'undetected-crash': define(
    'undetected crash',
    'A living node did not suspect a node that had been dead for long enough.',
  ),
  'false-suspicion': define(
    'false suspicion',
    'A node that was alive was suspected of having crashed.',
  ),
  divergence: define(
    'divergence',
    'Replicas that had all been told of the same updates answered differently.',
  ),
};

const transactions: Readonly<Record<string, Definition>> = {
  G0: define('G0 (dirty write)', 'A cycle of transactions that each overwrite the one before.'),
  G1a: define('G1a (aborted read)', 'A transaction read a value that an aborted one had written.'),
  G1b: define(
    'G1b (intermediate read)',
    'A transaction read a value that its writer overwrote before it committed.',
  ),
  G1c: define(
    'G1c (circular information flow)',
    'A cycle of transactions in which each read or overwrote what the one before wrote.',
  ),
  'G-single': define(
    'G-single (read skew)',
    'A cycle with exactly one anti-dependency: a transaction saw part of the effects of another and missed the rest.',
  ),
  'G-nonadjacent': define(
    'G-nonadjacent',
    'A cycle with several anti-dependencies, no two of them next to each other; snapshot isolation forbids it.',
  ),
  G2: define(
    'G2 (anti-dependency cycle)',
    'A cycle with anti-dependencies: each transaction missed a write, perhaps by a predicate, of the next.',
  ),
  'G2-item': define(
    'G2-item (write skew and its kin)',
    'A cycle of transactions with two or more anti-dependencies on single items: no serial order exists.',
  ),
  'G-cursor': define(
    'G-cursor (lost update)',
    'Two transactions read the same version of an item and both replaced it.',
  ),
  'G-monotonic': define(
    'G-monotonic',
    'A transaction saw the effects of another and later missed some of them.',
  ),
  'write-skew': define(
    'write skew',
    'Two transactions read the same state, wrote different items, and together broke what each had checked.',
  ),
  'read-skew': define(
    'read skew',
    'A transaction saw one item before and another after the same update.',
  ),
  'causality-violation': define(
    'causality violation',
    'A transaction read a version that another one in its causal past had overwritten.',
  ),
  'fractured-read': define(
    'fractured read',
    'A transaction saw only some of the writes of another transaction.',
  ),
  'long-fork': define('long fork', 'Two readers saw two independent writes in opposite orders.'),
  internal: define(
    'internal inconsistency',
    'A transaction did not see what it had itself read or written before.',
  ),
  'dirty-update': define(
    'dirty update',
    'A committed transaction built on the write of an aborted one.',
  ),
  'duplicate-elements': define(
    'duplicate elements',
    'An element that was appended once was read twice in one list.',
  ),
  'incompatible-order': define(
    'incompatible order',
    'Two reads of one list disagree on the order of its elements.',
  ),
  'cyclic-versions': define(
    'cyclic versions',
    'The versions of one key were observed in an order that goes round in a circle.',
  ),
  'predicate-read-miss': define(
    'predicate read miss',
    'A read by predicate missed an item although every version of the item matches.',
  ),
  'repeated-read': define(
    'unrepeatable read',
    'A transaction read one key twice, wrote it not, and got two different values.',
  ),
};

const collections: Readonly<Record<string, Definition>> = {
  lost: define('lost element', 'An acknowledged element is missing from every later read.'),
  'lost-element': define('lost element', 'An acknowledged element is missing from a later read.'),
  'lost-append': define('lost append', 'An append was acknowledged, and a later read missed it.'),
  'duplicate-element': define(
    'duplicate element',
    'An element that was added once was returned more than once.',
  ),
  'duplicate-append': define(
    'duplicate append',
    'A value that was appended once was read more than once.',
  ),
  'incomparable-reads': define(
    'incomparable reads',
    'Two reads each hold an element that the other one misses, so neither can come first.',
  ),
  'lost-write': define('lost write', 'A write was acknowledged, and no later read shows it.'),
  stale: define(
    'stale element',
    'A read that began after an element was known missed it, though a later read has it.',
  ),
  phantom: define('phantom element', 'An element was returned that nobody ever added.'),
  unexpected: define('unexpected element', 'An element was returned that nobody ever added.'),
  duplicate: define(
    'duplicate element',
    'An element that was added once was returned more than once.',
  ),
  'out-of-order': define(
    'out-of-order element',
    'Elements came out in an order that contradicts the order in which they went in.',
  ),
  'false-empty': define(
    'false empty',
    'A queue answered that it was empty although an element certainly lay in it.',
  ),
  'nil-balance': define('missing balance', 'A read showed an account without a balance.'),
  'negative-balance': define('negative balance', 'An account fell below zero.'),
  'wrong-total': define(
    'wrong total',
    'Money moved between accounts was created or destroyed: the sum of all balances changed.',
  ),
  'unexpected-account': define(
    'unexpected account',
    'A read returned an account that is not there.',
  ),
  'out-of-bounds': define(
    'counter out of bounds',
    'A counter was read outside of what the increments could have made of it.',
  ),
  'duplicate-id': define('duplicate id', 'An id that must be unique was handed out twice.'),
  'inconsistent-offsets': define(
    'inconsistent offsets',
    'Two different messages were seen at one offset of a log.',
  ),
  'poll-skip': define('skipped message', 'A consumer went past a message that it never got.'),
  'lost-commit': define(
    'lost commit',
    'A consumer was told of a lower offset than one whose commit had been acknowledged, so that it starts over.',
  ),
  'phantom-commit': define(
    'phantom commit',
    'A consumer was told of a committed offset that nobody had committed, so that it may miss messages.',
  ),
  'nonmonotonic-poll': define(
    'non-monotonic poll',
    'A consumer went backwards in a log without being told to.',
  ),
  'nonmonotonic-send': define(
    'non-monotonic send',
    "A producer's later message got a lower offset than its earlier one.",
  ),
  'int-poll-skip': define(
    'skipped message inside one poll',
    'One transaction polled two messages and missed one between them.',
  ),
  'int-nonmonotonic-poll': define(
    'non-monotonic poll inside one transaction',
    'One transaction polled a log backwards.',
  ),
  'int-nonmonotonic-send': define(
    'non-monotonic send inside one transaction',
    'One transaction sent two messages that got offsets in the opposite order.',
  ),
  'int-send-skip': define(
    'gap between sends of one transaction',
    "Between two messages of one transaction lies another transaction's.",
  ),
  'precommitted-read': define(
    'precommitted read',
    'A transaction read a message that it had itself sent and not yet committed.',
  ),
  'missed-event': define(
    'missed event',
    'A watcher got a later change without one that came before it.',
  ),
  'duplicate-event': define('duplicate event', 'A watcher got one change twice.'),
  'out-of-order-event': define(
    'out-of-order event',
    'A watcher got a change after one with a higher revision.',
  ),
  'inconsistent-event': define(
    'inconsistent event',
    'One revision was shown as two different changes.',
  ),
  unseen: define('unseen message', 'A message was acknowledged and nobody ever received it.'),
};

const table: ReadonlyMap<string, Definition> = new Map(
  Object.entries({ ...singleObject, ...transactions, ...collections, ...objectDefinitions }),
);

interface Suffix {
  readonly ends: string;
  /** After the title of what it narrows. */
  readonly title: string;
  /** After its meaning. */
  readonly adds: string;
}

const suffixes: readonly Suffix[] = [
  {
    ends: '-realtime',
    title: ', by real-time order',
    adds: 'The cycle also uses that one transaction ended before another began.',
  },
  {
    ends: '-process',
    title: ', by process order',
    adds: 'The cycle also uses the order of the transactions of one process.',
  },
  {
    ends: '-item',
    title: ' on single items',
    adds: 'All its anti-dependencies are on single items.',
  },
];

/** The definition of an anomaly's standard name; undefined for a name of a user's own checker. */
export function definitionOf(type: string): Definition | undefined {
  const known = table.get(type);
  if (known !== undefined) return known;
  for (const { ends, title, adds } of suffixes) {
    if (!type.endsWith(ends)) continue;
    const base = definitionOf(type.slice(0, -ends.length));
    if (base !== undefined) return define(`${base.title}${title}`, `${base.meaning} ${adds}`);
  }
  const level = /^(.+)-cycle-exists$/.exec(type)?.[1];
  if (level === undefined) return undefined;
  return define(
    `${level} cycle`,
    `The dependencies that ${level} must keep acyclic have a cycle, which was not classified further.`,
  );
}

/** All names in the table, for documentation. */
export function definedAnomalies(): readonly (readonly [type: string, definition: Definition])[] {
  return [...table];
}
