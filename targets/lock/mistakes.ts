/** The deliberate mistakes of the variants of the target `lock`. */

export interface Mistakes {
  /** Leases end by the wall clock of whichever node is asked. */
  readonly trustsWallClock: boolean;
  /** The resource takes writes of former holders. */
  readonly acceptsOldTokens: boolean;
  /** A release frees the lock whoever holds it. */
  readonly releasesBlindly: boolean;
}

const none: Mistakes = {
  trustsWallClock: false,
  acceptsOldTokens: false,
  releasesBlindly: false,
};

const variants: Readonly<Record<string, Mistakes>> = {
  fenced: none,
  unfenced: { ...none, acceptsOldTokens: true },
  'wall-clock': { ...none, trustsWallClock: true },
  'blind-release': { ...none, releasesBlindly: true },
  redis: { trustsWallClock: true, acceptsOldTokens: true, releasesBlindly: false },
};

/** Of the variant that `--variant NAME` asks for. */
export function mistakesFrom(args: readonly string[]): Mistakes {
  const at = args.indexOf('--variant');
  const variant = at === -1 ? 'fenced' : (args[at + 1] ?? '');
  const mistakes = variants[variant];
  if (mistakes !== undefined) return mistakes;
  throw new Error(`lock has no variant "${variant}"; it has ${Object.keys(variants).join(', ')}`);
}
