/** Kills nodes without warning. They are started again on the same data, or never. */
import {
  aim,
  aimedNodes,
  type Cluster,
  type Fault,
  type FaultReport,
  listed,
  type Nemesis,
  type NodeId,
  nodeTargets,
  UsageError,
} from '../src/sdk.ts';

/** Crash-stop victims of a run, which `stop` must leave dead. */
const deadForGood = new WeakMap<Cluster, Set<NodeId>>();
/** Without restart, a draw leaves a majority alive: else a run ends with its first faults. */
const crashStopTargets = ['one', 'minority', 'minority-third'];

export default {
  name: 'kill',
  summary: 'Kills nodes (SIGKILL to the process tree) and starts them again on their data.',
  shapes: nodeTargets,
  parameters: {
    restart:
      'yes (the default): started again when the fault ends. no: dead to the end of the run; the shape then says how many are dead in all.',
  },
  needs: ['process'],
  stopF: 'start',

  propose(context, source) {
    const restart = context.parameters['restart'] ?? 'yes';
    if (restart !== 'yes' && restart !== 'no')
      throw new UsageError(`nemesis parameter restart=${restart}: expected yes or no.`);
    const isFinal = restart === 'no';
    const [aimed, next] = aim(
      context.shape,
      context,
      source,
      isFinal ? crashStopTargets : undefined,
    );
    const { target, nodes, detail, text } = aimed;
    const description = `${text} killed${isFinal ? ' for good' : ''}`;
    return [
      {
        kind: 'kill',
        f: 'kill',
        shape: target,
        nodes,
        detail: isFinal ? { ...detail, permanent: true } : detail,
        description,
      },
      next,
    ];
  },

  async start(fault, field, signal): Promise<FaultReport> {
    const { cluster } = field;
    const { nodes, note, detail } = await aimedNodes(fault, field, signal);
    const isFinal = detail['permanent'] === true;
    const dead = isFinal ? deadOf(cluster) : new Set<NodeId>();
    // A crash without restart counts the nodes that are dead already.
    const fresh = nodes.filter((node) => !dead.has(node)).slice(0, nodes.length - dead.size);
    const victims = fresh.filter((node) => cluster.state(node) !== 'down');
    if (isFinal) for (const node of fresh) dead.add(node);
    await Promise.all(victims.map((node) => cluster.kill(node, signal)));
    const struck = isFinal ? cluster.nodes.filter((node) => dead.has(node)) : nodes;
    const alive = struck.filter((node) => cluster.state(node) !== 'down');
    const done = {
      ...fault,
      nodes: struck,
      detail,
      description: `${listed(struck)} killed${isFinal ? ' for good' : ''}`,
    } satisfies Fault;
    if (alive.length > 0)
      return { result: 'failed', fault: done, reason: `${listed(alive)} still runs` };
    return { result: 'verified', fault: done, evidence: evidenceOf(victims, struck, note) };
  },

  async stop({ cluster }, signal) {
    const dead = deadForGood.get(cluster) ?? new Set<NodeId>();
    const down = cluster.nodes.filter((node) => cluster.state(node) === 'down');
    const restarted = down.filter((node) => !dead.has(node));
    await Promise.all(restarted.map((node) => cluster.start(node, signal)));
    const left = down.filter((node) => dead.has(node));
    return [
      restarted.length === 0 ? 'no node had to be started' : `${listed(restarted)} started again`,
      ...(left.length === 0 ? [] : [`${listed(left)} left dead (restart=no)`]),
    ].join('; ');
  },
} satisfies Nemesis;

function deadOf(cluster: Cluster): Set<NodeId> {
  let dead = deadForGood.get(cluster);
  if (dead === undefined) deadForGood.set(cluster, (dead = new Set()));
  return dead;
}

function evidenceOf(victims: readonly NodeId[], struck: readonly NodeId[], note: string): string {
  const before = struck.filter((node) => !victims.includes(node));
  return [
    ...(note === '' ? [] : [note]),
    ...(victims.length === 0 ? [] : [`${listed(victims)} seen gone`]),
    ...(before.length === 0 ? [] : [`${listed(before)} down already`]),
  ].join('; ');
}
