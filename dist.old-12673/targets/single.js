/** One node owns the data, the others pass requests on: consistent, and not available. */
import { nodeScript } from '../src/sdk.js';
export default {
  name: 'single',
  summary: 'a key-value store on one node, which the others pass requests on to; linearizable',
  testbed: 'stdio',
  nodeCount: 5,
  objects: ['register'],
  survives: ['partition', 'kill', 'pause', 'packet', 'clock'],
  reportsPrimary: true,
  variants: [{ name: 'correct', summary: 'every answer rests on what is on the owner’s disk' }],
  program: () => nodeScript(import.meta.url, './single/node', []),
};
