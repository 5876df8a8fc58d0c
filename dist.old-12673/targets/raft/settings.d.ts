/** Times, limits and the deliberate mistakes. The same for every variant but for its mistake. */
export declare const variants: readonly [
  'correct',
  'stale-reads',
  'no-fsync',
  'commit-old-term',
  'double-vote',
  'ack-before-quorum',
];
export type Variant = (typeof variants)[number];
export interface Settings {
  readonly variant: Variant;
  readonly heartbeatMs: number;
  /** A follower that hears no leader for a time drawn between these stands for election. */
  readonly electionMinMs: number;
  readonly electionMaxMs: number;
  /** A leader that no majority has answered for so long steps down. */
  readonly patienceMs: number;
  /** A request that is not done after so long is answered with "unknown". */
  readonly requestTimeoutMs: number;
  readonly entriesPerMessageMax: number;
  /** A snapshot is taken when so many entries were applied since the last one. */
  readonly snapshotEvery: number;
}
/** Raft as published. */
export declare const correctSettings: Settings;
/** Reads `--variant NAME` and `--snapshot-every COUNT`. */
export declare function settingsFrom(args: readonly string[]): Settings;
