/** The deliberate mistakes of the variants of the target `lock`. */
export interface Mistakes {
  /** Leases end by the wall clock of whichever node is asked. */
  readonly trustsWallClock: boolean;
  /** The resource takes writes of former holders. */
  readonly acceptsOldTokens: boolean;
  /** A release frees the lock whoever holds it. */
  readonly releasesBlindly: boolean;
}
/** Of the variant that `--variant NAME` asks for. */
export declare function mistakesFrom(args: readonly string[]): Mistakes;
