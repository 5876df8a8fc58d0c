/**
 * Which nodes a fault is aimed at: Jepsen's node specs, drawn from a seed.
 *
 * Sizes are strict: a minority always leaves a majority of the others untouched (for four
 * nodes it is one, where Jepsen's is two), and `minority-third` stays below one third, the
 * bound of Byzantine fault tolerance. A target that would be empty in a cluster of this size
 * is refused when asked for and not drawn when not: an empty fault is a silent pass.
 */
import { UsageError } from '../base/errors.ts';
import { drawInt, type Prng, shuffle } from '../base/prng.ts';
import { didYouMean, listed, plural } from '../base/text.ts';
import type { NodeId } from './fault.ts';

export interface NodeTarget {
  readonly name: string;
  readonly summary: string;
}

/** All named targets. Besides these, nodes can be named themselves: `n1+n3`. */
export const nodeTargets: readonly NodeTarget[] = [
  { name: 'one', summary: 'one random node' },
  { name: 'some', summary: 'a random, non-empty set of nodes' },
  { name: 'minority', summary: 'as many nodes as leave a majority of others' },
  { name: 'minority-third', summary: 'less than a third of the nodes' },
  { name: 'majority', summary: 'the smallest majority of the nodes' },
  { name: 'primaries', summary: 'the nodes that say they lead' },
  { name: 'all', summary: 'every node' },
];

/** What a target came to. Primaries are only known at the moment of the fault. */
export type ChosenNodes =
  | { readonly kind: 'nodes'; readonly nodes: readonly NodeId[] }
  /** `otherwise`: the node to take if nobody leads at that moment. */
  | { readonly kind: 'primaries'; readonly otherwise: NodeId };

export function majoritySize(nodeCount: number): number {
  return Math.floor(nodeCount / 2) + 1;
}

/** The largest strict minority; 0 for one or two nodes. */
export function minoritySize(nodeCount: number): number {
  return Math.floor((nodeCount - 1) / 2);
}

/** The largest number below one third of the nodes; 0 for up to three. */
export function minorityThirdSize(nodeCount: number): number {
  return Math.floor((nodeCount - 1) / 3);
}

/** The targets that a random draw takes, as Jepsen's combined packages have them. */
export function drawableTargets(nodeCount: number): readonly string[] {
  return nodeTargets
    .map((target) => target.name)
    .filter((name) => name !== 'primaries' && sizeOf(name, nodeCount) > 0);
}

/**
 * Draws the nodes that `target` names, in the order of `nodes`.
 * @throws UsageError if there is no such target, no such node, or nothing that it could mean.
 */
export function chooseNodes(
  target: string,
  nodes: readonly NodeId[],
  source: Prng,
): readonly [ChosenNodes, Prng] {
  if (target === 'primaries') {
    const [index, next] = drawInt(source, nodes.length);
    return [{ kind: 'primaries', otherwise: nodes[index] ?? '' }, next];
  }
  if (!nodeTargets.some(({ name }) => name === target))
    return [{ kind: 'nodes', nodes: namedNodes(target, nodes) }, source];
  const size = sizeOf(target, nodes.length);
  if (size === 0)
    throw new UsageError(
      `there is no ${target} of ${plural(nodes.length, 'node')}: the fault would touch nobody. Use more nodes (--node-count), or the target "one".`,
    );
  const [drawnSize, rest] = target === 'some' ? drawInt(source, size) : [size - 1, source];
  const [shuffled, next] = shuffle(rest, nodes);
  const chosen = new Set(shuffled.slice(0, drawnSize + 1));
  return [{ kind: 'nodes', nodes: nodes.filter((node) => chosen.has(node)) }, next];
}

/**
 * The nodes in a text such as `n1+n3`, in the order of `nodes`.
 * @throws UsageError naming the part that is no node.
 */
export function namedNodes(text: string, nodes: readonly NodeId[]): readonly NodeId[] {
  const names = text.split('+').map((name) => name.trim());
  for (const name of names)
    if (!nodes.includes(name)) {
      const words = nodeTargets.map((target) => target.name);
      throw new UsageError(
        `"${name}" is neither a node nor a target.${didYouMean(name, [...nodes, ...words])} Nodes: ${listed(nodes)} (join several with +). Targets: ${listed(words)}.`,
      );
    }
  return nodes.filter((node) => names.includes(node));
}

/** For `some` the largest size that it may have. */
function sizeOf(target: string, nodeCount: number): number {
  switch (target) {
    case 'one':
      return Math.min(1, nodeCount);
    case 'minority':
      return minoritySize(nodeCount);
    case 'minority-third':
      return minorityThirdSize(nodeCount);
    case 'majority':
      return majoritySize(nodeCount);
    default:
      return nodeCount;
  }
}
