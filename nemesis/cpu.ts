/** Slows nodes down: a busy neighbour, a starved virtual machine, a processor that overheats. */
import {
  aim,
  aimedNodes,
  type Fault,
  type FaultReport,
  type Limits,
  listed,
  type Nemesis,
  type NodeId,
  nodeTargets,
  numberParameter,
} from '../src/sdk.ts';

/** Nodes with a limit in force. */
const slowed = new WeakMap<Limits, Set<NodeId>>();
const shareRange = { min: 0.01, max: 1 };

export default {
  name: 'cpu',
  summary: 'Leaves nodes a share of one core (control group, or SIGSTOP and SIGCONT in turn).',
  shapes: nodeTargets,
  parameters: {
    share: 'How much of one core all processes of a node may use together: 0.1.',
  },
  needs: ['process', 'cpu'],
  stopF: 'stop-cpu',

  propose(context, source) {
    const [{ target, nodes, detail, text }, next] = aim(context.shape, context, source);
    const share = numberParameter(context.parameters, 'share', 0.1, shareRange);
    const fault = { kind: 'cpu', f: 'start-cpu', shape: target, nodes };
    return [{ ...fault, detail: { ...detail, share }, description: describe(text, share) }, next];
  },

  async start(fault, field, signal): Promise<FaultReport> {
    const { limits } = field;
    const { nodes, note, detail } = await aimedNodes(fault, field, signal);
    const share = typeof detail['share'] === 'number' ? detail['share'] : 0.1;
    const set = slowed.get(limits) ?? new Set<NodeId>();
    slowed.set(limits, set);
    for (const node of nodes) set.add(node);
    const said = await Promise.all(nodes.map((node) => limits.setCpu(node, share, signal)));
    const description = describe(listed(nodes), share);
    const done = { ...fault, nodes, detail, description } satisfies Fault;
    const evidence = [...(note === '' ? [] : [note]), ...said].join('; ');
    return { result: 'verified', fault: done, evidence };
  },

  async stop({ limits }, signal) {
    const nodes = [...(slowed.get(limits) ?? [])];
    slowed.delete(limits);
    const said = await Promise.all(nodes.map((node) => limits.setCpu(node, null, signal)));
    return said.length === 0 ? 'no node was slowed' : said.join('; ');
  },
} satisfies Nemesis;

function describe(whose: string, share: number): string {
  return `${whose} with ${Number((share * 100).toFixed(1))} % of a core`;
}
