/** Makes links between nodes bad without cutting them. Links of clients stay good. */
import {
  aim,
  aimedNodes,
  type Fault,
  isArray,
  isObject,
  type JsonObject,
  type Link,
  type LinkEffect,
  listed,
  millisecondsParameter,
  type Nemesis,
  type NodeId,
  numberParameter,
  type Prng,
  type ProposeContext,
  pick,
  shuffle,
  UsageError,
} from '../src/sdk.ts';

type Parameters = ProposeContext['parameters'];

const f = 'start-packet';
const unit = { min: 0, max: 1 };
const anyMs = { min: 0, max: 3_600_000 };

/** Kinds of effects. Defaults are Jepsen's: 50 ± 10 ms, and one message in five. */
const behaviours: Readonly<Record<string, (parameters: Parameters) => LinkEffect>> = {
  delay: (parameters) => ({
    kind: 'delay',
    meanMs: millisecondsParameter(parameters, 'mean', 50, anyMs),
    jitterMs: millisecondsParameter(parameters, 'jitter', 10, anyMs),
  }),
  loss: (parameters) => ({ kind: 'loss', probability: probabilityOf(parameters) }),
  duplicate: (parameters) => ({ kind: 'duplicate', probability: probabilityOf(parameters) }),
  reorder: (parameters) => ({
    kind: 'reorder',
    probability: probabilityOf(parameters),
    delayMs: millisecondsParameter(parameters, 'late', 50, anyMs),
  }),
  corrupt: (parameters) => ({ kind: 'corrupt', probability: probabilityOf(parameters) }),
  bandwidth: (parameters) => ({
    kind: 'bandwidth',
    kilobitsPerSecond: numberParameter(parameters, 'rate', 256, { min: 1, max: 1e9 }),
  }),
  slice: (parameters) => ({
    kind: 'slice',
    bytes: numberParameter(parameters, 'bytes', 64, { min: 1, max: 65_536 }),
  }),
  reset: (parameters) => ({ kind: 'reset', probability: probabilityOf(parameters) }),
};

/** Few systems promise to survive corrupted messages, so that is never drawn, only asked for. */
const drawn = ['delay', 'loss', 'duplicate', 'reorder'];

export default {
  name: 'packet',
  summary: 'Delays, loses, duplicates, reorders or corrupts messages between nodes.',
  shapes: [
    { name: 'delay', summary: 'every message later by `mean` ± `jitter`' },
    { name: 'loss', summary: 'a message in five lost' },
    { name: 'duplicate', summary: 'a message in five delivered twice' },
    { name: 'reorder', summary: 'a message in five overtaken by those sent up to `late` after it' },
    { name: 'corrupt', summary: 'a message in five changed on its way; only if asked for' },
    { name: 'bandwidth', summary: 'a narrow line, `rate` kbit/s (real servers only)' },
    { name: 'slice', summary: 'data arrives in parts of `bytes` (testbed loopback only)' },
    { name: 'reset', summary: 'a write in five breaks its connection (testbed loopback only)' },
    { name: 'mix', summary: 'two or three of delay, loss, duplicate and reorder at once' },
  ],
  parameters: {
    mean: 'Mean delay, for delay: 50ms.',
    jitter: 'How much delays differ, for delay: 10ms.',
    probability:
      'Chance of a message to be hit, from 0 to 1, for loss, duplicate, reorder, corrupt and reset: 0.2.',
    late: 'How much later a message comes that is overtaken, for reorder: 50ms.',
    rate: 'Kilobits a second that a link carries, for bandwidth: 256.',
    bytes: 'Largest part, for slice: 64.',
    nodes: 'Whose links: all (the default), one, minority, majority, n1+n3, …',
  },
  needs: ['network-packet'],
  stopF: 'stop-packet',

  propose(context, source) {
    const { nodes, parameters } = context;
    if (nodes.length < 2)
      throw new UsageError(
        `packet faults strike links between nodes, and this cluster has ${nodes.length}. Use --node-count, or a nemesis that works on a single node (kill, pause, clock).`,
      );
    const possible = drawn.filter((name) => context.impossibleEffects?.includes(name) !== true);
    const [names, rest] = drawBehaviours(context.shape, possible, source);
    const [aimed, next] = aim(parameters['nodes'] ?? 'all', context, rest);
    const effects = names.map((name) => effectOf(name, parameters));
    const fault = {
      kind: 'packet',
      f,
      shape: names.join('+'),
      nodes: aimed.nodes,
      detail: { ...aimed.detail, effects: effects.map(jsonOf) },
      description: describe(aimed.text, effects),
    };
    return [fault, next];
  },

  async start(fault, field, signal) {
    const { nodes, note, detail } = await aimedNodes(fault, field, signal);
    const effects = effectsOf(fault);
    const links = linksOf(field.cluster.nodes, nodes);
    const description = describe(listed(nodes), effects);
    const done = { ...fault, nodes, detail, description };
    if (links.length === 0 || effects.length === 0)
      return { result: 'failed', fault: done, reason: 'there is no link, or no effect, in it' };
    const rules = links.flatMap(([from, to]) => effects.map((effect) => ({ from, to, effect })));
    const evidence = await field.network.shape('packet', rules, signal);
    return {
      result: 'verified',
      fault: done,
      evidence: note === '' ? evidence : `${note}; ${evidence}`,
    };
  },

  async stop(field, signal) {
    return field.network.shape('packet', [], signal);
  },
} satisfies Nemesis;

function drawBehaviours(
  shape: string | undefined,
  possible: readonly string[],
  source: Prng,
): readonly [readonly string[], Prng] {
  if (shape === undefined) {
    const [name, next] = pick(source, [...possible, 'mix']);
    return name === 'mix' ? drawBehaviours(name, possible, next) : [[name], next];
  }
  if (shape !== 'mix') return [shape.split('+'), source];
  const [count, rest] = pick(source, [2, 3]);
  const [order, next] = shuffle(rest, possible);
  return [possible.filter((name) => order.indexOf(name) < count), next];
}

function effectOf(name: string, parameters: Parameters): LinkEffect {
  const make = behaviours[name];
  if (make === undefined)
    throw new UsageError(
      `there is no packet fault "${name}". There are: ${listed(Object.keys(behaviours))}, joined with + to have several at once (loss+delay), and mix.`,
    );
  return make(parameters);
}

function probabilityOf(parameters: Parameters): number {
  return numberParameter(parameters, 'probability', 0.2, unit);
}

/** Every link with one of `struck` at an end. */
function linksOf(nodes: readonly NodeId[], struck: readonly NodeId[]): readonly Link[] {
  return nodes.flatMap((from) =>
    nodes
      .filter((to) => to !== from && (struck.includes(from) || struck.includes(to)))
      .map((to): Link => [from, to]),
  );
}

function describe(whose: string, effects: readonly LinkEffect[]): string {
  return `links of ${whose}: ${listed(effects.map(effectText))}`;
}

function effectText(effect: LinkEffect): string {
  switch (effect.kind) {
    case 'delay':
      return `delay ${effect.meanMs} ± ${effect.jitterMs} ms`;
    case 'drop':
      return 'drop';
    case 'bandwidth':
      return `${effect.kilobitsPerSecond} kbit/s`;
    case 'slice':
      return `slices of ${effect.bytes} bytes`;
    case 'reorder':
      return `reorder ${percent(effect.probability)} by ${effect.delayMs} ms`;
    default:
      return `${effect.kind} ${percent(effect.probability)}`;
  }
}

function percent(probability: number): string {
  return `${Number((probability * 100).toFixed(2))} %`;
}

/** A copy, because an interface is not a JSON value to the compiler. */
function jsonOf(effect: LinkEffect): JsonObject {
  return { ...effect };
}

/** Effects from a fault that may come from a file. */
function effectsOf(fault: Fault): readonly LinkEffect[] {
  const { effects } = fault.detail;
  if (!isArray(effects)) return [];
  return effects.filter(isObject).map((effect) => {
    const { kind, meanMs, jitterMs, probability, delayMs, kilobitsPerSecond, bytes } = effect;
    return effectOf(typeof kind === 'string' ? kind : '', {
      ...given('mean', meanMs),
      ...given('jitter', jitterMs),
      ...given('probability', probability),
      ...given('late', delayMs),
      ...given('rate', kilobitsPerSecond),
      ...given('bytes', bytes),
    });
  });
}

function given(name: string, value: unknown): Parameters {
  return typeof value === 'number' ? { [name]: String(value) } : {};
}
