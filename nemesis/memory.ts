/** Takes memory from nodes: what does not fit is taken back from their file cache, or kills them. */
import {
  aim,
  aimedNodes,
  type Battlefield,
  bytesParameter,
  type Fault,
  type FaultReport,
  type Limits,
  listed,
  type Nemesis,
  type NodeId,
  nodeTargets,
} from '../src/sdk.ts';

/** Nodes with a limit in force. */
const squeezed = new WeakMap<Limits, Set<NodeId>>();
const mebibyte = 2 ** 20;
const headroomRange = { min: 64 * 1024, max: 2 ** 40 };

export default {
  name: 'memory',
  summary: 'Limits the memory of nodes; the kernel kills those that need more (control group).',
  shapes: nodeTargets,
  parameters: {
    headroom: 'How much more than it holds now a node may take: 16M.',
  },
  needs: ['process', 'memory'],
  stopF: 'stop-memory',

  propose(context, source) {
    const [{ target, nodes, detail, text }, next] = aim(context.shape, context, source);
    const headroom = bytesParameter(context.parameters, 'headroom', 16 * mebibyte, headroomRange);
    const fault = { kind: 'memory', f: 'start-memory', shape: target, nodes };
    const description = describe(text, headroom);
    return [{ ...fault, detail: { ...detail, headroom }, description }, next];
  },

  async start(fault, field, signal): Promise<FaultReport> {
    const { limits } = field;
    const { nodes, note, detail } = await aimedNodes(fault, field, signal);
    const headroom = typeof detail['headroom'] === 'number' ? detail['headroom'] : 16 * mebibyte;
    const set = squeezed.get(limits) ?? new Set<NodeId>();
    squeezed.set(limits, set);
    for (const node of nodes) set.add(node);
    const said = await Promise.all(nodes.map((node) => limits.setMemory(node, headroom, signal)));
    const description = describe(listed(nodes), headroom);
    const done = { ...fault, nodes, detail, description } satisfies Fault;
    const evidence = [...(note === '' ? [] : [note]), ...said].join('; ');
    return { result: 'verified', fault: done, evidence };
  },

  async stop(field, signal) {
    const nodes = [...(squeezed.get(field.limits) ?? [])];
    const said = await Promise.all(
      nodes.map(async (node) => {
        const seen = await field.limits.setMemory(node, null, signal);
        return `${seen}${await startAgain(node, field, signal)}`;
      }),
    );
    squeezed.delete(field.limits);
    return said.length === 0 ? 'no node was short of memory' : said.join('; ');
  },
} satisfies Nemesis;

/** A node that the kernel has killed is a node that is down. */
async function startAgain(
  node: NodeId,
  { cluster }: Battlefield,
  signal: AbortSignal,
): Promise<string> {
  if (cluster.state(node) !== 'down') return '';
  await cluster.start(node, signal);
  return `, ${node} started again`;
}

function describe(whose: string, headroom: number): string {
  return `${whose} with ${Number((headroom / mebibyte).toFixed(1))} MiB of memory to spare`;
}
