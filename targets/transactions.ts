/**
 * Transactions over a log replicated by Raft, at six isolation levels. The default keeps them
 * all; each other one is right for who asked for no more, and shows what a stronger one forbids.
 */
import { nodeScript, type Target } from '../src/sdk.ts';

export default {
  name: 'transactions',
  summary: 'transactions over a log replicated by Raft, at the isolation level asked for',
  testbed: 'stdio',
  nodeCount: 5,
  objects: ['list-append', 'rw-register', 'bank'],
  survives: ['partition', 'kill', 'pause', 'packet', 'clock'],
  reportsPrimary: true,
  variants: [
    {
      name: 'strict-serializable',
      summary: 'begin on the newest snapshot, commit if nothing that was read has changed',
    },
    {
      name: 'serializable',
      summary: 'begin on the snapshot that this node has, without asking who leads',
      promises: 'serializable',
      broken: {
        mistake: 'a node that lags behind shows the past to transactions that only read',
        shownBy: { workload: 'list-append', nemesis: 'partition' },
      },
    },
    {
      name: 'snapshot-isolation',
      summary: 'commit if nobody else has changed what it writes (first committer wins)',
      promises: 'snapshot-isolation',
      broken: {
        mistake: 'write skew: two transactions each change what the other one read',
        shownBy: { workload: 'list-append', nemesis: 'none', model: 'serializable' },
      },
    },
    {
      name: 'parallel-snapshot-isolation',
      summary: 'each node shows the commits of the others later, in an order of its own',
      promises: 'parallel-snapshot-isolation',
      broken: {
        mistake: 'long fork: two nodes show two commits in opposite orders',
        shownBy: { workload: 'long-fork', nemesis: 'none' },
      },
    },
    {
      name: 'read-committed',
      summary:
        'each step sees what is committed by then; only writes are protected, from when they are made',
      promises: 'read-committed',
      broken: {
        mistake: 'read skew and lost updates: what was read is no longer so at the commit',
        shownBy: { workload: 'bank', nemesis: 'none' },
      },
    },
    {
      name: 'read-uncommitted',
      summary: 'changes are made in the shared state at once, and undone by who gives up',
      promises: 'read-uncommitted',
      broken: {
        mistake: 'dirty reads: transactions see what others undo later, or have not finished',
        shownBy: { workload: 'list-append', nemesis: 'none', model: 'read-committed' },
      },
    },
  ],
  program: (variant) => nodeScript(import.meta.url, './transactions/node', ['--variant', variant]),
} satisfies Target;
