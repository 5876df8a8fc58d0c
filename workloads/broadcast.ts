/**
 * Maelstrom's broadcast: a message that one node is given reaches every node, some time.
 *
 * Each node is told its neighbours in a topology, which it may follow or not. At the end, when
 * all is healed, reads are repeated until every node shows every acknowledged message, or until
 * `settle-time` is over; then come the final reads, one by every client, which must show them all.
 */
import {
  enough,
  fieldShapes,
  lastReads,
  listIn,
  messageOf,
  mix,
  type NodeId,
  type RpcFunctions,
  rpcClient,
  secondsToNs,
  setFull,
  showsAll,
  TargetError,
  unfold,
  type Workload,
} from '../src/sdk.ts';

const functions: RpcFunctions = {
  broadcast: {
    request: ({ value }) => ({ type: 'broadcast', message: value }),
    reply: {},
    isHarmless: false,
  },
  read: {
    request: () => ({ type: 'read' }),
    reply: { messages: fieldShapes.list },
    result: ({ messages }) => listIn(messages),
    isHarmless: true,
  },
};

const read = { f: 'read', value: null };

type Neighbours = Readonly<Record<NodeId, readonly NodeId[]>>;

/** Maelstrom's topologies. A neighbour's neighbour is the node itself. */
const topologies: Readonly<Record<string, (nodes: readonly NodeId[]) => Neighbours>> = {
  grid: (nodes) => linked(nodes, gridLinks(nodes.length)),
  line: (nodes) =>
    linked(
      nodes,
      nodes.slice(1).map((_, i) => [i, i + 1] as const),
    ),
  tree: (nodes) => linked(nodes, treeLinks(nodes.length, 2)),
  tree2: (nodes) => linked(nodes, treeLinks(nodes.length, 2)),
  tree3: (nodes) => linked(nodes, treeLinks(nodes.length, 3)),
  tree4: (nodes) => linked(nodes, treeLinks(nodes.length, 4)),
  total: (nodes) =>
    linked(
      nodes,
      nodes.flatMap((_, b) => nodes.slice(0, b).map((_other, a) => [a, b] as const)),
    ),
};

type Links = readonly (readonly [a: number, b: number])[];

/** Rows of as many nodes as a square of them would have; each next to up to four others. */
function gridLinks(count: number): Links {
  const side = Math.ceil(Math.sqrt(count));
  return Array.from({ length: count }, (_, i) => i).flatMap((i) => [
    ...((i + 1) % side !== 0 && i + 1 < count ? [[i, i + 1] as const] : []),
    ...(i + side < count ? [[i, i + side] as const] : []),
  ]);
}

/** Each node but the first below an earlier one, at most `branches` below each. */
function treeLinks(count: number, branches: number): Links {
  return Array.from(
    { length: Math.max(0, count - 1) },
    (_, i) => [Math.floor(i / branches), i + 1] as const,
  );
}

function linked(nodes: readonly NodeId[], links: Links): Neighbours {
  return Object.fromEntries(
    nodes.map((node, i) => [
      node,
      links.flatMap(([a, b]) => (a === i ? [nodes[b] ?? ''] : b === i ? [nodes[a] ?? ''] : [])),
    ]),
  );
}

export default {
  name: 'broadcast',
  aliases: [],
  summary: 'Messages given to one node reach every node.',
  object: 'broadcast',
  functions: ['broadcast', 'read'],
  options: {
    topology: {
      summary: 'the neighbours that nodes are told of, as Maelstrom names them',
      default: 'grid',
      choices: Object.keys(topologies),
    },
    'settle-time': {
      summary: 'seconds, at most, until every node must show every message, after healing',
      default: '10',
    },
  },
  defaults: { rate: 100, concurrency: '2n' },
  models: ['eventual-consistency', 'linearizable'],
  generator: ({ rng, options }) => ({
    main: mix(rng, [
      unfold(0, (n) => [{ f: 'broadcast', value: n }, n + 1]),
      unfold(null, () => [read, null]),
    ]),
    remembers: ({ type, f }) => type === 'ok' && f === 'broadcast',
    final: (_keys, acknowledged) =>
      lastReads({
        op: read,
        isSettled: showsAll(acknowledged),
        pauseNs: secondsToNs(0.25),
        limitNs: secondsToNs(Number(options['settle-time'])),
      }),
  }),
  async prepare(rpc, nodes, options) {
    const topology = topologies[options['topology'] ?? 'grid']?.(nodes) ?? {};
    try {
      await rpc.request({ type: 'topology', topology }, new AbortController().signal);
    } catch (thrown) {
      throw new TargetError(
        `${rpc.node} did not take its topology: ${messageOf(thrown)}\na node of the workload broadcast answers {"type":"topology",…} with {"type":"topology_ok"}, even if it makes no use of it`,
      );
    }
  },
  maelstrom: (rpc) => rpcClient(rpc, functions),
  checkers: (model) => [
    setFull({ add: 'broadcast', everyFinalRead: true, linearizable: model === 'linearizable' }),
    enough(['broadcast', 'read']),
  ],
} satisfies Workload;
