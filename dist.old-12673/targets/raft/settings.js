/** Times, limits and the deliberate mistakes. The same for every variant but for its mistake. */
export const variants = [
  'correct',
  'stale-reads',
  'no-fsync',
  'commit-old-term',
  'double-vote',
  'ack-before-quorum',
];
/** Raft as published. */
export const correctSettings = {
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
export function settingsFrom(args) {
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
function electionMaxMsOf(variant) {
  // Nearly equal timeouts make elections collide, and with them what the mistake is about.
  if (variant === 'double-vote') return 170;
  // The more leaders there were, the more of their entries are left over.
  return variant === 'commit-old-term' ? 220 : correctSettings.electionMaxMs;
}
function wordAfter(args, flag) {
  const at = args.indexOf(flag);
  return at === -1 ? undefined : args[at + 1];
}
