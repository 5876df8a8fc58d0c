/**
 * A database of several sites, each with a copy of its own, and clients that stay at a site. A
 * transaction reads what its site had when it began; what is committed travels to the other
 * sites later, never before what its site had seen. Where two sites write one key at a time,
 * either the later one is refused, which is parallel snapshot isolation (Sovran et al.,
 * "Transactional storage for geo-replicated systems", 2011), or all sites keep the version of the
 * higher number, which is causal consistency with one order of versions.
 */
import { present } from '../../src/base/assert.ts';
import type { Json } from '../../src/base/json.ts';
import { prng, Random } from '../../src/base/prng.ts';
import { historyOf } from '../../src/history/builder.ts';
import type { EventBody } from '../../src/history/event.ts';
import type { History } from '../../src/history/history.ts';

export interface SitesShape {
  readonly conflicts: 'refused' | 'merged';
  readonly transactions: number;
  readonly clients: number;
  readonly keys: number;
  readonly lengthMax: number;
  readonly sites: number;
  /** Probability that an outcome is unknown, that a transaction aborts. */
  readonly info: number;
  readonly fail: number;
}

type Micro = [name: 'r' | 'w', key: number, value: Json];

interface Version {
  readonly value: Json;
  /** The number of the commit. */
  readonly commit: number;
}

interface Commit {
  readonly number: number;
  readonly writes: ReadonlyMap<number, Json>;
  /** By site how many of its commits were seen. */
  readonly seen: readonly number[];
}

interface Site {
  readonly store: Map<number, Version>;
  /** By site how many of its commits are here. */
  readonly applied: number[];
  readonly log: Commit[];
}

interface Running {
  readonly asked: readonly Micro[];
  /** What its site had when it began; undefined: it has not begun. */
  snapshot?: ReadonlyMap<number, Version>;
  outcome?: 'ok' | 'fail' | 'info';
}

/** Of `rw-register`. */
export function simulateSites(shape: SitesShape, seed: number): History {
  return historyOf(new Sites(shape, new Random(prng(seed))).run());
}

class Sites {
  readonly #shape: SitesShape;
  readonly #random: Random;
  readonly #events: EventBody[] = [];
  readonly #sites: readonly Site[];
  readonly #running: (Running | undefined)[];
  readonly #processes: number[];
  /** By key the number of its last commit anywhere. */
  readonly #latest = new Map<number, number>();
  #begun = 0;
  #commits = 0;
  #nextValue = 1;

  constructor(shape: SitesShape, random: Random) {
    this.#shape = shape;
    this.#random = random;
    const each = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);
    this.#sites = each(shape.sites).map(() => {
      return { store: new Map(), applied: each(shape.sites).map(() => 0), log: [] };
    });
    this.#running = each(shape.clients).map(() => undefined);
    this.#processes = [...each(shape.clients)];
  }

  run(): readonly EventBody[] {
    while (this.#begun < this.#shape.transactions || this.#running.some((t) => t !== undefined)) {
      if (this.#random.chance(0.4)) this.#travel();
      const client = this.#random.int(this.#shape.clients);
      const running = this.#running[client];
      if (running === undefined) {
        if (this.#begun < this.#shape.transactions) this.#invoke(client);
      } else if (running.snapshot === undefined)
        running.snapshot = new Map(this.#siteOf(client).store);
      else if (running.outcome === undefined) this.#commit(client, running);
      else this.#complete(client, running);
    }
    return this.#events;
  }

  #siteOf(client: number): Site {
    return present(this.#sites[client % this.#sites.length], 'site');
  }

  /** One commit reaches one more site, if all that it rests on is there. */
  #travel(): void {
    const from = this.#random.int(this.#sites.length);
    const to = present(this.#sites[this.#random.int(this.#sites.length)], 'site');
    const commit = this.#sites[from]?.log[to.applied[from] ?? 0];
    if (commit === undefined || to === this.#sites[from]) return;
    if (commit.seen.some((count, site) => site !== from && count > (to.applied[site] ?? 0))) return;
    this.#apply(to, from, commit);
  }

  #apply(site: Site, from: number, { number, writes }: Commit): void {
    for (const [key, value] of writes)
      if ((site.store.get(key)?.commit ?? 0) < number)
        site.store.set(key, { value, commit: number });
    site.applied[from] = (site.applied[from] ?? 0) + 1;
  }

  #invoke(client: number): void {
    this.#begun += 1;
    const asked: Micro[] = [];
    for (let left = 1 + this.#random.int(this.#shape.lengthMax); left > 0; left -= 1) {
      const key = this.#random.int(this.#shape.keys);
      if (this.#random.chance(0.5)) asked.push(['r', key, null]);
      else {
        asked.push(['w', key, this.#nextValue]);
        this.#nextValue += 1;
      }
    }
    const process = this.#processes[client] ?? 0;
    this.#events.push({ type: 'invoke', process, f: 'txn', value: asked });
    this.#running[client] = { asked };
  }

  #commit(client: number, running: Running): void {
    const writes = new Map<number, Json>();
    for (const [name, key, value] of running.asked) if (name === 'w') writes.set(key, value);
    const conflicts =
      this.#shape.conflicts === 'refused' &&
      [...writes.keys()].some(
        (key) => (this.#latest.get(key) ?? 0) !== (running.snapshot?.get(key)?.commit ?? 0),
      );
    const aborts = conflicts || this.#random.chance(this.#shape.fail);
    running.outcome = aborts ? 'fail' : 'ok';
    if (this.#random.chance(this.#shape.info)) running.outcome = 'info';
    if (aborts) return;
    this.#commits += 1;
    const site = this.#siteOf(client);
    const commit = { number: this.#commits, writes, seen: [...site.applied] };
    site.log.push(commit);
    for (const key of writes.keys()) this.#latest.set(key, commit.number);
    this.#apply(site, this.#sites.indexOf(site), commit);
  }

  #complete(client: number, { asked, snapshot, outcome = 'ok' }: Running): void {
    const own = new Map<number, Json>();
    const answered = asked.map(([name, key, value]): Micro => {
      if (name === 'w') own.set(key, value);
      else return [name, key, own.get(key) ?? snapshot?.get(key)?.value ?? null];
      return [name, key, value];
    });
    const process = this.#processes[client] ?? 0;
    this.#running[client] = undefined;
    const value = outcome === 'ok' ? answered : [...asked];
    const error = outcome === 'ok' ? {} : { error: ['simulated', ''] as const };
    this.#events.push({ type: outcome, process, f: 'txn', value, ...error });
    if (outcome === 'info') this.#processes[client] = process + this.#shape.clients;
  }
}
