/**
 * Registers that only grow: one client writes 0, 1, 2, … to each, the others read. What a
 * client reads never goes back. After Jepsen's monotonic tests, of a single writer.
 */
import {
  concurrentKeys,
  enough,
  limit,
  monotonic,
  registerClient,
  singleWriter,
} from '../src/sdk.js';
export default {
  name: 'monotonic',
  aliases: [],
  summary: 'Registers that only grow are never read going back.',
  object: 'register',
  functions: ['read', 'write'],
  options: {
    'ops-per-key': { summary: 'operations on a register before it is left', default: '200' },
    'threads-per-key': {
      summary: 'clients of a register, of which one writes; 0: one a node',
      default: '0',
    },
  },
  defaults: { rate: 200, concurrency: '2n' },
  models: ['monotonic-reads', 'monotonic-realtime'],
  generator({ nodes, concurrency, options }) {
    const asked = Number(options['threads-per-key']);
    const group = asked > 0 ? asked : Math.min(nodes.length, concurrency);
    const each = limit(Number(options['ops-per-key']), singleWriter());
    return {
      main: concurrentKeys(
        group,
        (position) => position,
        () => each,
      ),
    };
  },
  maelstrom: registerClient,
  checkers: (model) => [
    monotonic({ scope: model === 'monotonic-realtime' ? 'realtime' : 'process' }),
    enough(['read', 'write']),
  ],
};
