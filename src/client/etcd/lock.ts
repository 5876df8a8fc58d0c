/**
 * The locks of etcd (`/v3/lock/lock`), and a resource that they guard, in etcd too.
 *
 * A lock is a key that lives as long as the lease of its owner. Whoever asks for a held lock
 * waits, longer perhaps than its lease lives; etcd 3.4 grants such a lock all the same, and with
 * it that of the next in line (https://jepsen.io/blog/2020-01-30-etcd-3.4.3). So a careful
 * client keeps its lease alive while it waits, and looks at its key once the lock is granted.
 *
 * | what happens | recorded as | because |
 * |---|---|---|
 * | the lock is not granted in time, and the lease was revoked | fail | the key is gone with its lease |
 * | the same, and whether the lease was revoked is not known | info | it may yet be granted, until the lease ends |
 * | the key is not there after the grant | fail | the lease ended before, and the lock with it |
 * | a write to the resource under a token that is too old | fail | the compare did not hold |
 * | whatever else | as in `gateway.ts` | |
 */
import { assert } from '../../base/assert.ts';
import { messageOf } from '../../base/errors.ts';
import { isArray, isObject, type Json, type JsonObject } from '../../base/json.ts';
import type { Client } from '../../contract/client.ts';
import type { ServerClientPlace } from '../../contract/target.ts';
import type { Outcome } from '../../history/event.ts';
import { failedRequest } from '../request-errors.ts';
import { askEtcd, EtcdError, encodeEtcd, entryIn } from './gateway.ts';

export interface EtcdLockManners {
  /**
   * True: the lease is kept alive while the client waits, and the key looked at once it is
   * granted. False: the client believes the grant, and only then begins to keep its lease alive.
   */
  readonly careful: boolean;
}

/** The shortest that etcd grants with the timeouts that it has unless told otherwise. */
const leaseSecondsMin = 2;
const keepAliveMs = 500;
/** The share of an operation's time for which it waits for a lock; the rest is for giving up. */
const waitShare = 0.7;

interface Held {
  readonly lease: string;
  readonly key: string;
  readonly keeper: KeepAlive;
}

export function etcdLock(place: ServerClientPlace, manners: EtcdLockManners): Client {
  const locks = new Locks(place, manners);
  return {
    async invoke({ f, key = 0, value }, signal) {
      const limited = AbortSignal.any([signal, AbortSignal.timeout(place.timeoutMs)]);
      try {
        if (f === 'acquire') return await locks.acquire(key, limited);
        if (f === 'release') return await locks.release(limited);
        if (f === 'write') return await write(place, key, value, limited);
        assert(f === 'read', `a lock has no ${f}`);
        const { record } = await readResource(place, key, limited);
        return { type: 'ok', value: record };
      } catch (thrown) {
        if (thrown instanceof NothingSent)
          return { type: 'fail', error: ['nothing-sent', thrown.message] };
        if (thrown instanceof EtcdError) return thrown.outcome(f === 'read');
        return failedRequest(thrown, f === 'read');
      }
    },
    close: async () => {
      locks.close();
    },
  };
}

class Locks {
  readonly #place: ServerClientPlace;
  readonly #manners: EtcdLockManners;
  /** 0: until it is released, so the lease is kept alive. */
  readonly #leaseMs: number;
  readonly #keepers = new Set<KeepAlive>();
  #held: Held | undefined;

  constructor(place: ServerClientPlace, manners: EtcdLockManners) {
    this.#place = place;
    this.#manners = manners;
    this.#leaseMs = Number(place.options['lease'] ?? 0);
  }

  async acquire(name: Json, signal: AbortSignal): Promise<Outcome> {
    const place = this.#place;
    const ttl = Math.max(leaseSecondsMin, Math.ceil(this.#leaseMs / 1000));
    // A lease without a key holds nothing.
    const granted = await askEtcd(place, 'lease/grant', { TTL: ttl }, signal).catch(nothingSent);
    const lease = granted['ID'];
    assert(typeof lease === 'string', 'a lease has an ID');
    const keeper = new KeepAlive(place, lease);
    this.#keepers.add(keeper);
    try {
      if (this.#manners.careful) keeper.start();
      const body = { name: encodeEtcd(name), lease };
      const wait = AbortSignal.any([signal, limitOf(waitShare * place.timeoutMs)]);
      const { key } = await askEtcd(place, 'lock/lock', body, wait);
      assert(typeof key === 'string', 'a granted lock has a key');
      const token = await this.#tokenOf(key, signal);
      if (token === undefined) {
        this.#drop(keeper);
        return { type: 'fail', error: ['lease-over', 'its key was gone when it was granted'] };
      }
      if (this.#leaseMs === 0) keeper.start();
      else this.#drop(keeper);
      this.#held = { lease, key, keeper };
      return { type: 'ok', value: place.options['fencing'] === 'no' ? true : token };
    } catch (thrown) {
      this.#drop(keeper);
      return this.#giveUp(lease, thrown);
    }
  }

  async release(signal: AbortSignal): Promise<Outcome> {
    const held = this.#held;
    if (held === undefined)
      return { type: 'fail', error: ['not-held', 'this client holds no lock'] };
    this.#drop(held.keeper);
    const { lease, key } = held;
    await askEtcd(this.#place, 'lock/unlock', { key }, signal);
    this.#held = undefined;
    // The key is gone, and with it the lock; the lease would end by itself.
    void askEtcd(this.#place, 'lease/revoke', { ID: lease }, AbortSignal.timeout(1000)).catch(
      () => undefined,
    );
    return { type: 'ok', value: true };
  }

  close(): void {
    for (const keeper of this.#keepers) keeper.stop();
  }

  /** The revision at which the key was made: it grows from owner to owner. Undefined: it is gone. */
  async #tokenOf(key: string, signal: AbortSignal): Promise<number | undefined> {
    if (!this.#manners.careful && this.#place.options['fencing'] === 'no') return 0;
    const entry = entryIn(await askEtcd(this.#place, 'kv/range', { key }, signal));
    return entry?.createRevision;
  }

  /** With its lease the key goes, wherever in line it stood. */
  async #giveUp(lease: string, thrown: unknown): Promise<Outcome> {
    const left = limitOf((1 - waitShare) * this.#place.timeoutMs * 0.9);
    const error: [string, string] = ['not-granted', messageOf(thrown)];
    try {
      await askEtcd(this.#place, 'lease/revoke', { ID: lease }, left);
      return { type: 'fail', error };
    } catch (again) {
      // 5: the lease is not there any more.
      const isGone = again instanceof EtcdError && again.code === 'grpc-5';
      return { type: isGone ? 'fail' : 'info', error };
    }
  }

  #drop(keeper: KeepAlive): void {
    keeper.stop();
    this.#keepers.delete(keeper);
  }
}

/** Whole milliseconds: a fraction is refused, and the request would never be sent. */
function limitOf(ms: number): AbortSignal {
  return AbortSignal.timeout(Math.max(1, Math.round(ms)));
}

/** What came before the request that does it went wrong, so that it was never sent. */
class NothingSent extends Error {
  override readonly name = 'NothingSent';
}

function nothingSent(thrown: unknown): never {
  throw new NothingSent(messageOf(thrown), { cause: thrown });
}

/** Keeps a lease alive until told to stop. */
class KeepAlive {
  readonly #place: ServerClientPlace;
  readonly #lease: string;
  #timer: NodeJS.Timeout | undefined;

  constructor(place: ServerClientPlace, lease: string) {
    this.#place = place;
    this.#lease = lease;
  }

  start(): void {
    this.#timer ??= setInterval(() => {
      const signal = AbortSignal.timeout(2 * keepAliveMs);
      // The next one may get through; if none does, the lease ends, as leases do.
      void askEtcd(this.#place, 'lease/keepalive', { ID: this.#lease }, signal).catch(
        () => undefined,
      );
    }, keepAliveMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

interface Resource {
  /** `[[token, value], …]`, the oldest first. */
  readonly record: readonly Json[];
  readonly modRevision: number;
}

async function readResource(
  place: ServerClientPlace,
  lock: Json,
  signal: AbortSignal,
): Promise<Resource> {
  const entry = entryIn(await askEtcd(place, 'kv/range', { key: resourceKey(lock) }, signal));
  const record = isArray(entry?.value) ? entry.value : [];
  return { record, modRevision: entry?.modRevision ?? 0 };
}

function resourceKey(lock: Json): string {
  return encodeEtcd(['resource', lock]);
}

/** Appends to the record unless a greater token has been there. Tries again if others do too. */
async function write(
  place: ServerClientPlace,
  lock: Json,
  value: Json,
  signal: AbortSignal,
): Promise<Outcome> {
  const { token = null, value: written = null } = isObject(value) ? value : {};
  const key = resourceKey(lock);
  for (;;) {
    // A compare that did not hold wrote nothing, nor does the read after it.
    const { record, modRevision } = await readResource(place, lock, signal).catch(nothingSent);
    const last = record.at(-1);
    const newest = isArray(last) ? Number(last[0]) : 0;
    if (Number(token) < newest)
      return { type: 'fail', error: ['token-too-old', `${newest} was there before`] };
    const compare = [{ result: 'EQUAL', target: 'MOD', key, mod_revision: modRevision }];
    const next = encodeEtcd([...record, [token, written]]);
    const body: JsonObject = { compare, success: [{ request_put: { key, value: next } }] };
    const reply = await askEtcd(place, 'kv/txn', body, signal);
    if (reply['succeeded'] === true) return { type: 'ok', value };
  }
}
