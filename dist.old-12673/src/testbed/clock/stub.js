/**
 * The machine code that answers for a process's clock once it is patched: `stub.S`,
 * assembled. Which byte means what is told there.
 */
export const stub = Buffer.from(
  [
    '0800000000000000000000000000000000000000000000000000000000000000',
    '000000000000000000000000000000000000000000000000445358534b455731',
    '4c8d05b9ffffff4d03004889c1492b400849f76810480facd0204801c8490300',
    '4899b900ca9a3b48f7f94885d279064801ca48ffc8c3cccccccccccccccccccc',
    'b8e40000000f0585c0752785ff740a83ff05740583ff0b751948690600ca9a3b',
    '48034608e897ffffff4889064889560831c0c3cccccccccccccccccccccccccc',
    'b8600000000f0585c075324885ff742d48690700ca9a3b48694f08e803000048',
    '01c8e859ffffff4889074889d031d2b9e803000048f7f14889470831c0c3cccc',
    '574883ec1031ff4889e6b8e40000000f054869042400ca9a3b4803442408e81d',
    'ffffff4883c4105f4885ff7403488907c3',
  ].join(''),
  'hex',
);
/** Distances from the start of the stub. */
export const selectorAt = 0x00;
export const magicAt = 0x38;
export const magic = 'DSXSKEW1';
/** The two places for parameters; the selector holds the one that is live. */
export const slots = [0x08, 0x20];
const slotBytes = 24;
/** Functions of the vDSO, and what answers for each. */
export const replacements = [
  { name: '__vdso_clock_gettime', entryAt: 0x80 },
  { name: '__vdso_gettimeofday', entryAt: 0xc0 },
  { name: '__vdso_time', entryAt: 0x100 },
];
export function slotToBytes({ offsetNs, baseNs, rate }) {
  const bytes = Buffer.alloc(slotBytes);
  bytes.writeBigInt64LE(offsetNs, 0);
  bytes.writeBigInt64LE(baseNs, 8);
  bytes.writeBigInt64LE(BigInt(Math.round(rate * 2 ** 32)), 16);
  return bytes;
}
/** The live slot in the first bytes of a stub. */
export function liveSlot(data) {
  const at = Number(data.readBigInt64LE(selectorAt));
  return {
    offsetNs: data.readBigInt64LE(at),
    baseNs: data.readBigInt64LE(at + 8),
    rate: Number(data.readBigInt64LE(at + 16)) / 2 ** 32,
  };
}
/** What a clock with this slot is ahead of the real one, at the real time `nowNs`. */
export function offsetAtNs({ offsetNs, baseNs, rate }, nowNs) {
  return offsetNs + (((nowNs - baseNs) * BigInt(Math.round(rate * 2 ** 32))) >> 32n);
}
