import type { Random } from '../../base/prng.ts';
import type { LinkEffect } from '../../fault/fault.ts';
/** What TCP waits at least before it sends again what was not acknowledged (Linux: TCP_RTO_MIN). */
export declare const retransmissionMs = 200;
/** What becomes of one chunk of bytes. */
export interface ChunkFate {
  readonly extraMs: number;
  /** How long its bytes keep the line busy. */
  readonly lineMs: number;
  /** Its bytes go in parts of this many. Infinity: all at once. */
  readonly sliceBytes: number;
  /** The connection is broken instead. */
  readonly isReset: boolean;
}
/** One direction of a link: its rules, and who wants to hear that they changed. */
export declare class DirectedLink {
  #private;
  get isCut(): boolean;
  get effects(): readonly LinkEffect[];
  set effects(effects: readonly LinkEffect[]);
  /** Calls `changed` after each change of the rules, until the function it returns is called. */
  watch(changed: () => void): () => void;
  fateOf(byteCount: number, random: Random): ChunkFate;
}
