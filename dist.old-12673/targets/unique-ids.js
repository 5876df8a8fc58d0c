/**
 * Ids without coordination, after Boundary's Flake and Twitter's Snowflake: a node's name, a
 * clock, and a sequence; and what is missing when one of these is left out.
 */
import { nodeScript } from '../src/sdk.js';
export default {
  name: 'unique-ids',
  summary: 'ids made of a clock, the name of the node, its life and a sequence; always available',
  testbed: 'stdio',
  nodeCount: 5,
  objects: ['unique-ids'],
  survives: ['partition', 'kill', 'pause', 'packet', 'clock'],
  reportsPrimary: false,
  variants: [
    { name: 'flake', summary: 'node, life of the process and sequence make an id unique' },
    {
      name: 'no-node',
      summary: 'each node counts its own ids, and the node is no part of them',
      broken: {
        mistake: 'every node hands out 1, 2, 3, …',
        shownBy: { workload: 'unique-ids', nemesis: 'none' },
      },
    },
    {
      name: 'no-life',
      summary: 'node and sequence, which begins anew when the process does',
      broken: {
        mistake: 'a restarted node hands out the ids of its former life again',
        shownBy: { workload: 'unique-ids', nemesis: 'kill' },
      },
    },
    {
      name: 'wall-clock',
      summary: 'node and wall clock; two ids within a millisecond are told apart, and no others',
      broken: {
        mistake: 'a clock that is set back comes by the same milliseconds again',
        shownBy: { workload: 'unique-ids', nemesis: 'clock:bump:offset=-1s:nodes=all' },
      },
    },
  ],
  program: (variant) => nodeScript(import.meta.url, './unique-ids/node', ['--variant', variant]),
};
