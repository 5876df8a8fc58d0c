/** Accounts on several nodes, and transfers between them by two-phase commit with recovery. */
import { nodeScript, type Target } from '../src/sdk.ts';

export default {
  name: 'two-phase-commit',
  summary: 'accounts spread over the nodes; transfers by two-phase commit, which blocks',
  testbed: 'stdio',
  nodeCount: 5,
  objects: ['bank'],
  survives: ['partition', 'kill', 'pause', 'packet', 'clock'],
  reportsPrimary: false,
  variants: [
    {
      name: 'correct',
      summary: 'decisions on disk before they are told; participants ask until they know',
    },
    {
      name: 'forgetful-coordinator',
      summary: 'decisions are kept in memory only',
      broken: {
        mistake:
          'one participant has committed; the other asks after a restart and is told to abort',
        // Slow links, many transfers at once and many crashes, so that some find decisions which
        // only one of two participants has been told. Amounts that hardly ever cancel out.
        shownBy: {
          workload: 'bank',
          nemesis: 'kill:all',
          further: [
            ...['--node-count', '3', '--nemesis-interval', '1', '--concurrency', '20n'],
            ...['--latency', '30', '--latency-dist', 'exponential', '--rate', '600'],
            ...['--time-limit', '20', '--option', 'read-share=0.1'],
            ...['--option', 'accounts=1000', '--option', 'total=1000000'],
            ...['--option', 'max-transfer=1000'],
          ],
        },
      },
    },
    {
      name: 'unlocked-reads',
      summary: 'reads collect balances without locks',
      broken: {
        mistake: 'read skew: a transfer is seen at one node and not at the other',
        shownBy: { workload: 'bank', nemesis: 'none' },
      },
    },
  ],
  program: (variant) =>
    nodeScript(import.meta.url, './two-phase-commit/node', ['--variant', variant]),
} satisfies Target;
