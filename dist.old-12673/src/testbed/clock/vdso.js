/**
 * Reads the vDSO: the small shared library that the kernel maps into every process, through
 * which programs ask for the time without a system call.
 */
/** The `[vdso]` line of `/proc/PID/maps`; undefined for a process without one. */
export function vdsoMapping(maps) {
  const found = /^([0-9a-f]+)-([0-9a-f]+) .*\[vdso\]$/m.exec(maps);
  if (found === null) return undefined;
  const address = Number.parseInt(found[1] ?? '', 16);
  return { address, sizeBytes: Number.parseInt(found[2] ?? '', 16) - address };
}
/** True for a 64-bit x86 image, which is what the stub is made for. */
export function isX64Image(image) {
  const elf64 = image.length > 64 && image.readUInt32BE(0) === 0x7f_45_4c_46 && image[4] === 2;
  return elf64 && image.readUInt16LE(18) === 62;
}
const programHeaderBytes = 56;
const loadSegment = 1;
const dynamicSegment = 2;
const dynamicHash = 4;
const dynamicStrings = 5;
const dynamicSymbols = 6;
const symbolBytes = 24;
/** Names of functions → distance from the start of the image. */
export function functionOffsets(image) {
  const { base, dynamicAt } = segments(image);
  const tables = new Map();
  for (let at = dynamicAt; at + 16 <= image.length; at += 16) {
    const tag = Number(image.readBigInt64LE(at));
    if (tag === 0) break;
    tables.set(tag, Number(image.readBigUInt64LE(at + 8)) - base);
  }
  const symbols = tables.get(dynamicSymbols) ?? 0;
  const strings = tables.get(dynamicStrings) ?? 0;
  const hash = tables.get(dynamicHash);
  // Without the old hash table its chain count is not known; then strings follow symbols.
  const count =
    hash === undefined
      ? Math.floor((strings - symbols) / symbolBytes)
      : image.readUInt32LE(hash + 4);
  const offsets = new Map();
  for (let i = 1; i < count; i += 1) {
    const at = symbols + i * symbolBytes;
    if (at + symbolBytes > image.length) break;
    const nameAt = strings + image.readUInt32LE(at);
    const name = image.toString('latin1', nameAt, image.indexOf(0, nameAt));
    offsets.set(name, Number(image.readBigUInt64LE(at + 8)) - base);
  }
  return offsets;
}
/**
 * Where `sizeBytes` fit behind everything in the image, on a 64-byte boundary; undefined if
 * they do not. The kernel maps whole pages and fills the last one with zeros.
 */
export function roomFor(image, sizeBytes) {
  let end = image.length;
  while (end > 0 && image[end - 1] === 0) end -= 1;
  // Some bytes apart: code or data may itself end in zeros.
  const at = (end + 16 + 63) & ~63;
  return at + sizeBytes <= image.length ? at : undefined;
}
function segments(image) {
  const headersAt = Number(image.readBigUInt64LE(32));
  const headerCount = image.readUInt16LE(56);
  let base;
  let dynamicAt = image.length;
  for (let i = 0; i < headerCount; i += 1) {
    const at = headersAt + i * programHeaderBytes;
    const type = image.readUInt32LE(at);
    if (type === loadSegment) base ??= Number(image.readBigUInt64LE(at + 16));
    if (type === dynamicSegment) dynamicAt = Number(image.readBigUInt64LE(at + 8));
  }
  return { base: base ?? 0, dynamicAt };
}
