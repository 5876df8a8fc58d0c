/** What the testbed is told, and its limits. */
import { UsageError } from '../../base/errors.js';
export const defaultLimits = {
  initTimeoutMs: 10_000,
  statusTimeoutMs: 1_000,
  lineCharactersMax: 32 * 1024 * 1024,
  inboxCharactersMax: 32 * 1024 * 1024,
  lwwReplicaCount: 2,
};
/** @throws UsageError if two ends of the network would have the same name. */
export function checkNodeNames(nodes, services) {
  if (nodes.length === 0) throw new UsageError('a test needs at least one node');
  for (const [i, node] of nodes.entries()) {
    if (nodes.indexOf(node) !== i) throw new UsageError(`two nodes have the name "${node}"`);
    if (services.includes(node) || /^c\d+$/.test(node)) {
      throw new UsageError(
        `a node cannot have the name "${node}": c0, c1, … are clients, and ${services.join(', ')} are services`,
      );
    }
  }
}
