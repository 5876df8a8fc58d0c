/**
 * Raft: a replicated log with a leader, after Ongaro and Ousterhout, "In Search of an
 * Understandable Consensus Algorithm" (2014), with pre-vote, read-index and snapshots.
 */
import { nodeScript, type Target } from '../src/sdk.ts';

export default {
  name: 'raft',
  summary: 'a key-value store replicated by Raft; linearizable',
  testbed: 'stdio',
  nodeCount: 5,
  objects: ['register', 'election'],
  survives: ['partition', 'kill', 'pause', 'packet', 'clock'],
  reportsPrimary: true,
  variants: [
    { name: 'correct', summary: 'Raft as published' },
    {
      name: 'stale-reads',
      summary: 'a leader answers reads from its state without asking whether it still leads',
      broken: {
        mistake: 'a deposed leader answers reads from the past',
        shownBy: { workload: 'register', nemesis: 'partition' },
      },
    },
    {
      name: 'no-fsync',
      summary: 'term, vote and log are kept in memory only',
      broken: {
        mistake: 'a restarted node has forgotten its vote and what it acknowledged',
        shownBy: { workload: 'register', nemesis: 'kill:all' },
      },
    },
    {
      name: 'commit-old-term',
      summary: 'no rule of the own term: entries of older terms commit by counting their copies',
      broken: {
        mistake:
          'a leader that committed nothing of its own term does not know what is committed: stale reads, and losses as in figure 8',
        shownBy: {
          workload: 'register',
          nemesis: 'partition:each-leader',
          // Leaders that hold only what others left them, and reads that see it committed.
          further: ['--nemesis-interval', '10', '--node-count', '3', '-o', 'writes-per-second=6'],
        },
      },
    },
    {
      name: 'double-vote',
      summary: 'a node votes for every candidate of a term',
      broken: {
        mistake: 'two leaders in one term',
        shownBy: {
          workload: 'register',
          // The first leader is cut off, and two that follow are left to lead side by side.
          nemesis: 'partition:primaries',
          // Candidates that stand before they hear of each other.
          further: ['--latency', '30'],
        },
      },
    },
    {
      name: 'ack-before-quorum',
      summary: 'a leader acknowledges a write once it is in its own log',
      broken: {
        mistake: 'acknowledged writes are lost with the leader',
        shownBy: { workload: 'register', nemesis: 'partition' },
      },
    },
  ],
  program: (variant) => nodeScript(import.meta.url, './raft/node', ['--variant', variant]),
} satisfies Target;
