/**
 * Shapes of partitions: which messages a partition drops, as directed links. Named as in
 * Jepsen, where such a set of links is called a grudge.
 *
 * A shape is a pure function of the nodes and a seed. What each one promises is its law in
 * `test/property/fault-grudge.test.ts`.
 */
import { present } from '../base/assert.ts';
import { UsageError } from '../base/errors.ts';
import { drawInt, type Prng, pick, shuffle } from '../base/prng.ts';
import { didYouMean, listed, plural } from '../base/text.ts';
import type { Link, NodeId } from './fault.ts';
import { majoritySize, minoritySize, minorityThirdSize, namedNodes } from './targets.ts';

/** Directed links whose messages are dropped. */
export type Cut = readonly Link[];

interface PartitionShape {
  readonly name: string;
  readonly summary: string;
  /** The fewest nodes with which it cuts anything and keeps its promise. */
  readonly nodesMin: number;
  readonly cut: (nodes: readonly NodeId[], source: Prng) => readonly [Cut, Prng];
}

/** All shapes that can be cut without asking the cluster; `primaries` cannot. */
const namedShapes: readonly PartitionShape[] = [
  {
    name: 'one',
    summary: 'one random node alone, the others together',
    nodesMin: 2,
    cut: (nodes, source) => split(nodes, 1, source),
  },
  {
    name: 'halves',
    summary: 'two halves; with an odd number of nodes one of them is a majority',
    nodesMin: 2,
    cut: (nodes, source) => split(nodes, Math.floor(nodes.length / 2), source),
  },
  {
    name: 'minority',
    summary: 'a minority of random size cut off from the others',
    nodesMin: 3,
    cut: (nodes, source) => {
      const [smaller, next] = drawInt(source, minoritySize(nodes.length));
      return split(nodes, smaller + 1, next);
    },
  },
  {
    name: 'minority-third',
    summary: 'less than a third of the nodes cut off from the others',
    nodesMin: 4,
    cut: (nodes, source) => split(nodes, minorityThirdSize(nodes.length), source),
  },
  {
    name: 'majority',
    summary: 'the smallest majority on one side, the other nodes on the other',
    nodesMin: 3,
    cut: (nodes, source) => split(nodes, majoritySize(nodes.length), source),
  },
  {
    name: 'majorities-ring',
    summary: 'every node hears a majority, and no two hear the same one',
    nodesMin: 3,
    cut: majoritiesRing,
  },
  {
    name: 'bridge',
    summary: 'two halves that only one node still joins',
    nodesMin: 3,
    cut: bridge,
  },
  {
    name: 'one-way',
    summary: 'messages of one direction only: between two halves, or a node that is deaf or mute',
    nodesMin: 2,
    cut: oneWay,
  },
  {
    name: 'deaf',
    summary: 'one random node hears nobody, but is heard',
    nodesMin: 2,
    cut: (nodes, source) => {
      const [node, next] = pick(source, nodes);
      return [cutBetween(without(nodes, [node]), [node]), next];
    },
  },
  {
    name: 'mute',
    summary: 'one random node is heard by nobody, but hears',
    nodesMin: 2,
    cut: (nodes, source) => {
      const [node, next] = pick(source, nodes);
      return [cutBetween([node], without(nodes, [node])), next];
    },
  },
  {
    name: 'isolate-each',
    summary: 'every node alone',
    nodesMin: 2,
    cut: (nodes, source) => [isolate(nodes, nodes), source],
  },
];

/** What `--nemesis partition:…` takes, for lists and help. */
export const partitionShapes: readonly { readonly name: string; readonly summary: string }[] = [
  ...namedShapes.map(({ name, summary }) => ({ name, summary })),
  { name: 'primaries', summary: 'each node that says it leads alone' },
  {
    name: 'each-leader',
    summary: 'whoever comes to lead is cut off at once, and the one before it comes back',
  },
  { name: 'literal', summary: 'the sides given by the parameter `parts`' },
];

/** What a random draw takes: the list of Jepsen's combined packages, which Maelstrom shares. */
const drawnNames = ['one', 'minority-third', 'majority', 'majorities-ring'];

/** Names of the shapes that a random draw takes in a cluster of this size. */
export function drawablePartitions(nodeCount: number): readonly string[] {
  return namedShapes
    .filter(({ name, nodesMin }) => drawnNames.includes(name) && nodeCount >= nodesMin)
    .map(({ name }) => name);
}

/**
 * The links that `shape` cuts: a named shape, or a literal one. Literal: `n1+n2|n3` (sides
 * that cannot hear each other; a node that is not named keeps all its links) or `n1>n2+n3`
 * (messages from n1 to n2 and n3 are dropped).
 * @throws UsageError if there is no such shape, or too few nodes for it.
 */
export function partitionCut(
  shape: string,
  nodes: readonly NodeId[],
  source: Prng,
): readonly [Cut, Prng] {
  if (nodes.length < 2)
    throw new UsageError(
      `a partition needs at least 2 nodes, and this cluster has ${nodes.length}. Use --node-count, or a nemesis that works on a single node (kill, pause, clock).`,
    );
  if (/[|>]/.test(shape)) return [literalCut(shape, nodes), source];
  const wanted = shape === 'isolate-all' ? 'isolate-each' : shape;
  const found = namedShapes.find(({ name }) => name === wanted);
  if (found === undefined) {
    const names = partitionShapes.map(({ name }) => name);
    throw new UsageError(
      `there is no partition shape "${shape}".${didYouMean(shape, names)} Shapes: ${listed(names)}.`,
    );
  }
  if (nodes.length < found.nodesMin)
    throw new UsageError(
      `partition shape "${shape}" needs at least ${plural(found.nodesMin, 'node')}, and this cluster has ${nodes.length}. Use --node-count ${found.nodesMin}, or the shape "one".`,
    );
  return found.cut(nodes, source);
}

/** Each of `loners` alone: nobody hears it, and it hears nobody. */
export function isolate(nodes: readonly NodeId[], loners: readonly NodeId[]): Cut {
  return nodes.flatMap((from) =>
    nodes
      .filter((to) => from !== to && (loners.includes(from) || loners.includes(to)))
      .map((to): Link => [from, to]),
  );
}

/** Sides that cannot hear each other. */
function separate(sides: readonly (readonly NodeId[])[]): Cut {
  return sides.flatMap((side, i) =>
    sides.flatMap((other, j) => (i === j ? [] : cutBetween(side, other))),
  );
}

/** For each node those that it hears, itself included. */
export function hearing(
  nodes: readonly NodeId[],
  cut: Cut,
): ReadonlyMap<NodeId, readonly NodeId[]> {
  const dropped = new Set(cut.map(([from, to]) => `${from}\n${to}`));
  return new Map(
    nodes.map((to) => [to, nodes.filter((from) => !dropped.has(`${from}\n${to}`))] as const),
  );
}

/** `n1, n2 | n3, n4, n5` where there are sides; else who hears whom. */
export function cutText(nodes: readonly NodeId[], cut: Cut): string {
  const heard = hearing(nodes, cut);
  const sides = new Map<string, readonly NodeId[]>();
  for (const side of heard.values()) sides.set(side.join(', '), side);
  // Every node hears itself, so sets that do not overlap are sides.
  if ([...sides.values()].reduce((sum, side) => sum + side.length, 0) === nodes.length)
    return [...sides.keys()].join(' | ');
  return nodes
    .filter((node) => (heard.get(node)?.length ?? 0) < nodes.length)
    .map((node) => {
      const others = (heard.get(node) ?? []).filter((other) => other !== node);
      return `${node} hears ${others.length === 0 ? 'nobody' : `only ${listed(others)}`}`;
    })
    .join('; ');
}

function split(nodes: readonly NodeId[], size: number, source: Prng): readonly [Cut, Prng] {
  const [shuffled, next] = shuffle(source, nodes);
  return [separate([shuffled.slice(0, size), shuffled.slice(size)]), next];
}

function bridge(nodes: readonly NodeId[], source: Prng): readonly [Cut, Prng] {
  const [shuffled, next] = shuffle(source, nodes);
  const half = Math.floor(nodes.length / 2);
  // The first of the shuffled nodes is the bridge: it is on neither side.
  const sides = nodes.length % 2 === 0 ? half : half + 1;
  return [separate([shuffled.slice(1, sides), shuffled.slice(sides)]), next];
}

function oneWay(nodes: readonly NodeId[], source: Prng): readonly [Cut, Prng] {
  const [kind, rest] = drawInt(source, 3);
  const [shuffled, next] = shuffle(rest, nodes);
  const first = kind === 0 ? Math.floor(nodes.length / 2) : 1;
  const [some, others] = [shuffled.slice(0, first), shuffled.slice(first)];
  // 0: half to half. 1: a mute node. 2: a deaf one.
  return [kind === 2 ? cutBetween(others, some) : cutBetween(some, others), next];
}

/**
 * Up to five nodes: the nodes in a ring, each hearing a window of exactly a majority with
 * itself in the middle; with three nodes the window has two, so links are one-way. Above five,
 * two-way links: each node with its nearest neighbours on the ring on both sides, and where
 * that leaves it one short of a majority, with the one opposite. Degrees differ by at most one.
 *
 * No two nodes hear the same nodes: with h neighbours on each side the window is an arc, and
 * arcs around different nodes differ as long as they are not the whole ring; one opposite node
 * each does not make them equal. The property test tries every size that a laptop can hold.
 */
function majoritiesRing(nodes: readonly NodeId[], source: Prng): readonly [Cut, Prng] {
  const [ring, next] = shuffle(source, nodes);
  const count = ring.length;
  const at = (position: number): NodeId =>
    present(ring[(position + count) % count], 'node of ring');
  const heard = new Map<NodeId, Set<NodeId>>(ring.map((node) => [node, new Set([node])]));
  const joined = (to: NodeId, from: NodeId): void => void heard.get(to)?.add(from);
  const others = majoritySize(count) - 1;
  if (count <= 5) {
    const before = Math.ceil(others / 2);
    for (let i = 0; i < count; i += 1)
      for (let step = -before; step <= others - before; step += 1) joined(at(i), at(i + step));
  } else {
    const reach = Math.floor(others / 2);
    for (let i = 0; i < count; i += 1)
      for (let step = 1; step <= reach; step += 1) {
        joined(at(i), at(i + step));
        joined(at(i + step), at(i));
      }
    const opposite = Math.floor(count / 2);
    // With an odd number of nodes the last one of these has been joined once already.
    const chords = others % 2 === 0 ? 0 : Math.ceil(count / 2);
    for (let i = 0; i < chords; i += 1) {
      joined(at(i), at(i + opposite));
      joined(at(i + opposite), at(i));
    }
  }
  const links = nodes.flatMap((from) =>
    nodes.filter((to) => heard.get(to)?.has(from) === false).map((to): Link => [from, to]),
  );
  return [links, next];
}

function literalCut(text: string, nodes: readonly NodeId[]): Cut {
  const directions = text.split('>');
  const cut = text.includes('|')
    ? separate(text.split('|').map((side) => namedNodes(side, nodes)))
    : cutBetween(namedNodes(directions[0] ?? '', nodes), namedNodes(directions[1] ?? '', nodes));
  const mixed = directions.length > 2 || (directions.length === 2 && text.includes('|'));
  const twice = cut.some(([from, to]) => from === to);
  if (mixed || twice || cut.length === 0)
    throw new UsageError(
      `the partition "${text}" makes no sense: ${mixed ? 'use | between sides, or one > between senders and receivers' : twice ? 'a node is on two sides' : 'it cuts nothing'}. For example: n1+n2|n3+n4+n5, or n1>n2+n3.`,
    );
  return cut;
}

function cutBetween(from: readonly NodeId[], to: readonly NodeId[]): Cut {
  return from.flatMap((a) => to.map((b): Link => [a, b]));
}

function without(nodes: readonly NodeId[], excluded: readonly NodeId[]): readonly NodeId[] {
  return nodes.filter((node) => !excluded.includes(node));
}
