/** Cuts the network between nodes. Links of clients stay. */
import {
  aim,
  aimedNodes,
  type Cut,
  cutText,
  drawablePartitions,
  type Fault,
  isArray,
  isolate,
  type LinkRule,
  type Nemesis,
  type NodeId,
  partitionCut,
  partitionShapes,
  pick,
} from '../src/sdk.ts';

const f = 'start-partition';

export default {
  name: 'partition',
  summary: 'Cuts links between nodes: messages on them are lost.',
  shapes: partitionShapes,
  parameters: {
    parts:
      'For the shape `literal`: sides that cannot hear each other (n1+n2|n3+n4+n5; a node on no side keeps its links), or senders and those who do not hear them (n1>n2+n3).',
  },
  needs: ['network-cut'],
  stopF: 'stop-partition',

  propose(context, source) {
    const { nodes, knowsPrimaries, parameters } = context;
    const drawable = drawablePartitions(nodes.length, knowsPrimaries === true);
    // A cluster too small for any shape is refused by partitionCut, which says why.
    const [shape, rest] =
      context.shape === undefined && drawable.length > 0
        ? pick(source, drawable)
        : [context.shape ?? 'one', source];
    if (shape === 'primaries' && nodes.length > 1) {
      const [aimed, next] = aim('primaries', context, rest);
      const description = 'each primary alone';
      return [{ kind: 'partition', f, shape, nodes: [], detail: aimed.detail, description }, next];
    }
    const asked = shape === 'literal' ? (parameters['parts'] ?? shape) : shape;
    const [cut, next] = partitionCut(asked, nodes, rest);
    return [withCut(nodes, shape, cut), next];
  },

  async start(fault, field, signal) {
    const { nodes } = field.cluster;
    const { nodes: loners, note } = await aimedNodes(fault, field, signal);
    const cut = fault.detail['primaries'] === true ? isolate(nodes, loners) : cutOf(fault);
    const cutFault = withCut(nodes, fault.shape, cut);
    if (cut.length === 0)
      return { result: 'failed', fault, reason: 'there is no link in it to cut' };
    const rules = cut.map(([from, to]): LinkRule => ({ from, to, effect: { kind: 'drop' } }));
    const evidence = await field.network.shape('partition', rules, signal);
    const said = note === '' ? evidence : `${note}; ${evidence}`;
    return { result: 'verified', fault: cutFault, evidence: said };
  },

  async stop(field, signal) {
    return field.network.shape('partition', [], signal);
  },
} satisfies Nemesis;

function withCut(nodes: readonly NodeId[], shape: string, cut: Cut): Fault {
  return {
    kind: 'partition',
    f,
    shape,
    nodes: nodes.filter((node) => cut.some((link) => link.includes(node))),
    detail: { cut },
    description: cutText(nodes, cut),
  };
}

function cutOf(fault: Fault): Cut {
  const { cut } = fault.detail;
  if (!isArray(cut)) return [];
  return cut.flatMap((link) =>
    isArray(link) && typeof link[0] === 'string' && typeof link[1] === 'string'
      ? [[link[0], link[1]] as const]
      : [],
  );
}
