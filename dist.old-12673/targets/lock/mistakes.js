/** The deliberate mistakes of the variants of the target `lock`. */
const none = {
  trustsWallClock: false,
  acceptsOldTokens: false,
  releasesBlindly: false,
};
const variants = {
  fenced: none,
  unfenced: { ...none, acceptsOldTokens: true },
  'wall-clock': { ...none, trustsWallClock: true },
  'blind-release': { ...none, releasesBlindly: true },
  redis: { trustsWallClock: true, acceptsOldTokens: true, releasesBlindly: false },
};
/** Of the variant that `--variant NAME` asks for. */
export function mistakesFrom(args) {
  const at = args.indexOf('--variant');
  const variant = at === -1 ? 'fenced' : (args[at + 1] ?? '');
  const mistakes = variants[variant];
  if (mistakes !== undefined) return mistakes;
  throw new Error(`lock has no variant "${variant}"; it has ${Object.keys(variants).join(', ')}`);
}
