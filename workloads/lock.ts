/**
 * A lock with a lease, and a resource that it guards.
 *
 * Each client competes for the lock, writes to the resource under the fencing token that it was
 * given, and releases the lock. Some holders stall for longer than their lease, as a process in
 * a long garbage collection does, and go on as if nothing had happened: the resource must refuse
 * them once somebody else has written (Kleppmann, "How to do distributed locking", 2016).
 *
 * Many locks, one after the other: one whose holder crashed is soon left alone.
 */
import {
  type Client,
  concurrencyLimit,
  concurrentKeys,
  drawInt,
  drawUnit,
  enough,
  fencedResource,
  fork,
  type Generator,
  type HistoryEvent,
  isObject,
  type Json,
  type JsonObject,
  limit,
  linearizable,
  lockHolds,
  type OpRequest,
  type OptionValues,
  type Outcome,
  type Prng,
  type Rested,
  type RpcChannel,
  RpcError,
  type Script,
  sequence,
  sessions,
  UsageError,
  untilOk,
  type Workload,
} from '../src/sdk.ts';

const nsPerMs = 1_000_000;
const writesPerHold = 2;
/** How often a resource is read before it is left unread. */
const lastTriesMax = 20;

/** Undefined while it does not hold the lock. */
type Held = { readonly token: number; readonly writesLeft: number } | undefined;

interface Manners {
  /** 0: a grant lasts until it is released. */
  readonly leaseMs: number;
  readonly stallProbability: number;
  /** The longest that a holder does nothing before it writes or releases, unless it stalls. */
  readonly holdMs: number;
  readonly writes: boolean;
}

function mannersOf(options: OptionValues): Manners {
  const leaseMs = Number(options['lease']);
  return {
    leaseMs,
    stallProbability: leaseMs === 0 ? 0 : Number(options['stall']),
    holdMs: Number(options['hold']),
    writes: options['fencing'] === 'yes',
  };
}

function holderScript(manners: Manners): Script<Held> {
  return {
    begin: undefined,
    next(held, source, serial): readonly [OpRequest, Prng] {
      if (held === undefined) return [{ f: 'acquire', value: null }, source];
      if (held.writesLeft === 0) return [{ f: 'release', value: null }, source];
      return [{ f: 'write', value: { token: held.token, value: serial } }, source];
    },
    ended: (held, event, source) => rested(manners, held, event, source),
  };
}

function rested(
  manners: Manners,
  held: Held,
  event: HistoryEvent,
  source: Prng,
): readonly [Rested<Held>, Prng] {
  const isGrant = isGranted(event);
  const [restMs, afterRest] = drawInt(source, isGrant ? manners.holdMs : 40);
  const shortly = (state: Held): readonly [Rested<Held>, Prng] => [
    { state, restNs: restMs * nsPerMs },
    afterRest,
  ];
  if (event.f === 'acquire') {
    // Refused: it comes back when the holder may be done.
    if (!isGrant) return [{ state: undefined, restNs: (50 + 4 * restMs) * nsPerMs }, afterRest];
    const token = tokenOf(event.value ?? null);
    const writesLeft = manners.writes && token !== undefined ? writesPerHold : 0;
    const state: Held = { token: token ?? 0, writesLeft };
    const [chance, rest] = drawUnit(afterRest);
    if (chance >= manners.stallProbability) return [{ state, restNs: restMs * nsPerMs }, rest];
    return [{ state, restNs: (manners.leaseMs * (1.2 + chance) + restMs) * nsPerMs }, rest];
  }
  if (event.f === 'write' && held !== undefined)
    return shortly({ ...held, writesLeft: held.writesLeft - 1 });
  // A release that certainly did not happen is tried again.
  return shortly(event.type === 'fail' ? held : undefined);
}

function isGranted({ f, type, value }: HistoryEvent): boolean {
  return f === 'acquire' && type === 'ok' && value !== false;
}

function tokenOf(value: Json): number | undefined {
  const token = isObject(value) ? value['token'] : value;
  return typeof token === 'number' ? token : undefined;
}

/**
 * The client of one process. "Precondition failed" (22) answers an acquire of a lock that is
 * held and a release by one who does not hold it: both are answers, recorded as `ok` with
 * `false`. Of a write it is a refusal, recorded as `fail`.
 */
function lockClient(rpc: RpcChannel, options: OptionValues): Client {
  const leaseMs = Number(options['lease']);
  let token: number | null = null;
  return {
    async invoke({ f, key = 0, value, process }, signal): Promise<Outcome> {
      const owner = `p${process}`;
      const common = { lock: key, owner };
      try {
        if (f === 'acquire') {
          const reply = await rpc.request({ ...common, type: f, lease_ms: leaseMs }, signal);
          token = tokenOf(reply['token'] ?? null) ?? null;
          return { type: 'ok', value: token ?? true };
        }
        if (f === 'release') {
          await rpc.request({ ...common, type: f, token }, signal);
          return { type: 'ok', value: true };
        }
        return f === 'write' && isObject(value)
          ? await write(rpc, { ...value, lock: key }, signal)
          : await read(rpc, key, signal);
      } catch (thrown) {
        if (!(thrown instanceof RpcError)) throw thrown;
        return refusal(f, thrown);
      }
    },
    close: async () => {
      rpc.close();
    },
  };
}

async function write(rpc: RpcChannel, fields: JsonObject, signal: AbortSignal): Promise<Outcome> {
  await rpc.request({ type: 'write', ...fields }, signal);
  const { token = null, value = null } = fields;
  return { type: 'ok', value: { token, value } };
}

async function read(rpc: RpcChannel, lock: Json, signal: AbortSignal): Promise<Outcome> {
  const reply = await rpc.request({ type: 'read', lock }, signal);
  return { type: 'ok', value: reply['value'] ?? null };
}

function refusal(f: string, error: RpcError): Outcome {
  const isAnswer = error.code === 'precondition-failed' && f !== 'write' && f !== 'read';
  if (isAnswer) return { type: 'ok', value: false };
  const harmless = error.definite || f === 'read';
  return { type: harmless ? 'fail' : 'info', error: [error.code, error.message] };
}

/** One read of a resource. One that fails must not leave the lock unjudged: it is tried again. */
function lastRead(rng: Prng, key: Json): Generator {
  const read: Script<null> = {
    begin: null,
    next: (_state, source) => [{ f: 'read', key, value: null, final: true }, source],
    ended: (_state, _event, source) => [{ state: null, restNs: 200 * nsPerMs }, source],
  };
  const tries = sessions(fork(rng, `read ${JSON.stringify(key)}`), read);
  return untilOk(limit(lastTriesMax, concurrencyLimit(1, tries)));
}

function isSequential(model: string): boolean {
  return model === 'mutex' || model === 'fenced-mutex';
}

/** The models of sequential locks know neither leases nor the resource. */
function refuseLeases(model: string, { leaseMs, writes }: Manners): void {
  if (leaseMs === 0 && !writes) return;
  throw new UsageError(
    `the model ${model} is of a lock without lease; use it with --option lease=0 --option fencing=no`,
  );
}

export default {
  name: 'lock',
  aliases: [],
  summary: 'A lock with leases, and a resource that refuses former holders by fencing tokens.',
  object: 'lock',
  functions: ['acquire', 'release'],
  options: {
    fencing: {
      summary: 'whether grants have fencing tokens, which a resource checks that holders write to',
      default: 'yes',
      choices: ['yes', 'no'],
    },
    lease: {
      summary: 'milliseconds after which a grant ends by itself; 0: never',
      default: '400',
    },
    stall: {
      summary: 'the probability that a holder stalls for longer than its lease',
      default: '0.1',
    },
    hold: {
      summary: 'milliseconds, at most, that a holder does nothing after its grant',
      default: '40',
    },
    'ops-per-lock': { summary: 'operations on a lock before it is left', default: '150' },
    'threads-per-lock': {
      summary: 'clients that compete for a lock; 0: one a node, or all if there are fewer',
      default: '0',
    },
  },
  defaults: { rate: 200, concurrency: '4n' },
  models: ['lock', 'mutex', 'fenced-mutex'],
  generator({ rng, nodes, concurrency, options }) {
    const asked = Number(options['threads-per-lock']);
    const group = asked > 0 ? asked : Math.min(nodes.length, concurrency);
    const manners = mannersOf(options);
    const main = concurrentKeys(
      group,
      (position) => position,
      (key) =>
        limit(
          Number(options['ops-per-lock']),
          sessions(fork(rng, `lock ${JSON.stringify(key)}`), holderScript(manners)),
        ),
    );
    if (!manners.writes) return { main };
    return { main, final: (keys) => sequence(...keys.map((key) => lastRead(rng, key))) };
  },
  maelstrom: lockClient,
  checkers(model, options) {
    const manners = mannersOf(options);
    if (isSequential(model)) {
      refuseLeases(model, manners);
      return [linearizable(model), enough(['acquire', 'release'])];
    }
    const holds = lockHolds(manners.leaseMs === 0 ? {} : { leaseMs: manners.leaseMs });
    // A release that succeeds proves nothing: with leases a holder may always come too late.
    if (!manners.writes) return [holds, enough(['acquire'])];
    return [holds, fencedResource(), enough(['acquire', 'write', 'read'])];
  },
} satisfies Workload;
