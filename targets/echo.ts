/** Echo: the smallest node that there is, and the smallest race. */
import { nodeScript, type Target } from '../src/sdk.ts';

export default {
  name: 'echo',
  summary: 'answers what it was sent',
  testbed: 'stdio',
  nodeCount: 5,
  objects: ['echo'],
  survives: ['partition', 'kill', 'pause', 'packet', 'clock'],
  reportsPrimary: false,
  variants: [
    { name: 'correct', summary: 'each request is answered from itself' },
    {
      name: 'shared-buffer',
      summary: 'the payload waits for its answer in a variable that all requests share',
      broken: {
        mistake: 'a request is answered with the payload of another that came in meanwhile',
        shownBy: { workload: 'echo', nemesis: 'none' },
      },
    },
    {
      name: 'coarse-cache',
      summary: 'answers are remembered, by the length of the payload',
      broken: {
        mistake: 'a cache whose key leaves something out gives the answer of another request',
        shownBy: { workload: 'echo', nemesis: 'none' },
      },
    },
  ],
  program: (variant) => nodeScript(import.meta.url, './echo/node', ['--variant', variant]),
} satisfies Target;
