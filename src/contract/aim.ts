/**
 * What nemeses that strike nodes share: drawing the nodes of a fault, and finding out at the
 * moment of the fault who `primaries` are.
 */
import { UsageError } from '../base/errors.ts';
import type { JsonObject } from '../base/json.ts';
import { type Prng, pick } from '../base/prng.ts';
import { listed } from '../base/text.ts';
import type { Fault, NodeId } from '../fault/fault.ts';
import { chooseNodes, drawableTargets } from '../fault/targets.ts';
import type { ProposeContext } from './nemesis.ts';
import type { Battlefield } from './testbed.ts';

/**
 * Where the target can tell who leads, every second random fault strikes the leader, the first
 * one too: a fault that spares it seldom shows anything, and a short run has few.
 */
export function isTurnOfPrimaries({ knowsPrimaries, ordinal = 0 }: ProposeContext): boolean {
  return knowsPrimaries === true && ordinal % 2 === 0;
}

/** Nodes of a fault, as its fields hold them. */
export interface Aim {
  /** The target drawn or asked for: `one`, `majority`, `n1+n3`, … */
  readonly target: string;
  /** Empty while the target is `primaries`. */
  readonly nodes: readonly NodeId[];
  /** To be put into the fault's `detail`, for `aimedNodes`. */
  readonly detail: JsonObject;
  /** `n1 and n3`, or `the primaries`. */
  readonly text: string;
}

/**
 * Draws nodes. Without a target, draws that first: among `targets` if given, else among
 * those of Jepsen's combined packages and, in their turn, the primaries.
 * @throws UsageError if the target makes no sense for these nodes.
 */
export function aim(
  target: string | undefined,
  context: ProposeContext,
  source: Prng,
  targets?: readonly string[],
): readonly [Aim, Prng] {
  const choices = drawableTargets(context.nodes.length).filter(
    (name) => targets === undefined || targets.includes(name),
  );
  const [random, rest] = target === undefined ? pick(source, choices) : [target, source];
  const takesLeader = target === undefined && targets === undefined && isTurnOfPrimaries(context);
  const drawn = takesLeader ? 'primaries' : random;
  const [chosen, next] = chooseNodes(drawn, context.nodes, rest);
  if (chosen.kind === 'nodes') {
    const { nodes } = chosen;
    return [{ target: drawn, nodes, detail: {}, text: listed(nodes) }, next];
  }
  if (context.knowsPrimaries === false) throw noPrimaries();
  const detail = { primaries: true, otherwise: chosen.otherwise };
  return [{ target: drawn, nodes: [], detail, text: 'the primaries' }, next];
}

/**
 * The nodes of a fault at the moment of its start. `note` says how primaries were found; it
 * is empty for a fault that named its nodes. `detail` is the fault's without the question.
 * @throws UsageError if the target cannot tell who leads.
 */
export async function aimedNodes(
  fault: Fault,
  field: Battlefield,
  signal: AbortSignal,
): Promise<{ nodes: readonly NodeId[]; note: string; detail: JsonObject }> {
  const { primaries, otherwise, ...detail } = fault.detail;
  if (primaries !== true) return { nodes: fault.nodes, note: '', detail: fault.detail };
  const found = await leaders(field, signal);
  if (found.length > 0) return { nodes: found, note: `${listed(found)} said it leads`, detail };
  // During an election nobody leads. A node is hit all the same, and the record says which.
  const instead = typeof otherwise === 'string' ? otherwise : (field.cluster.nodes[0] ?? '');
  return { nodes: [instead], note: `no node said it leads; took ${instead} instead`, detail };
}

/** Nodes that say they lead, in the order of the cluster. */
export async function leaders(
  { cluster }: Battlefield,
  signal: AbortSignal,
): Promise<readonly NodeId[]> {
  if (cluster.primaries === undefined) throw noPrimaries();
  const found = await cluster.primaries(signal);
  return cluster.nodes.filter((node) => found.includes(node));
}

function noPrimaries(): UsageError {
  return new UsageError(
    'the target "primaries" needs nodes that tell who leads, and these do not (a node on the dsx SDK reports it by its status). Use another target, such as "one" or "majority".',
  );
}
