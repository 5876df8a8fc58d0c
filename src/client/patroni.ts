/**
 * What Patroni tells of its cluster over HTTP, as load balancers ask it: `GET /primary` is 200 on
 * the node that holds the leader's lock and 503 on all others, `GET /cluster` lists the members.
 */
import { messageOf } from '../base/errors.ts';
import { isArray, isObject, type Json } from '../base/json.ts';
import type { NodePlace } from '../contract/target.ts';
import { untilAborted } from './until-aborted.ts';

export const patroniPort = 8008;

/** One question to a load balancer's health check takes no longer. */
const askLimitMs = 700;

function patroniUrl({ address }: NodePlace): string {
  return `http://${address}:${patroniPort}`;
}

/** True if Patroni on this node says that it holds the lock. Rejects if it says nothing. */
export async function isPatroniPrimary(place: NodePlace, signal: AbortSignal): Promise<boolean> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(askLimitMs)]);
  const response = await fetch(`${patroniUrl(place)}/primary`, { signal: limited });
  await response.text();
  return response.status === 200;
}

/** A check is repeated when somebody asks and the last one is older. */
const checkEveryMs = 500;
/** A node that fails so many checks in a row is down, as load balancers count. */
const fallCount = 2;

/**
 * A load balancer before the primary: whom its checks found. Where two say that they are, clients
 * are spread over them.
 */
export class PatroniBalancer {
  readonly #places: readonly NodePlace[];
  readonly #failures = new Map<NodePlace, number>();
  #checking: Promise<void> | undefined;
  #checkedAtMs = Number.NEGATIVE_INFINITY;

  constructor(places: readonly NodePlace[]) {
    this.#places = places;
  }

  /**
   * The node for a new connection of the client with this number.
   * @throws Error if no node says that it is a primary
   */
  async primary(client: number, signal: AbortSignal): Promise<NodePlace> {
    await untilAborted(this.#check(), signal, () => undefined);
    const primaries = this.#places.filter((place) => this.#failures.get(place) === 0);
    const chosen = primaries[client % primaries.length];
    if (chosen === undefined) throw new Error('no node is a primary');
    return chosen;
  }

  /** False if sessions with the node should be shut down. Checks again meanwhile. */
  isUp(place: NodePlace): boolean {
    void this.#check();
    return (this.#failures.get(place) ?? 0) < fallCount;
  }

  async #check(): Promise<void> {
    if (performance.now() - this.#checkedAtMs > checkEveryMs) this.#checking ??= this.#ask();
    return this.#checking;
  }

  async #ask(): Promise<void> {
    await Promise.all(
      this.#places.map(async (place) => {
        const isPrimary = await isPatroniPrimary(place, never).catch(() => false);
        this.#failures.set(place, isPrimary ? 0 : (this.#failures.get(place) ?? 0) + 1);
      }),
    );
    this.#checkedAtMs = performance.now();
    this.#checking = undefined;
  }
}

/** A check is over by itself. */
const never = new AbortController().signal;

/** The answer of a node to `GET /cluster`. */
export async function askPatroniCluster(place: NodePlace, signal: AbortSignal): Promise<Json> {
  const response = await fetch(`${patroniUrl(place)}/cluster`, { signal });
  const text = await response.text();
  try {
    return JSON.parse(text) as Json;
  } catch (thrown) {
    throw new Error(`Patroni on ${place.node} answered ${response.status}: ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
}

/**
 * What a cluster still lacks, in words; undefined if it is whole: so many members, one of them
 * the leader, all others replicas that follow it, and a synchronous one among them if need be.
 */
export function patroniLack(
  cluster: Json,
  nodeCount: number,
  needsSynchronous: boolean,
): string | undefined {
  const listed = isObject(cluster) ? cluster['members'] : undefined;
  const members = (isArray(listed) ? listed : []).filter(isObject);
  const well = members.filter(({ state }) => state === 'running' || state === 'streaming');
  if (well.length < nodeCount)
    return `${well.length} of ${nodeCount} members run: ${members.map(memberText).join(', ')}`;
  if (!well.some(({ role }) => role === 'leader')) return 'there is no leader';
  if (needsSynchronous && !well.some(({ role }) => role === 'sync_standby'))
    return 'there is no synchronous standby';
  return undefined;
}

function memberText(member: Readonly<Record<string, Json>>): string {
  const [name, role, state] = [member['name'], member['role'], member['state']].map((field) =>
    typeof field === 'string' ? field : '?',
  );
  return `${name ?? ''} (${role ?? ''}) ${state ?? ''}`;
}
