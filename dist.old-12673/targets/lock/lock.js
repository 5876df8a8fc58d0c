/**
 * A lock service on Raft: grants are entries of the log, each with a token greater than all
 * before it.
 *
 * A lease is ended by an entry too, which the leader proposes when the lease has passed on its
 * monotonic clock since it applied the grant. That is later than the grant was asked for, so no
 * holder loses the lock before its time, whoever leads by then and whatever wall clocks say.
 */
import { RpcError } from '../../src/node/node.js';
import { RaftNode } from '../raft/raft.js';
import { correctSettings } from '../raft/settings.js';
import { LockTable } from './lock-table.js';
import { mistakesFrom } from './mistakes.js';

const lookMs = 25;
/** The program of a node. */
export function lock(context) {
  const mistakes = mistakesFrom(context.args);
  const table = new LockTable(mistakes);
  const node = new RaftNode(context, correctSettings, table);
  for (const type of ['acquire', 'release', 'write'])
    context.serve(type, ({ body }) =>
      node.change({ ...body, wall_ms: Math.round(context.wallMs()) }),
    );
  context.serve('read', async ({ body }) => {
    await node.catchUp();
    return table.apply(body);
  });
  node.start();
  if (!mistakes.trustsWallClock) endLeases(context, node, table);
}
/** Watches grants on every node, so that one that comes to lead knows how old they are. */
function endLeases(context, node, table) {
  let seen = new Map();
  context.every(lookMs, () => {
    const nowMs = context.monotonicMs();
    const still = new Map();
    for (const [key, { token, leaseMs }] of table.grants) {
      const sinceMs = seen.get(token) ?? nowMs;
      still.set(token, sinceMs);
      if (leaseMs > 0 && nowMs - sinceMs > leaseMs && node.leads)
        end(node, { type: 'expire', lock: JSON.parse(key), token });
    }
    seen = still;
  });
}
function end(node, command) {
  node.change(command).catch((error) => {
    // Not now; the next look will try again.
    if (!(error instanceof RpcError)) throw error;
  });
}
