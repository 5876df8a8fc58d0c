/** Where the names of models and anomalies come from: papers and tools, by name. */
const herlihy =
  'Herlihy and Wing, "Linearizability: a correctness condition for concurrent objects", 1990';
const adya =
  'Adya, "Weak consistency: a generalized theory and optimistic implementations for distributed transactions", 1999';
const elle =
  'Kingsbury and Alvaro, "Elle: inferring isolation anomalies from experimental observations", 2020';
const terry = 'Terry et al., "Session guarantees for weakly consistent replicated data", 1994';
const lamportRegisters = 'Lamport, "On interprocess communication", 1986';
const bouajjani = 'Bouajjani, Enea, Guerraoui and Hamza, "On verifying causal consistency", 2017';
const cerone =
  'Cerone, Bernardi and Gotsman, "A framework for transactional consistency models with atomic visibility", 2015';
const berenson = 'Berenson et al., "A critique of ANSI SQL isolation levels", 1995';
const jepsen = 'Jepsen: jepsen.checker and jepsen.tests';
const kafka = 'Jepsen: jepsen.tests.kafka';
const broadcasts =
  'Hadzilacos and Toueg, "A modular approach to fault-tolerant broadcasts and related problems", 1994';

/** The first pattern that fits tells. */
const sources: readonly (readonly [pattern: RegExp, source: string])[] = [
  [/^(linearizable|nonlinearizable|register|cas-register|kv|stack|fifo-queue)$/, herlihy],
  [
    /^(sequential|non-sequential)$/,
    'Lamport, "How to make a multiprocessor computer that correctly executes multiprocess programs", 1979',
  ],
  [
    /^causal-memory$/,
    'Ahamad et al., "Causal memory: definitions, implementation, and programming", 1995',
  ],
  [/^pram$/, 'Lipton and Sandberg, "PRAM: a scalable shared memory", 1988'],
  [/^(causal|cyclic-causality)/, bouajjani],
  [/^coherent$/, 'Goodman, "Cache consistency and sequential consistency", 1989'],
  [
    /^(monotonic-reads|monotonic-writes|read-your-writes|writes-follow-reads|non-monotonic-read)$/,
    terry,
  ],
  [/^(regular|safe|new-old-inversion)$/, lamportRegisters],
  [/^staleness/, 'Golab, Li and Shah, "Analyzing consistency properties for fun and profit", 2011'],
  [
    /^k-atomic/,
    'Aiyer, Alvisi and Bazzi, "On the availability of non-strict quorum systems", 2005',
  ],
  [
    /^(kafka|poll-|nonmonotonic-|int-|precommitted|unseen|inconsistent-offsets|lost-commit|phantom-commit)/,
    kafka,
  ],
  [/^(long-fork|write-skew|read-skew|lost-update)/, berenson],
  [
    /^(G0|G1|G2|G-|read-committed|read-uncommitted|repeatable-read|serializable|consistent-view)/,
    adya,
  ],
  [/^(internal|fractured-read|read-atomic|prefix|parallel-)/, cerone],
  [/^snapshot-isolation$/, berenson],
  [/^(dirty-update|incompatible-order|duplicate-elements|cyclic-versions|strong-|strict-)/, elle],
  [/broadcast|^total-order|^divergence$/, broadcasts],
  [
    /^(failure-detector|undetected-crash|false-suspicion)/,
    'Chandra and Toueg, "Unreliable failure detectors for reliable distributed systems", 1996',
  ],
  [
    /convergence$/,
    'Shapiro, Preguiça, Baquero and Zawirski, "Conflict-free replicated data types", 2011',
  ],
  [
    /^(watch|missed-event|duplicate-event|out-of-order-event)/,
    "etcd's watch API and its robustness tests",
  ],
  [
    /^(election|split-brain|no-leader|non-monotonic-term)/,
    'Ongaro and Ousterhout, "In search of an understandable consensus algorithm", 2014',
  ],
  [/token|^refused-write/, 'Kleppmann, "How to do distributed locking", 2016'],
  [
    /^(set|queue|total-queue|counter|final-counter|unique|bank|lost$|phantom$|duplicate|wrong-total)/,
    jepsen,
  ],
  [/-(read|cas|element|sum)$/, herlihy],
];

export function sourceOf(name: string): string | undefined {
  return sources.find(([pattern]) => pattern.test(name))?.[1];
}
