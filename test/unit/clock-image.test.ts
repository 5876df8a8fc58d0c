/** Reading a vDSO image, and the arithmetic of a skewed clock. */
import { describe, expect, test } from 'vitest';
import { liveSlot, offsetAtNs, slotToBytes, stub } from '../../src/testbed/clock/stub.ts';
import { functionOffsets, isX64Image, roomFor, vdsoMapping } from '../../src/testbed/clock/vdso.ts';

/** A small ELF image with these functions, loaded at `base`. */
function image(functions: Readonly<Record<string, number>>, base: number, hash: boolean): Buffer {
  const bytes = Buffer.alloc(4096);
  bytes.writeUInt32BE(0x7f454c46, 0);
  bytes[4] = 2;
  bytes.writeUInt16LE(62, 18);
  bytes.writeBigUInt64LE(64n, 32);
  bytes.writeUInt16LE(2, 56);
  bytes.writeUInt32LE(1, 64);
  bytes.writeBigUInt64LE(BigInt(base), 64 + 16);
  bytes.writeUInt32LE(2, 120);
  bytes.writeBigUInt64LE(256n, 120 + 8);
  const names = Object.keys(functions);
  const symbolsAt = 512;
  const stringsAt = symbolsAt + 24 * (names.length + 1);
  const hashAt = 400;
  bytes.writeUInt32LE(names.length + 1, hashAt + 4);
  const tags = [...(hash ? [[4, hashAt]] : []), [5, stringsAt], [6, symbolsAt]] as const;
  for (const [i, [tag = 0, at = 0]] of tags.entries()) {
    bytes.writeBigUInt64LE(BigInt(tag), 256 + i * 16);
    bytes.writeBigUInt64LE(BigInt(at + base), 256 + i * 16 + 8);
  }
  let nameAt = 1;
  for (const [i, name] of names.entries()) {
    bytes.writeUInt32LE(nameAt, symbolsAt + 24 * (i + 1));
    bytes.writeBigUInt64LE(BigInt((functions[name] ?? 0) + base), symbolsAt + 24 * (i + 1) + 8);
    bytes.write(name, stringsAt + nameAt, 'latin1');
    nameAt += name.length + 1;
  }
  return bytes;
}

describe('image', () => {
  test.each([
    { base: 0, hash: true },
    { base: 0, hash: false },
    { base: 0xff700000, hash: true },
  ])('functions are found, relative to the image (base $base, hash table $hash)', (layout) => {
    const functions = { __vdso_clock_gettime: 1000, __vdso_time: 2000 };
    const found = functionOffsets(image(functions, layout.base, layout.hash));
    expect(Object.fromEntries(found)).toEqual(functions);
  });

  test('only a 64-bit x86 image will do', () => {
    const good = image({}, 0, true);
    expect(isX64Image(good)).toBe(true);
    for (const [at, value] of [
      [0, 0],
      [4, 1],
      [18, 183],
    ] as const) {
      const bad = Buffer.from(good);
      bad[at] = value;
      expect(isX64Image(bad)).toBe(false);
    }
  });

  test('room is behind everything, on a 64-byte boundary, or there is none', () => {
    const bytes = Buffer.alloc(1024);
    bytes[500] = 1;
    expect(roomFor(bytes, 305)).toBe(576);
    expect(roomFor(bytes, 1024 - 576)).toBe(576);
    expect(roomFor(bytes, 1024 - 576 + 1)).toBeUndefined();
    expect(roomFor(Buffer.alloc(64, 1), 1)).toBeUndefined();
  });

  test('the mapping is the line of [vdso], not of [vvar]', () => {
    const maps = [
      '7ffc8a9f2000-7ffc8a9f6000 r--p 00000000 00:00 0                          [vvar]',
      '7ffc8a9f6000-7ffc8a9f8000 r-xp 00000000 00:00 0                          [vdso]',
      '',
    ].join('\n');
    expect(vdsoMapping(maps)).toEqual({ address: 0x7ffc8a9f6000, sizeBytes: 8192 });
    expect(vdsoMapping('')).toBeUndefined();
  });
});

describe('skew', () => {
  test('a slot is read back as it was written, from the place that the selector names', () => {
    const slots = [
      { offsetNs: -5n, baseNs: 1_700_000_000_000_000_000n, rate: -0.25 },
      { offsetNs: 7_200_500_000_000n, baseNs: 0n, rate: 0 },
    ];
    for (const [i, slot] of slots.entries()) {
      const data = Buffer.from(stub);
      const at = [8, 32][i] ?? 0;
      data[0] = at;
      slotToBytes(slot).copy(data, at);
      expect(liveSlot(data)).toEqual(slot);
    }
  });

  test('the stub begins without any skew', () => {
    expect(liveSlot(stub)).toEqual({ offsetNs: 0n, baseNs: 0n, rate: 0 });
  });

  test('a clock gains its rate from its base on', () => {
    const slot = { offsetNs: 1000n, baseNs: 5_000_000_000n, rate: 0.5 };
    expect(offsetAtNs(slot, 5_000_000_000n)).toBe(1000n);
    expect(offsetAtNs(slot, 7_000_000_000n)).toBe(1_000_001_000n);
    expect(offsetAtNs({ ...slot, rate: -0.5 }, 7_000_000_000n)).toBe(-999_999_000n);
  });
});
