/**
 * A queue on Raft. Enqueues, deliveries and acknowledgements are entries of the log; so is
 * taking back an element whose consumer was not heard of in time, which the leader proposes by
 * its monotonic clock.
 */
import { RpcError } from '../../src/node/node.js';
import { RaftNode } from '../raft/raft.js';
import { correctSettings } from '../raft/settings.js';
import { Elements } from './elements.js';

const lookMs = 25;
/** A consumer may take so long over an element. */
const patienceMs = 500;
/** The mistake of Raft that a variant of the queue rests on. */
const foundations = {
  acknowledged: 'correct',
  'at-most-once': 'correct',
  memory: 'no-fsync',
  'early-ack': 'ack-before-quorum',
};
/** The program of a node. */
export function queue(context) {
  const at = context.args.indexOf('--variant');
  const variant = at === -1 ? 'acknowledged' : (context.args[at + 1] ?? '');
  const foundation = foundations[variant];
  if (foundation === undefined)
    throw new Error(
      `queue has no variant "${variant}"; it has ${Object.keys(foundations).join(', ')}`,
    );
  const elements = new Elements(variant === 'at-most-once');
  const node = new RaftNode(context, { ...correctSettings, variant: foundation }, elements);
  for (const type of ['enqueue', 'dequeue', 'ack'])
    context.serve(type, ({ body }) => node.change(body));
  node.start();
  takeBack(context, node, elements);
}
/** Watches deliveries on every node, so that one that comes to lead knows how old they are. */
function takeBack(context, node, elements) {
  let seen = new Map();
  context.every(lookMs, () => {
    const nowMs = context.monotonicMs();
    const still = new Map();
    for (const delivery of elements.deliveries) {
      const sinceMs = seen.get(delivery) ?? nowMs;
      still.set(delivery, sinceMs);
      if (nowMs - sinceMs > patienceMs && node.leads) propose(node, { type: 'return', delivery });
    }
    seen = still;
  });
}
function propose(node, command) {
  node.change(command).catch((error) => {
    // Not now; the next look will try again.
    if (!(error instanceof RpcError)) throw error;
  });
}
