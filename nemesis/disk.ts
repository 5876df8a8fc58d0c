/**
 * Makes the disks of nodes fail: what was not synced is lost with the power, reads and writes
 * fail or are slow, files are damaged. Whatever it did to a running node's disk, the disk works
 * again when the fault ends, and a node that is down is started.
 */
import {
  type Aim,
  aim,
  aimedNodes,
  type Battlefield,
  type DiskEffect,
  type Disks,
  diskOperations,
  drawInt,
  type Fault,
  type FaultReport,
  type FileDamage,
  isArray,
  isObject,
  type JsonObject,
  listed,
  messageOf,
  millisecondsParameter,
  type Nemesis,
  type NodeId,
  nameRules,
  numberParameter,
  type PowerLoss,
  type Prng,
  type ProposeContext,
  pick,
  plural,
  UsageError,
} from '../src/sdk.ts';

type Parameters = ProposeContext['parameters'];

const unit = { min: 0, max: 1 };
/** A process that waits for its disk cannot be killed before the disk has answered. */
const delayMs = { min: 1, max: 2_000 };
const count = { min: 1, max: 1_000_000 };

/** What a fault does, in its `detail`. */
type Deed =
  | { readonly loss: PowerLoss }
  | { readonly effect: DiskEffect }
  | { readonly damage: FileDamage };

const deeds: Readonly<Record<string, (parameters: Parameters, seed: number) => Deed>> = {
  'lose-unsynced': (parameters, seed) => ({
    loss: { names: namesOf(parameters), keep: 0, seed },
  }),
  torn: (parameters, seed) => ({
    loss: {
      names: namesOf(parameters),
      keep: numberParameter(parameters, 'keep', 0.5, unit),
      seed,
    },
  }),
  slow: (parameters) => ({
    effect: { kind: 'slow', delayMs: millisecondsParameter(parameters, 'delay', 50, delayMs) },
  }),
  eio: (parameters) => ({
    effect: {
      kind: 'eio',
      operations: operationsOf(parameters['on']),
      probability: numberParameter(parameters, 'probability', 0.1, unit),
    },
  }),
  enospc: () => ({ effect: { kind: 'enospc' } }),
  bitflip: (parameters) => ({
    effect: {
      kind: 'bitflip',
      probability: numberParameter(parameters, 'probability', 0.1, unit),
    },
  }),
  corrupt: (parameters, seed) => ({
    damage: {
      kind: 'corrupt',
      amount: Math.round(numberParameter(parameters, 'bits', 8, count)),
      files: Math.round(numberParameter(parameters, 'files', 2, count)),
      seed,
    },
  }),
  truncate: (parameters, seed) => ({
    damage: {
      kind: 'truncate',
      amount: Math.round(numberParameter(parameters, 'bytes', 1024, count)),
      files: Math.round(numberParameter(parameters, 'files', 2, count)),
      seed,
    },
  }),
};

/** What every system that syncs before it acknowledges survives; the others are asked for. */
const drawn = ['lose-unsynced', 'torn', 'slow'];
/** Of these a draw leaves a majority untouched: what they spoil may stay spoiled. */
const fewTargets = ['one', 'minority', 'minority-third'];
/** Needs nothing of the testbed: files of a node that is down are damaged as they lie there. */
const atRest = { needs: ['process'] } as const;

export default {
  name: 'disk',
  summary: 'Loses what was not synced, as in a power failure, and makes disks fail or slow.',
  shapes: [
    { name: 'lose-unsynced', summary: 'power loss: the node is killed, unsynced writes are gone' },
    { name: 'torn', summary: 'power loss: a random part of the unsynced sectors survives' },
    { name: 'slow', summary: 'every read, write and fsync takes `delay` longer' },
    { name: 'eio', summary: 'reads, writes and fsyncs fail with an I/O error; only if asked for' },
    { name: 'enospc', summary: 'no space is left; only if asked for' },
    { name: 'bitflip', summary: 'reads return a wrong bit; only if asked for' },
    {
      name: 'corrupt',
      summary: 'bits of files are flipped while the node is down; only if asked for',
      ...atRest,
    },
    {
      name: 'truncate',
      summary: 'files lose their ends while the node is down; only if asked for',
      ...atRest,
    },
  ],
  parameters: {
    nodes: 'Whose disks: one, minority, majority, primaries, all, n1+n3, …; drawn if absent.',
    names:
      'What makes the name of a new, renamed or removed file durable, for lose-unsynced and torn. journal (the default): the next fsync of any file, as on ext4 and XFS. strict: an fsync of its folder only, all that POSIX promises.',
    keep: 'Chance of each unsynced sector of 512 bytes to survive, for torn: 0.5.',
    delay: 'How much longer an operation takes, for slow, at most 2s: 50ms.',
    probability: 'Chance of an operation to be struck, for eio and bitflip: 0.1.',
    on: 'Which operations fail, for eio: read, write, sync, joined with +; all if absent.',
    files: 'How many files are damaged, for corrupt and truncate: 2.',
    bits: 'How many bits of a file are flipped, for corrupt: 8.',
    bytes: 'How many bytes a file loses at its end, for truncate: 1024.',
  },
  needs: ['process', 'disk'],
  stopF: 'stop-disk',

  propose(context, source) {
    const [kind, rest] = kindOf(context.shape, source);
    const isDrawnKind = drawn.includes(kind);
    const asked = context.parameters['nodes'];
    const [aimed, afterAim] = aim(asked, context, rest, isDrawnKind ? undefined : fewTargets);
    const [seed, next] = drawInt(afterAim, 2 ** 32);
    const deed = deeds[kind]?.(context.parameters, seed);
    const isSparing = asked === undefined && !isDrawnKind;
    const detail = { ...aimed.detail, ...jsonOf(deed), ...(isSparing ? { sparing: true } : {}) };
    const description = describe(kind, aimed.text, deed);
    return [
      { kind: 'disk', f: 'start-disk', shape: kind, nodes: aimed.nodes, detail, description },
      next,
    ];
  },

  async start(fault, field, signal): Promise<FaultReport> {
    const { nodes: aimedAt, note, detail } = await aimedNodes(fault, field, signal);
    const deed = deedOf(fault);
    if (!('damage' in deed)) await refuse(field.disks);
    const nodes = detail['sparing'] === true ? spared(aimedAt, field.disks) : aimedAt;
    const state = stateOf(field.disks);
    for (const node of nodes) state.touched.add(node);
    const evidence = await Promise.all(nodes.map((node) => strike(node, deed, field, signal)));
    const done = {
      ...fault,
      nodes,
      detail,
      description: describe(fault.shape, listed(nodes), deed),
    } satisfies Fault;
    const alive = nodes.filter((node) => field.cluster.state(node) !== 'down');
    if (!('effect' in deed) && alive.length > 0)
      return { result: 'failed', fault: done, reason: `${listed(alive)} still runs` };
    const said = [...(note === '' ? [] : [note]), ...evidence].join('; ');
    return { result: 'verified', fault: done, evidence: said };
  },

  async stop(field, signal) {
    const state = states.get(field.disks);
    if (state === undefined || state.touched.size === 0) return 'no disk was touched';
    const healed = await Promise.all(
      [...state.failing].map(async (node) => field.disks.set(node, null, signal)),
    );
    state.failing.clear();
    const said = await Promise.all(
      [...state.touched].map(async (node) => startAgain(node, field, signal)),
    );
    state.touched.clear();
    return [...healed, ...said.filter((text) => text !== '')].join('; ');
  },
} satisfies Nemesis;

interface State {
  /** Nodes to be started if they are down when the fault ends. */
  readonly touched: Set<NodeId>;
  /** Nodes whose disk has an effect in force. */
  readonly failing: Set<NodeId>;
  /** Nodes that a sparing fault has struck at any time. */
  readonly spoiled: Set<NodeId>;
}

const states = new WeakMap<Disks, State>();

function stateOf(disks: Disks): State {
  let state = states.get(disks);
  if (state === undefined)
    states.set(disks, (state = { touched: new Set(), failing: new Set(), spoiled: new Set() }));
  return state;
}

/** Over a whole run no more nodes are struck than one fault strikes. */
function spared(nodes: readonly NodeId[], disks: Disks): readonly NodeId[] {
  const { spoiled } = stateOf(disks);
  const again = nodes.filter((node) => spoiled.has(node));
  const fresh = nodes
    .filter((node) => !spoiled.has(node))
    .slice(0, Math.max(0, nodes.length - spoiled.size));
  for (const node of fresh) spoiled.add(node);
  const struck = [...again, ...fresh];
  return struck.length > 0 ? struck : [...spoiled].slice(0, nodes.length);
}

async function strike(
  node: NodeId,
  deed: Deed,
  { cluster, disks }: Battlefield,
  signal: AbortSignal,
): Promise<string> {
  if ('effect' in deed) {
    stateOf(disks).failing.add(node);
    return disks.set(node, deed.effect, signal);
  }
  if (cluster.state(node) !== 'down') await cluster.kill(node, signal);
  return 'loss' in deed
    ? disks.losePower(node, deed.loss, signal)
    : disks.damage(node, deed.damage, signal);
}

/** A node need not come up on a damaged disk, and one that ends because of it may. */
async function startAgain(
  node: NodeId,
  { cluster, disks }: Battlefield,
  signal: AbortSignal,
): Promise<string> {
  if (cluster.state(node) !== 'down') return '';
  try {
    await cluster.start(node, signal);
    return `${node} started again`;
  } catch (error) {
    if (!disks.mayCrash(node) || signal.aborted) throw error;
    return `${node} does not start on its disk and stays down (${firstLine(messageOf(error))})`;
  }
}

async function refuse(disks: Disks): Promise<void> {
  const obstacle = await disks.unsupported();
  if (obstacle !== undefined) throw new UsageError(obstacle);
}

function kindOf(shape: string | undefined, source: Prng): readonly [string, Prng] {
  if (shape === undefined) return pick(source, drawn);
  if (deeds[shape] !== undefined) return [shape, source];
  throw new UsageError(
    `there is no disk fault "${shape}". There are: ${listed(Object.keys(deeds))}. Name nodes by the parameter: disk:lose-unsynced:nodes=n1.`,
  );
}

function namesOf(parameters: Parameters): PowerLoss['names'] {
  const asked = parameters['names'] ?? 'journal';
  const rule = nameRules.find((name) => name === asked);
  if (rule !== undefined) return rule;
  throw new UsageError(`nemesis parameter names=${asked}: expected ${listed(nameRules, 'or')}.`);
}

function operationsOf(
  text: string | undefined,
): Extract<DiskEffect, { kind: 'eio' }>['operations'] {
  if (text === undefined) return diskOperations;
  const names = text.split('+').map((name) => name.trim());
  const wrong = names.find((name) => !diskOperations.some((known) => known === name));
  if (wrong !== undefined)
    throw new UsageError(
      `nemesis parameter on=${text}: "${wrong}" is none of ${listed(diskOperations)}; join several with +.`,
    );
  return diskOperations.filter((name) => names.includes(name));
}

function describe(kind: string, whose: Aim['text'], deed: Deed | undefined): string {
  if (deed === undefined) return kind;
  if ('loss' in deed)
    return `${whose} without power: ${deed.loss.keep > 0 ? 'a part of what' : 'what'} was not synced is lost${deed.loss.names === 'strict' ? ' (names: strict)' : ''}`;
  if ('damage' in deed) {
    const { files, amount } = deed.damage;
    const what =
      kind === 'truncate' ? `cut by ${plural(amount, 'byte')}` : `${plural(amount, 'bit')} flipped`;
    return `${whose} down, up to ${plural(files, 'file')} of each ${what}`;
  }
  return `disks of ${whose}: ${effectText(deed.effect)}`;
}

function effectText(effect: DiskEffect): string {
  switch (effect.kind) {
    case 'eio':
      return `${percent(effect.probability)} of ${listed(effect.operations)} fail`;
    case 'enospc':
      return 'no space left';
    case 'slow':
      return `${effect.delayMs} ms slower`;
    case 'bitflip':
      return `${percent(effect.probability)} of reads wrong by a bit`;
  }
}

function percent(probability: number): string {
  return `${Number((probability * 100).toFixed(2))} %`;
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}

/** A copy, because an interface is not a JSON value to the compiler. */
function jsonOf(deed: Deed | undefined): JsonObject {
  return deed === undefined ? {} : (JSON.parse(JSON.stringify(deed)) as JsonObject);
}

/** The deed of a fault that may come from a file: its kind again, with what is in its detail. */
function deedOf({ shape, detail }: Fault): Deed {
  const found = [detail['loss'], detail['effect'], detail['damage']].find(isObject) ?? {};
  const make = deeds[shape];
  if (make === undefined) throw new UsageError(`there is no disk fault "${shape}".`);
  const { names, keep, seed, delayMs: slowMs, probability, operations, files, amount } = found;
  const amountName = shape === 'truncate' ? 'bytes' : 'bits';
  return make(
    {
      ...given('names', names),
      ...given('keep', keep),
      ...given('delay', slowMs),
      ...given('probability', probability),
      ...given('files', files),
      ...given(amountName, amount),
      ...(isArray(operations) ? { on: operations.map(String).join('+') } : {}),
    },
    typeof seed === 'number' ? seed : 0,
  );
}

function given(name: string, value: unknown): Parameters {
  return typeof value === 'number' || typeof value === 'string' ? { [name]: String(value) } : {};
}
