/**
 * The machine code that answers for a process's clock once it is patched: `stub.S`,
 * assembled. Which byte means what is told there.
 */
export declare const stub: Buffer<ArrayBuffer>;
/** Distances from the start of the stub. */
export declare const selectorAt = 0;
export declare const magicAt = 56;
export declare const magic = 'DSXSKEW1';
/** The two places for parameters; the selector holds the one that is live. */
export declare const slots: readonly [8, 32];
/** Functions of the vDSO, and what answers for each. */
export declare const replacements: readonly {
  readonly name: string;
  readonly entryAt: number;
}[];
/** A skew as the stub reads it: time = real + offsetNs + (real - baseNs) * rate. */
export interface Slot {
  readonly offsetNs: bigint;
  readonly baseNs: bigint;
  readonly rate: number;
}
export declare function slotToBytes({ offsetNs, baseNs, rate }: Slot): Buffer;
/** The live slot in the first bytes of a stub. */
export declare function liveSlot(data: Buffer): Slot;
/** What a clock with this slot is ahead of the real one, at the real time `nowNs`. */
export declare function offsetAtNs({ offsetNs, baseNs, rate }: Slot, nowNs: bigint): bigint;
