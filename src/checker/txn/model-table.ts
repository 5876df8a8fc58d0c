/**
 * Isolation levels and consistency models, what each implies, and what must not happen in each;
 * and what an anomaly is also an instance of. Data, with its sources:
 *
 * - the hierarchy and names: Elle's `consistency_model.clj` (EPL 2.0; facts, not text), which
 *   rests on Adya's thesis (PL-1 … PL-3, G0 … G2), Bailis et al., "Highly Available
 *   Transactions" (2013), and Cerone, Bernardi and Gotsman, "A Framework for Transactional
 *   Consistency Models with Atomic Visibility" (2015);
 * - `fractured-read` and `thin-air`: Bailis et al., "Scalable Atomic Visibility with RAMP
 *   Transactions" (2014); Møldrup and Pavlogiannis, "AWDIT" (2025).
 *
 * It differs from Elle in five places. G-single implies G-SIb under the name that the models
 * use (there, GSIb, which none does). An anomaly is of an item (`-item`) if all of its
 * anti-dependencies are, so that repeatable-read is ruled out whatever the other edges are.
 * Fractured reads rule out read-atomic, which there only `internal` and `G1a` do. A circle of
 * versions is an instance of G1c: it is inferred from what transactions read before they wrote,
 * and read-uncommitted (which it rules out there) says nothing about reads. Parallel snapshot
 * isolation rules out cycles with one anti-dependency, as a consistent view does, and nothing
 * else but `internal` (Cerone and Gotsman, "Analysing Snapshot Isolation", 2016; Crooks, Pu,
 * Alvisi and Clement, "Seeing is Believing", 2017).
 *
 * `no-serial-order`, `no-snapshot-order` and `no-prefix-order` are for histories of which no order of versions
 * makes sense, though no known part of the order has a cycle (there: `PL-3-cycle-exists`, …).
 * They rule out repeatable-read too, since all reads here are of items.
 */

export interface ModelRow {
  /** What people call it. */
  readonly name: string;
  readonly aliases: readonly string[];
  /** By name: what holds wherever this holds. */
  readonly implies: readonly string[];
  /** Anomalies that show that it does not hold. */
  readonly proscribes: readonly string[];
}

function row(name: string, aliases: string, implies: string, proscribes: string): ModelRow {
  return { name, aliases: words(aliases), implies: words(implies), proscribes: words(proscribes) };
}

function words(text: string): readonly string[] {
  return text.split(' ').filter((word) => word !== '');
}

const base = 'read-committed';

export const modelTable: readonly ModelRow[] = [
  row('1SR', 'one-copy-serializable', '', ''),
  row(
    'read-uncommitted',
    'PL-1',
    '',
    'G0 duplicate-elements thin-air mismatched-reply reordered-appends',
  ),
  row('read-committed', 'PL-2', 'read-uncommitted', 'G1'),
  row('consistent-view', 'PL-2+', 'cursor-stability monotonic-view', 'G1 G-single'),
  row(
    'repeatable-read',
    'PL-2.99',
    'cursor-stability monotonic-atomic-view',
    'G1 G2-item lost-update no-serial-order',
  ),
  row('monotonic-view', 'PL-2L', base, 'G1 G-monotonic'),
  row(
    'serializable',
    'PL-3 conflict-serializable',
    'view-serializable repeatable-read update-serializable snapshot-isolation',
    'G1 G2 predicate-read-miss internal no-serial-order',
  ),
  row('update-serializable', 'PL-3U', 'forward-consistent-view', 'G1 G-update'),
  row('cursor-stability', 'PL-CS', base, 'G1 G-cursor lost-update'),
  row('forward-consistent-view', 'PL-FCV', 'consistent-view', 'G1 G-SIb'),
  row('monotonic-snapshot-read', 'PL-MSR', base, 'G1 G-MSR'),
  row(
    'snapshot-isolation',
    'PL-SI si',
    'forward-consistent-view monotonic-atomic-view monotonic-snapshot-read parallel-snapshot-isolation prefix',
    'internal G1 G-SI G-nonadjacent no-snapshot-order',
  ),
  row(
    'strict-serializable',
    'PL-SS strong-serializable',
    'serializable linearizable snapshot-isolation strong-snapshot-isolation strong-session-serializable session-serializable',
    'G1 G1c-realtime G2-realtime no-serial-order-realtime',
  ),
  row('pram', 'PRAM', 'monotonic-reads monotonic-writes read-your-writes', ''),
  row('causal', '', 'writes-follow-reads pram', ''),
  row('causal-cerone', '', 'read-atomic', 'internal G1a'),
  row('linearizable', '', 'sequential', ''),
  row('monotonic-atomic-view', '', base, ''),
  row('monotonic-reads', '', '', ''),
  row('monotonic-writes', '', '', ''),
  row(
    'parallel-snapshot-isolation',
    'psi',
    'causal-cerone update-atomic consistent-view',
    'internal G1 G-single',
  ),
  row('prefix', '', 'causal-cerone', 'internal G1a no-prefix-order'),
  row('read-atomic', '', 'monotonic-atomic-view', 'internal G1a future-read fractured-read'),
  row('read-your-writes', '', '', ''),
  row('sequential', '', 'causal', ''),
  row('session-serializable', '', '1SR', ''),
  row('strong-read-uncommitted', 'strong-PL-1', 'strong-session-read-uncommitted', 'G0-realtime'),
  row(
    'strong-read-committed',
    'strong-PL-2',
    'strong-session-read-committed strong-read-uncommitted',
    'G1c-realtime',
  ),
  row('strong-session-read-uncommitted', 'strong-session-PL-1', 'read-uncommitted', 'G0-process'),
  row(
    'strong-session-read-committed',
    'strong-session-PL-2',
    'read-committed strong-session-read-uncommitted',
    'G1c-process',
  ),
  row(
    'strong-session-serializable',
    'strong-session-PL-3',
    'serializable strong-session-snapshot-isolation',
    'G1-process G2-process no-serial-order-process',
  ),
  row(
    'strong-session-snapshot-isolation',
    'strong-session-PL-SI',
    'snapshot-isolation strong-session-read-committed',
    'internal G1-process G-nonadjacent-process no-snapshot-order-process',
  ),
  row(
    'strong-snapshot-isolation',
    'strong-PL-SI',
    'strong-session-snapshot-isolation strong-read-committed',
    'internal G1-realtime G-nonadjacent-realtime no-snapshot-order-realtime',
  ),
  row('update-atomic', '', 'read-atomic', 'lost-update'),
  row('view-serializable', '', '', ''),
  row('writes-follow-reads', '', '', ''),
];

/** Anomaly → what it is also an instance of, directly. */
export const anomalyTable: Readonly<Record<string, readonly string[]>> = {
  G0: ['G1c', 'G0-process'],
  'G0-process': ['G1c-process', 'G0-realtime'],
  'G0-realtime': ['G1c-realtime'],
  G1: ['G1-process'],
  'G1-process': ['G1-realtime'],
  'G1-realtime': [],
  G1a: ['G1'],
  G1b: ['G1'],
  G1c: ['G1', 'G1c-process'],
  'G1c-process': ['G1-process', 'G1c-realtime'],
  'G1c-realtime': ['G1-realtime'],
  'G-single-item': ['G-single', 'G-single-item-process', 'G-nonadjacent-item'],
  'G-single-item-process': [
    'G-single-process',
    'G-single-item-realtime',
    'G-nonadjacent-item-process',
  ],
  'G-single-item-realtime': ['G-single-realtime', 'G-nonadjacent-item-realtime'],
  'G-single': ['G-nonadjacent', 'G-SIb', 'G-single-process'],
  'G-single-process': ['G-nonadjacent-process', 'G-single-realtime'],
  'G-single-realtime': ['G-nonadjacent-realtime'],
  'G-nonadjacent-item': ['G-nonadjacent', 'G2-item', 'G-nonadjacent-item-process'],
  'G-nonadjacent-item-process': [
    'G-nonadjacent-process',
    'G2-item-process',
    'G-nonadjacent-item-realtime',
  ],
  'G-nonadjacent-item-realtime': ['G2-item-realtime', 'G-nonadjacent-realtime'],
  'G-nonadjacent': ['G2', 'G-nonadjacent-process'],
  'G-nonadjacent-process': ['G2-process', 'G-nonadjacent-realtime'],
  'G-nonadjacent-realtime': ['G2-realtime'],
  'G2-item': ['G2', 'G2-item-process'],
  'G2-item-process': ['G2-process', 'G2-item-realtime'],
  'G2-item-realtime': ['G2-realtime'],
  G2: ['G2-process'],
  'G2-process': ['G2-realtime'],
  'G2-realtime': [],
  'G-SIa': ['G-SI'],
  'G-SIb': ['G-SI'],
  'G-SI': [],
  'G-MSR': [],
  'G-cursor': [],
  'G-monotonic': [],
  'G-update': [],
  'cyclic-versions': ['G1c'],
  'dirty-update': ['G1a'],
  'duplicate-elements': [],
  'fractured-read': ['G-single-item'],
  'future-read': ['G1c'],
  'incompatible-order': ['G1a'],
  internal: [],
  'lost-update': ['write-skew', 'G2-item'],
  'mismatched-reply': [],
  'no-prefix-order': ['no-snapshot-order'],
  'no-serial-order': ['no-serial-order-process'],
  'no-serial-order-process': ['no-serial-order-realtime'],
  'no-serial-order-realtime': [],
  'no-snapshot-order': ['no-serial-order', 'no-snapshot-order-process'],
  'no-snapshot-order-process': ['no-serial-order-process', 'no-snapshot-order-realtime'],
  'no-snapshot-order-realtime': ['no-serial-order-realtime'],
  'predicate-read-miss': [],
  'reordered-appends': [],
  'thin-air': [],
  'write-skew': ['G2'],
};
