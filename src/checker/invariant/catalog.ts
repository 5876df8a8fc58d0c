/** The invariant checkers by name, for `--model` and `dsx list models`. */
import { UsageError } from '../../base/errors.ts';
import { availability } from '../availability.ts';
import type { Checker } from '../checker.ts';
import { echoes } from '../echo.ts';
import { staleness } from '../staleness.ts';
import { convergence, strongConvergence } from '../weak/convergence.ts';
import { bank } from './bank.ts';
import { broadcast } from './broadcast.ts';
import { causalReverse } from './causal-reverse.ts';
import { counterBounds } from './counter.ts';
import { election } from './election.ts';
import { failureDetector } from './failure-detector.ts';
import { fencedResource } from './fenced-resource.ts';
import { finalCounter } from './final-counter.ts';
import { kafka } from './kafka/kafka.ts';
import { leaderAtEnd } from './leader-at-end.ts';
import { leases } from './lease.ts';
import { lockHolds } from './lock.ts';
import { longFork } from './long-fork.ts';
import { monotonic } from './monotonic.ts';
import { queueSources } from './queue.ts';
import { rateLimit } from './rate-limit.ts';
import { sequentialInserts } from './sequential.ts';
import { setByLastRead } from './set.ts';
import { setFull } from './set-full.ts';
import { totalOrder } from './total-order.ts';
import { totalQueue } from './total-queue.ts';
import { uniqueIds } from './unique-ids.ts';
import { watchStreams } from './watch.ts';
import { writeSkew } from './write-skew.ts';

export interface InvariantEntry {
  readonly name: string;
  readonly summary: string;
  /** The functions of its histories. */
  readonly functions: readonly string[];
  /** What may follow the name after a colon; absent if nothing may. */
  readonly parameter?: string;
  /** True if the parameter must be given. */
  readonly required: boolean;
  /** @throws UsageError if the parameter makes no sense */
  make(parameter?: string): Checker;
}

export const invariantCatalog: readonly InvariantEntry[] = [
  {
    name: 'set-full',
    summary: setFull().summary,
    functions: ['add', 'read'],
    parameter: '"linearizable": a known element must be in every read that begins later',
    required: false,
    make(parameter?: string): Checker {
      if (parameter === undefined) return setFull();
      if (parameter === 'linearizable') return setFull({ linearizable: true });
      throw new UsageError(`set-full:${parameter}: expected set-full or set-full:linearizable`);
    },
  },
  plain(['add', 'read'], setByLastRead(), 'set-last-read'),
  plain(['add', 'read'], counterBounds(), 'counter-bounds'),
  plain(['add', 'read'], finalCounter()),
  plain(['enqueue', 'dequeue'], totalQueue()),
  plain(['enqueue', 'dequeue'], queueSources()),
  plain(['generate'], uniqueIds()),
  numeric('bank', ['transfer', 'read'], 'the total of all balances', (total) =>
    bank(total === undefined ? {} : { total }),
  ),
  numeric('lock', ['acquire', 'release'], 'how many may hold it (1)', (permits) =>
    lockHolds(permits === undefined ? {} : { permits }),
  ),
  {
    name: 'lease',
    summary: 'no two leases last at one time, by the clock',
    functions: ['acquire', 'release'],
    parameter: 'the time to live in milliseconds (must be given)',
    required: true,
    make(parameter = ''): Checker {
      const ttlMs = Number(parameter);
      if (!(ttlMs > 0))
        throw new UsageError(
          `lease:${parameter}: expected the time to live in milliseconds, as in lease:5000`,
        );
      return leases(ttlMs);
    },
  },
  plain(['write', 'read'], fencedResource()),
  plain(['leader'], election()),
  plain(['leader'], leaderAtEnd()),
  plain(['send', 'poll', 'txn', 'assign', 'subscribe', 'crash'], kafka()),
  plain(['broadcast', 'read'], broadcast()),
  plain(['broadcast', 'read'], broadcast({ order: 'fifo' })),
  plain(['broadcast', 'read'], broadcast({ order: 'causal' })),
  plain(['broadcast', 'read'], totalOrder()),
  plain(['write', 'watch'], watchStreams()),
  numeric(
    'failure-detector',
    ['suspects'],
    'milliseconds in which a crash must be detected (any)',
    (detectWithinMs) => failureDetector(detectWithinMs === undefined ? {} : { detectWithinMs }),
  ),
  plain(['read', 'write', 'add', 'remove', 'append', 'cas'], convergence()),
  plain(['read'], strongConvergence()),
  plain(['read'], monotonic()),
  plain(['write', 'read'], sequentialInserts(), 'sequential-inserts'),
  plain(['write', 'read'], causalReverse()),
  plain(['txn', 'read', 'write'], longFork()),
  plain(['insert'], writeSkew()),
  numeric('staleness', ['read', 'write'], 'milliseconds that reads may look back (any)', (maxMs) =>
    staleness(maxMs === undefined ? {} : { maxMs }),
  ),
  numeric('k-atomic', ['read', 'write'], 'how many newest values a read may return', (k) =>
    staleness(k === undefined ? {} : { maxVersions: k }),
  ),
  {
    name: 'rate-limit',
    summary: 'no window of time lets more through than burst and rate allow',
    functions: ['request'],
    parameter: 'requests a second, and after a slash the burst: 10/5',
    required: true,
    make(parameter = ''): Checker {
      const [rate = '', burst = rate] = parameter.split('/');
      const [ratePerSecond, most] = [Number(rate), Number(burst)];
      if (!(ratePerSecond > 0) || !(most >= 0) || rate === '')
        throw new UsageError(
          `rate-limit:${parameter}: expected requests a second and a burst, as in rate-limit:10/5`,
        );
      return rateLimit({ ratePerSecond, burst: most });
    },
  },
  numeric(
    'availability',
    [],
    'the fraction of operations that must succeed, from 0 to 1 (1)',
    (fraction = 1) => availability(fraction),
    1,
  ),
  plain(['echo'], echoes()),
];

function plain(
  functions: readonly string[],
  checker: Checker,
  name = checker.name,
): InvariantEntry {
  const { summary } = checker;
  return { name, summary, functions, required: false, make: () => checker };
}

function numeric(
  name: string,
  functions: readonly string[],
  parameter: string,
  make: (parameter?: number) => Checker,
  most = Number.POSITIVE_INFINITY,
): InvariantEntry {
  return {
    name,
    summary: make().summary,
    functions,
    parameter,
    required: false,
    make(text): Checker {
      if (text === undefined) return make();
      const given = Number(text);
      if (text.trim() === '' || !(given >= 0 && given <= most))
        throw new UsageError(`${name}:${text}: expected a number, ${parameter}`);
      return make(given);
    },
  };
}

/** The checker of `set-full`, `bank:100`, …; undefined if no invariant has that name. */
export function invariantNamed(specification: string): Checker | undefined {
  const colon = specification.indexOf(':');
  const name = colon === -1 ? specification : specification.slice(0, colon);
  const entry = invariantCatalog.find((each) => each.name === name);
  if (entry === undefined) return undefined;
  const parameter = colon === -1 ? undefined : specification.slice(colon + 1);
  if (parameter !== undefined && entry.parameter === undefined)
    throw new UsageError(`${name} takes no parameter; write it without ":"`);
  if (parameter === undefined && entry.required)
    throw new UsageError(`${name} needs ${entry.parameter ?? 'a parameter'}`);
  return entry.make(parameter);
}
