/** Stops nodes in their tracks and lets them go on: a long garbage collection, a busy host. */
import { aim, aimedNodes, listed, type Nemesis, nodeTargets } from '../src/sdk.ts';

export default {
  name: 'pause',
  summary: 'Pauses nodes (SIGSTOP to the process tree) and resumes them.',
  shapes: nodeTargets,
  parameters: {
    program:
      'stops only the processes of this name, as ps has it, and leaves the rest of the node running',
  },
  needs: ['process'],
  stopF: 'resume',

  propose(context, source) {
    const [aimed, next] = aim(context.shape, context, source);
    const { target, nodes, text } = aimed;
    const { program } = context.parameters;
    const detail = program === undefined ? aimed.detail : { ...aimed.detail, program };
    const description = `${program === undefined ? '' : `${program} on `}${text} paused`;
    return [{ kind: 'pause', f: 'pause', shape: target, nodes, detail, description }, next];
  },

  async start(fault, field, signal) {
    const { cluster } = field;
    const { nodes, note, detail } = await aimedNodes(fault, field, signal);
    // A node that another nemesis killed has nothing to pause. That is said, not hidden.
    const down = nodes.filter((node) => cluster.state(node) === 'down');
    const running = nodes.filter((node) => cluster.state(node) === 'running');
    const program = typeof detail['program'] === 'string' ? detail['program'] : undefined;
    await Promise.all(running.map((node) => cluster.pause(node, signal, program)));
    const struck = nodes.filter((node) => !down.includes(node));
    const moving = struck.filter((node) => cluster.state(node) !== 'paused');
    const whom = `${program === undefined ? '' : `${program} on `}${listed(struck)}`;
    const description = struck.length === 0 ? 'nothing paused' : `${whom} paused`;
    const done = { ...fault, nodes: struck, detail, description };
    if (moving.length > 0)
      return { result: 'failed', fault: done, reason: `${listed(moving)} is not stopped` };
    const evidence = [
      ...(note === '' ? [] : [note]),
      ...(struck.length === 0 ? [] : [`${whom} seen stopped`]),
      ...(down.length === 0 ? [] : [`${listed(down)} down already`]),
    ].join('; ');
    return { result: 'verified', fault: done, evidence };
  },

  async stop({ cluster }, signal) {
    const paused = cluster.nodes.filter((node) => cluster.state(node) === 'paused');
    await Promise.all(paused.map((node) => cluster.resume(node, signal)));
    return paused.length === 0 ? 'no node was paused' : `${listed(paused)} resumed`;
  },
} satisfies Nemesis;
