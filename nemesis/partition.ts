/** Cuts the network between nodes. Links of clients stay. */
import {
  aim,
  aimedNodes,
  type Battlefield,
  type Cut,
  cutText,
  drawablePartitions,
  type Fault,
  isArray,
  isolate,
  isTurnOfPrimaries,
  type LinkRule,
  leaders,
  messageOf,
  millisecondsParameter,
  type Nemesis,
  type Network,
  type NodeId,
  type Prng,
  type ProposeContext,
  partitionCut,
  partitionShapes,
  pick,
  plural,
  TargetError,
} from '../src/sdk.ts';

const f = 'start-partition';

/** How long a node may lead, for `each-leader`: time for its log to get around. */
const defaultReignMs = 20;
const reignRange = { min: 0, max: 60_000 };
/** Between two questions for who leads; far shorter than an election. */
const pollMs = 5;

/** Pursuits that are under way, which `stop` has to end. */
const pursuits = new WeakMap<Network, Pursuit>();

export default {
  name: 'partition',
  summary: 'Cuts links between nodes: messages on them are lost.',
  shapes: partitionShapes,
  parameters: {
    parts:
      'For the shape `literal`: sides that cannot hear each other (n1+n2|n3+n4+n5; a node on no side keeps its links), or senders and those who do not hear them (n1>n2+n3).',
    reign: 'For the shape `each-leader`: how long a node may lead before it is cut off: 20ms.',
  },
  needs: ['network-cut'],
  stopF: 'stop-partition',

  propose(context, source) {
    const { nodes, parameters } = context;
    const [shape, rest] = shapeOf(context, source);
    if ((shape === 'primaries' || shape === 'each-leader') && nodes.length > 1) {
      const [aimed, next] = aim('primaries', context, rest);
      const fault = { kind: 'partition', f, shape, nodes: [], detail: aimed.detail };
      if (shape === 'primaries') return [{ ...fault, description: 'each primary alone' }, next];
      const reignMs = millisecondsParameter(parameters, 'reign', defaultReignMs, reignRange);
      const description = 'whoever comes to lead alone';
      return [{ ...fault, detail: { eachLeader: true, reignMs }, description }, next];
    }
    const asked = shape === 'literal' ? (parameters['parts'] ?? shape) : shape;
    const [cut, next] = partitionCut(asked, nodes, rest);
    return [withCut(nodes, shape, cut), next];
  },

  async start(fault, field, signal) {
    const { nodes } = field.cluster;
    const { eachLeader, reignMs } = fault.detail;
    if (eachLeader === true) {
      await pursuits.get(field.network)?.end();
      const pursuit = new Pursuit(field, Number(reignMs));
      pursuits.set(field.network, pursuit);
      const evidence = await pursuit.firstCut(signal);
      return { result: 'verified', fault: { ...fault, nodes }, evidence };
    }
    const { nodes: loners, note } = await aimedNodes(fault, field, signal);
    const cut = fault.detail['primaries'] === true ? isolate(nodes, loners) : cutOf(fault);
    const cutFault = withCut(nodes, fault.shape, cut);
    if (cut.length === 0)
      return { result: 'failed', fault, reason: 'there is no link in it to cut' };
    const evidence = await field.network.shape('partition', rulesOf(cut), signal);
    const said = note === '' ? evidence : `${note}; ${evidence}`;
    return { result: 'verified', fault: cutFault, evidence: said };
  },

  async stop(field, signal) {
    const pursuit = pursuits.get(field.network);
    pursuits.delete(field.network);
    const pursued = await pursuit?.end();
    const healed = await field.network.shape('partition', [], signal);
    if (pursued?.failure !== undefined)
      throw new TargetError(`leaders could not be cut off: ${pursued.failure}`);
    return pursued === undefined ? healed : `${pursued.evidence}; ${healed}`;
  },
} satisfies Nemesis;

function shapeOf(context: ProposeContext, source: Prng): readonly [string, Prng] {
  if (context.shape !== undefined) return [context.shape, source];
  const drawable = drawablePartitions(context.nodes.length);
  // A cluster too small for any shape is refused by partitionCut, which says why.
  const [drawn, rest] = drawable.length > 0 ? pick(source, drawable) : ['one', source];
  return [isTurnOfPrimaries(context) ? 'primaries' : drawn, rest];
}

function rulesOf(cut: Cut): readonly LinkRule[] {
  return cut.map(([from, to]) => ({ from, to, effect: { kind: 'drop' } }));
}

/**
 * Cuts off each node that comes to lead, a short reign after it does, and gives the one before
 * its links back: so that one leader after the other has entries that nobody else has.
 */
class Pursuit {
  readonly #field: Battlefield;
  readonly #reignMs: number;
  readonly #ended = new AbortController();
  readonly #finished: Promise<void>;
  readonly #cutOff: NodeId[] = [];
  #firstEvidence = '';
  #failure: string | undefined;

  constructor(field: Battlefield, reignMs: number) {
    this.#field = field;
    this.#reignMs = reignMs;
    this.#finished = this.#pursue();
  }

  /** Says what was done; nothing is cut off any more when this resolves. */
  async end(): Promise<{ evidence: string; failure: string | undefined }> {
    this.#ended.abort();
    await this.#finished;
    const count = this.#cutOff.length;
    const evidence = `${plural(count, 'leader')} cut off in turn: ${this.#cutOff.join(', ')}`;
    return { evidence, failure: this.#failure };
  }

  /** Resolves to the evidence that the first leader is cut off; rejects if there is none. */
  async firstCut(signal: AbortSignal): Promise<string> {
    while (this.#firstEvidence === '') {
      signal.throwIfAborted();
      if (this.#failure !== undefined) throw new TargetError(this.#failure);
      await pause(pollMs);
    }
    return this.#firstEvidence;
  }

  /** Never rejects: what went wrong is told by `end`. */
  async #pursue(): Promise<void> {
    const { signal } = this.#ended;
    let deposed: NodeId[] = [];
    try {
      while (!signal.aborted) {
        const leading = await leaders(this.#field, signal);
        // Who was cut off as leader goes on saying so, until it hears of the next one.
        deposed = deposed.filter((node) => leading.includes(node));
        const next = leading.find((node) => !deposed.includes(node));
        if (next === undefined) {
          await pause(pollMs);
          continue;
        }
        await pause(this.#reignMs);
        const cut = isolate(this.#field.cluster.nodes, [next]);
        const evidence = await this.#field.network.shape('partition', rulesOf(cut), signal);
        this.#cutOff.push(next);
        deposed.push(next);
        if (this.#cutOff.length === 1) this.#firstEvidence = `${next} said it leads; ${evidence}`;
      }
    } catch (error) {
      if (!signal.aborted) this.#failure = messageOf(error);
    }
  }
}

async function pause(forMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, forMs));
}

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
