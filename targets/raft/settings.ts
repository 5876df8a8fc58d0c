/** Times, limits and the deliberate mistakes. The same for every variant but for its mistake. */

export const variants = [
  'correct',
  'stale-reads',
  'no-fsync',
  'commit-old-term',
  'double-vote',
  'ack-before-quorum',
] as const;

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
export const correctSettings: Settings = {
  variant: 'correct',
  heartbeatMs: 50,
  electionMinMs: 150,
  electionMaxMs: 400,
  patienceMs: 1500,
  requestTimeoutMs: 800,
  entriesPerMessageMax: 128,
  snapshotEvery: 1000,
};

/** Reads `--variant NAME` and `--snapshot-every COUNT`. */
export function settingsFrom(args: readonly string[]): Settings {
  const wanted = wordAfter(args, '--variant') ?? 'correct';
  const variant = variants.find((name) => name === wanted);
  if (variant === undefined)
    throw new Error(`raft has no variant "${wanted}"; it has ${variants.join(', ')}`);
  return {
    ...correctSettings,
    variant,
    electionMaxMs: electionMaxMsOf(variant),
    snapshotEvery: Number(wordAfter(args, '--snapshot-every') ?? correctSettings.snapshotEvery),
  };
}

function electionMaxMsOf(variant: Variant): number {
  // Nearly equal timeouts make elections collide, and with them what the mistake is about.
  if (variant === 'double-vote') return 170;
  // The more leaders there were, the more of their entries are left over.
  return variant === 'commit-old-term' ? 220 : correctSettings.electionMaxMs;
}

function wordAfter(args: readonly string[], flag: string): string | undefined {
  const at = args.indexOf(flag);
  return at === -1 ? undefined : args[at + 1];
}
