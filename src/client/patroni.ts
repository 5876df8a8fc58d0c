/**
 * What Patroni tells of its cluster over HTTP, as load balancers ask it: `GET /primary` is 200 on
 * the node that holds the leader's lock and 503 on all others, `GET /cluster` lists the members.
 */
import { messageOf } from '../base/errors.ts';
import { isArray, isObject, type Json } from '../base/json.ts';
import type { NodePlace } from '../contract/target.ts';

export const patroniPort = 8008;

/** One question to a load balancer's health check takes no longer. */
const askLimitMs = 700;

export function patroniUrl({ address }: NodePlace): string {
  return `http://${address}:${patroniPort}`;
}

/** True if Patroni on this node says that it holds the lock. Rejects if it says nothing. */
export async function isPatroniPrimary(place: NodePlace, signal: AbortSignal): Promise<boolean> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(askLimitMs)]);
  const response = await fetch(`${patroniUrl(place)}/primary`, { signal: limited });
  await response.text();
  return response.status === 200;
}

/**
 * A node that is a primary by its own account, for the client with this number: where two are,
 * clients are spread over them, as a load balancer does.
 * @throws Error if none says so
 */
export async function patroniPrimary(
  places: readonly NodePlace[],
  client: number,
  signal: AbortSignal,
): Promise<NodePlace> {
  const answers = await Promise.all(
    places.map(async (place) => isPatroniPrimary(place, signal).catch(() => false)),
  );
  signal.throwIfAborted();
  const primaries = places.filter((_, i) => answers[i] === true);
  const chosen = primaries[client % primaries.length];
  if (chosen === undefined) throw new Error('no node is a primary');
  return chosen;
}

/** The answer of a node to `GET /cluster`. */
export async function askPatroniCluster(place: NodePlace, signal: AbortSignal): Promise<Json> {
  const response = await fetch(`${patroniUrl(place)}/cluster`, { signal });
  const text = await response.text();
  try {
    return JSON.parse(text) as Json;
  } catch (thrown) {
    throw new Error(`Patroni on ${place.node} answered ${response.status}: ${messageOf(thrown)}`);
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
  const { name = '?', role = '?', state = '?' } = member;
  return `${String(name)} (${String(role)}) ${String(state)}`;
}
