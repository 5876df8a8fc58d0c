/** Leader election by Garcia-Molina's Bully algorithm (1982), with and without majorities. */
import { nodeScript } from '../src/sdk.js';
export default {
  name: 'bully',
  summary: 'leader election: of the nodes that are up the highest leads',
  testbed: 'stdio',
  nodeCount: 5,
  objects: ['election'],
  survives: ['partition', 'kill', 'pause', 'packet', 'clock'],
  reportsPrimary: true,
  variants: [
    { name: 'majority', summary: 'leads with the consent of a majority, given once a term' },
    {
      name: 'classic',
      summary: 'as published: who does not answer is taken to be down',
      broken: {
        mistake: 'each side of a partition elects a leader of its own (split brain)',
        shownBy: { workload: 'election', nemesis: 'partition' },
      },
    },
  ],
  program: (variant) => nodeScript(import.meta.url, './bully/node', ['--variant', variant]),
};
