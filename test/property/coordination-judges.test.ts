/** Locks, elections, failure detectors and locks with leases against naive judges. */
import { describe, test } from 'vitest';
import type { Json, JsonObject } from '../../src/base/json.ts';
import type { Random } from '../../src/base/prng.ts';
import { election } from '../../src/checker/invariant/election.ts';
import { failureDetector } from '../../src/checker/invariant/failure-detector.ts';
import { leases } from '../../src/checker/invariant/lease.ts';
import { type LockOptions, lockHolds } from '../../src/checker/invariant/lock.ts';
import type { EventBody } from '../../src/history/event.ts';
import type { History } from '../../src/history/history.ts';
import {
  type Asked,
  agree,
  type Judged,
  one,
  type Plain,
  type SmallPlan,
} from '../support/naive-judges.ts';

const runs = Number(process.env['DSX_RUNS'] ?? 300);
const nodes = ['n1', 'n2', 'n3'];

/** @param tokens true if acquires answer a fencing token, and writes carry one */
function locking(tokens: boolean): (random: Random) => SmallPlan {
  return (random) => {
    const owners: readonly Json[] = random.chance(0.5) ? [null] : ['ann', 'bob'];
    const luck = random.unit();
    let last = 0;
    const token = (): Json => {
      last += 1;
      return random.chance(luck) ? last : 1 + random.int(4);
    };
    return {
      operations: 8,
      clients: 3,
      ask: (drawn): Asked => {
        const draw = drawn.unit();
        const input = one(drawn, owners);
        if (tokens && draw < 0.2) {
          const stamp = { token: 1 + drawn.int(3) };
          return { f: 'write', input: stamp, answer: () => null };
        }
        const f = draw < 0.6 ? 'acquire' : 'release';
        const refused = drawn.chance(0.2);
        const grant = tokens && f === 'acquire' ? token() : true;
        return { f, input, answer: () => (refused ? false : grant) };
      },
    };
  };
}

interface Grant {
  readonly acquire: Plain;
  readonly start: number;
  readonly end: number;
}

/** Holds that are certain: from the ok to the first release that may have come after it. */
function grantsOf(
  operations: readonly Plain[],
  history: History,
  { leaseMs = Number.POSITIVE_INFINITY }: LockOptions,
): readonly Grant[] {
  const ownerOf = ({ input, process }: Plain): Json => input ?? process;
  const grants: Grant[] = [];
  for (const acquire of operations) {
    if (acquire.f !== 'acquire' || !acquire.isOk || acquire.output === false) continue;
    const release = operations.find(
      (each) =>
        each.f === 'release' &&
        !each.failed &&
        !(each.isOk && each.output === false) &&
        ownerOf(each) === ownerOf(acquire) &&
        each.end > acquire.begin,
    );
    const over = [...history.eachEvent()].find(
      ({ index, time }) => index >= acquire.begin && time >= acquire.beginNs + leaseMs * 1_000_000,
    );
    const end = Math.min(release?.begin ?? Infinity, over?.index ?? history.eventCount);
    const start = acquire.end;
    if (end > start) grants.push({ acquire, start, end });
  }
  return grants;
}

/** How many pairs: one returned before the other began, and the number of the other is less. */
function falls(operations: readonly Plain[], tokenOf: (each: Plain) => number): number {
  return operations.filter((late) =>
    operations.some((early) => early.end < late.begin && tokenOf(early) > tokenOf(late)),
  ).length;
}

function locked(operations: readonly Plain[], history: History, options: LockOptions): Judged {
  const { permits = 1 } = options;
  const grants = grantsOf(operations, history, options);
  const doubles = grants.filter(
    ({ start }) =>
      grants.filter((other) => other.start <= start && other.end > start).length > permits,
  ).length;
  const granted = operations.filter(
    ({ f, output }) => f === 'acquire' && typeof output === 'number',
  );
  const again = granted.filter((late, i) =>
    granted.slice(0, i).some((early) => early.output === late.output),
  ).length;
  const writes = operations.filter(({ f, isOk }) => f === 'write' && isOk);
  const fallen = falls(granted, ({ output }) => Number(output));
  const stale = falls(writes, ({ input }) => (input as { readonly token: number }).token);
  const types = new Set<string>();
  if (doubles > 0) types.add('double-grant');
  if (again > 0) types.add('duplicate');
  if (fallen > 0) types.add('non-monotonic-token');
  if (stale > 0) types.add('stale-token-accepted');
  const open = grants.length <= permits && granted.length < 2 && writes.length < 2;
  return { types, open, count: doubles + again + fallen + stale };
}

describe('locks', () => {
  test.each([
    [{}, false, ['unknown', 'double-grant']],
    [{ permits: 2 }, false, ['unknown', 'double-grant']],
    [{ leaseMs: 5 }, false, ['unknown', 'double-grant']],
    [
      {},
      true,
      ['unknown', 'double-grant', 'duplicate', 'non-monotonic-token', 'stale-token-accepted'],
    ],
  ] as const)('%j, with tokens: %s', (options, tokens, types) => {
    agree(
      lockHolds(options),
      locking(tokens),
      (operations, history) => locked(operations, history, options),
      { runs, types },
    );
  });

  test('leases: an order of all of them in which each fits', () => {
    agree(leases(4), leasing, (operations, history) => leased(operations, history, 4e6), {
      runs,
      types: ['unknown', 'two-holders'],
    });
  });
});

/** Each client acquires and releases in turn, and does not hear of refusals. */
function leasing(): SmallPlan {
  const holding = new Set<number>();
  return {
    operations: 9,
    clients: 3,
    fail: 0,
    stepNs: 2e6,
    ask: (drawn, _place, process): Asked => {
      const holds = holding.delete(process);
      if (!holds) holding.add(process);
      const granted = drawn.chance(0.5) ? null : true;
      return { f: holds ? 'release' : 'acquire', input: null, answer: () => granted };
    },
  };
}

/**
 * Every order of the grants, each as early as it may be: after it was asked for, and when the
 * lease before it was over or its release begun.
 */
function leased(operations: readonly Plain[], history: History, ttlNs: number): Judged {
  const ns = (event: number): number => history.events.timeNs[event] ?? Infinity;
  const grants = operations.filter(({ f, isOk }) => f === 'acquire' && isOk);
  const releasedNs = ({ process, end }: Plain): number => {
    const release = operations.find(
      (each) => each.f === 'release' && each.process === process && each.begin > end,
    );
    return release?.beginNs ?? Infinity;
  };
  const fits = (left: readonly Plain[], freeNs: number): boolean =>
    left.length === 0 ||
    left.some((next) => {
      const atNs = Math.max(freeNs, next.beginNs);
      const overNs = Math.min(atNs + ttlNs, releasedNs(next));
      const rest = left.filter((each) => each !== next);
      return atNs <= ns(next.end) && fits(rest, overNs);
    });
  return { types: new Set(fits(grants, 0) ? [] : ['two-holders']), open: grants.length === 0 };
}

/** Beliefs about who leads; a node may know a term before its leader. */
function beliefs(random: Random): SmallPlan {
  const luck = random.unit();
  let term = 1;
  const ask = (drawn: Random): Asked => ({
    f: 'leader',
    input: null,
    node: one(drawn, nodes),
    answer: () => {
      if (drawn.chance(0.3)) term += 1;
      const told = drawn.chance(luck) ? term : 1 + drawn.int(term);
      const leader = drawn.chance(0.2)
        ? null
        : drawn.chance(luck)
          ? `n${1 + (told % 3)}`
          : one(drawn, nodes);
      const answer: JsonObject = drawn.chance(0.9)
        ? { term: told, leader }
        : { leader, term: told, node: 'n1' };
      return drawn.chance(0.05) ? { leader } : answer;
    },
  });
  return { operations: 7, clients: 3, ask };
}

function elected(operations: readonly Plain[]): Judged {
  const told = operations.flatMap((operation) => {
    const { term, leader = null, node } = (operation.output ?? {}) as JsonObject;
    return typeof term === 'number'
      ? [{ ...operation, term, leader, asked: typeof node === 'string' ? node : operation.node }]
      : [];
  });
  const named = told.filter(({ leader }) => leader !== null);
  const terms = new Set(named.map(({ term }) => term));
  let disputes = 0;
  for (const term of terms)
    disputes +=
      new Set(named.filter((each) => each.term === term).map(({ leader }) => leader)).size - 1;
  const fallen = told.filter((late) =>
    told.some(
      (early) => early.asked === late.asked && early.end < late.begin && early.term > late.term,
    ),
  ).length;
  const types = new Set<string>();
  if (disputes > 0) types.add('split-brain');
  if (fallen > 0) types.add('non-monotonic-term');
  return { types, open: named.length === 0, count: disputes + fallen };
}

test('elections', () => {
  const types = ['unknown', 'split-brain', 'non-monotonic-term'];
  agree(election(), beliefs, elected, { runs, types });
});

/** Nodes that are killed, started again or not, and what the others think of it. */
function suspicions(random: Random): SmallPlan {
  const dead = new Set<string>();
  const isTidy = random.chance(0.6);
  const kill = (drawn: Random): EventBody | undefined => {
    const base = { type: 'info', process: 'nemesis', f: 'kill' } as const;
    if (dead.size > 0 && drawn.chance(0.4)) {
      dead.clear();
      return { ...base, value: { stopped: 'kill', evidence: 'they run' } };
    }
    const node = one(drawn, nodes);
    if (dead.size === 0 || drawn.chance(0.2)) {
      dead.clear();
      dead.add(node);
    } else return undefined;
    const kind = drawn.chance(0.8) ? 'kill' : 'pause';
    if (kind === 'pause') dead.clear();
    const detail = drawn.chance(0.3) ? { permanent: true } : {};
    const fault = { kind, f: 'kill', shape: 'one', nodes: [node], detail, description: 'killed' };
    return { ...base, value: { fault, evidence: 'gone' } };
  };
  const ask = (drawn: Random): Asked => ({
    f: 'suspects',
    input: null,
    node: one(drawn, nodes),
    answer: () => (isTidy && drawn.chance(0.8) ? [...dead] : nodes.filter(() => drawn.chance(0.3))),
  });
  return {
    operations: 6,
    clients: 3,
    ask,
    faults: kill,
    finals: (drawn) => Array.from({ length: drawn.int(4) }, () => ask(drawn)),
  };
}

interface Death {
  readonly node: string;
  readonly from: number;
  readonly to: number;
  readonly ns: number;
}

interface Told {
  readonly fault?: {
    readonly kind: string;
    readonly nodes: readonly string[];
    readonly detail: { readonly permanent?: boolean };
  };
  readonly stopped?: string;
}

/** A kill lasts to whatever the nemesis of kills did next, or for ever. */
function deathsOf(history: History): readonly Death[] {
  const said = [...history.eachEvent()].filter(({ process }) => process === 'nemesis');
  return said.flatMap(({ index, time, value }, i) => {
    const { fault } = value as Told;
    if (fault?.kind !== 'kill') return [];
    const next = said.slice(i + 1).find((later) => {
      const { fault: started, stopped } = later.value as Told;
      return stopped === 'kill' || started?.kind === 'kill';
    });
    const to = fault.detail.permanent === true ? Infinity : (next?.index ?? Infinity);
    return fault.nodes.map((node) => ({ node, from: index, to, ns: time }));
  });
}

function detected(
  operations: readonly Plain[],
  history: History,
  { detectWithinMs = Infinity, neverWrong = false },
): Judged {
  const deaths = deathsOf(history);
  const firstFault = [...history.eachEvent()].find(
    ({ process, value }) => process === 'nemesis' && (value as Told).fault !== undefined,
  );
  const types = new Set<string>();
  const answers = operations.filter(({ isOk }) => isOk);
  let count = 0;
  for (const { node, begin, end, beginNs, final, output } of answers) {
    const mayBeDead = (other: string): boolean =>
      deaths.some((death) => death.node === other && death.from < end && death.to > begin);
    if (mayBeDead(node)) continue;
    const suspects = output as readonly string[];
    for (const death of deaths) {
      const isDeadThroughout = death.from <= begin && death.to >= end;
      if (!isDeadThroughout || suspects.includes(death.node)) continue;
      const isLate = (beginNs - death.ns) / 1e6 > detectWithinMs;
      if (!isLate && !(final && death.to === Infinity)) continue;
      types.add('undetected-crash');
      count += 1;
    }
    for (const suspect of suspects) {
      if (mayBeDead(suspect)) continue;
      if (!final && !(neverWrong && end < (firstFault?.index ?? Infinity))) continue;
      types.add('false-suspicion');
      count += 1;
    }
  }
  const open = !answers.some(({ final }) => final) || deaths.length === 0;
  return { types, open, count };
}

test.each([{}, { detectWithinMs: 6 }, { neverWrong: true }])('failure detectors: %j', (options) => {
  agree(
    failureDetector(options),
    suspicions,
    (operations, history) => detected(operations, history, options),
    { runs, types: ['unknown', 'undetected-crash', 'false-suspicion'] },
  );
});
