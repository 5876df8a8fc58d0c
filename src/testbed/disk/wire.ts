/**
 * The language of `/dev/fuse` (`linux/fuse.h`, version 7.31): what the kernel asks and how it
 * is answered. All numbers are little-endian.
 */

/** What the kernel asks for. */
export const ask = {
  lookup: 1,
  forget: 2,
  getAttributes: 3,
  setAttributes: 4,
  readLink: 5,
  symlink: 6,
  makeNode: 8,
  makeFolder: 9,
  unlink: 10,
  removeFolder: 11,
  rename: 12,
  link: 13,
  open: 14,
  read: 15,
  write: 16,
  statFs: 17,
  release: 18,
  sync: 20,
  init: 26,
  openFolder: 27,
  readFolder: 28,
  releaseFolder: 29,
  syncFolder: 30,
  create: 35,
  interrupt: 36,
  destroy: 38,
  batchForget: 42,
  allocate: 43,
  rename2: 45,
} as const;

/** Request: length, opcode, unique, node, uid, gid, pid, then the body. */
const headerBytes = 40;
/** What one write may carry. */
const writeBytesMax = 1 << 20;
/** The longest request. */
export const requestBytesMax = writeBytesMax + 4096;

/** One request. Its bytes are valid only until the next one is read. */
export interface Request {
  readonly opcode: number;
  readonly unique: bigint;
  /** Number of the inode asked about. */
  readonly node: number;
  readonly uid: number;
  readonly gid: number;
  readonly body: Buffer;
}

export function readRequest(bytes: Buffer): Request {
  return {
    opcode: bytes.readUInt32LE(4),
    unique: bytes.readBigUInt64LE(8),
    node: Number(bytes.readBigUInt64LE(16)),
    uid: bytes.readUInt32LE(24),
    gid: bytes.readUInt32LE(28),
    body: bytes.subarray(headerBytes),
  };
}

/** `errno` 0 for success; else there is no body. */
export function reply(unique: bigint, errno: number, body?: Buffer): Buffer {
  const length = 16 + (body?.length ?? 0);
  const bytes = Buffer.allocUnsafe(length);
  bytes.writeUInt32LE(length, 0);
  bytes.writeInt32LE(-errno, 4);
  bytes.writeBigUInt64LE(unique, 8);
  body?.copy(bytes, 16);
  return bytes;
}

/** A text that ends in a zero byte, from `at`. */
export function textAt(body: Buffer, at: number): string {
  const end = body.indexOf(0, at);
  return body.toString('utf8', at, end === -1 ? body.length : end);
}

/** Two such texts, one after the other. */
export function textsAt(body: Buffer, at: number): readonly [string, string] {
  const end = body.indexOf(0, at);
  return [body.toString('utf8', at, end), textAt(body, end + 1)];
}

/** What `stat` tells of a file. */
export interface Attributes {
  readonly id: number;
  readonly size: number;
  readonly mode: number;
  readonly links: number;
  readonly uid: number;
  readonly gid: number;
  readonly device: number;
  readonly accessNs: bigint;
  readonly modifyNs: bigint;
  readonly changeNs: bigint;
}

const secondNs = 1_000_000_000n;

function writeAttributes(bytes: Buffer, at: number, file: Attributes): void {
  const times = [file.accessNs, file.modifyNs, file.changeNs];
  bytes.writeBigUInt64LE(BigInt(file.id), at);
  bytes.writeBigUInt64LE(BigInt(file.size), at + 8);
  bytes.writeBigUInt64LE(BigInt(Math.ceil(file.size / 512)), at + 16);
  for (const [i, ns] of times.entries()) {
    bytes.writeBigUInt64LE(ns / secondNs, at + 24 + 8 * i);
    bytes.writeUInt32LE(Number(ns % secondNs), at + 48 + 4 * i);
  }
  const numbers = [file.mode, file.links, file.uid, file.gid, file.device, 4096, 0];
  for (const [i, number] of numbers.entries()) bytes.writeUInt32LE(number, at + 60 + 4 * i);
}

/**
 * An inode with its name. Nothing may be remembered by the kernel (the times of validity are
 * 0): after a loss of power all is asked anew.
 */
export function entry(file: Attributes): Buffer {
  const bytes = Buffer.alloc(128);
  bytes.writeBigUInt64LE(BigInt(file.id), 0);
  writeAttributes(bytes, 40, file);
  return bytes;
}

export function attributes(file: Attributes): Buffer {
  const bytes = Buffer.alloc(104);
  writeAttributes(bytes, 16, file);
  return bytes;
}

/** Without flags: pages that the kernel has of the file from before are dropped. */
export function opened(handle: number): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeBigUInt64LE(BigInt(handle), 0);
  return bytes;
}

export function written(length: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(length, 0);
  return bytes;
}

/** Flags that are asked of the kernel; the write-back cache is not among them. */
const wantedFlags =
  (1 << 0) | // ASYNC_READ
  (1 << 3) | // ATOMIC_O_TRUNC
  (1 << 5) | // BIG_WRITES
  (1 << 15) | // ASYNC_DIO
  (1 << 18) | // PARALLEL_DIROPS
  (1 << 22); // MAX_PAGES

/** The answer to the first request. */
export function initialized(body: Buffer): Buffer {
  const bytes = Buffer.alloc(64);
  bytes.writeUInt32LE(7, 0);
  bytes.writeUInt32LE(Math.min(body.readUInt32LE(4), 31), 4);
  bytes.writeUInt32LE(1 << 20, 8); // readahead
  bytes.writeUInt32LE((body.readUInt32LE(12) & wantedFlags) >>> 0, 12);
  bytes.writeUInt16LE(64, 16); // requests in the background
  bytes.writeUInt16LE(48, 18);
  bytes.writeUInt32LE(writeBytesMax, 20);
  bytes.writeUInt32LE(1, 24); // times in ns
  bytes.writeUInt16LE(writeBytesMax / 4096, 28);
  return bytes;
}

export interface Space {
  readonly blockBytes: number;
  readonly blocks: number;
  readonly free: number;
  readonly files: number;
}

export function statFs({ blockBytes, blocks, free, files }: Space): Buffer {
  const bytes = Buffer.alloc(80);
  for (const [i, number] of [blocks, free, free, files, files].entries())
    bytes.writeBigUInt64LE(BigInt(number), 8 * i);
  bytes.writeUInt32LE(blockBytes, 40);
  bytes.writeUInt32LE(255, 44);
  bytes.writeUInt32LE(blockBytes, 48);
  return bytes;
}

export interface Listed {
  readonly id: number;
  readonly name: string;
  readonly mode: number;
}

/** As many names from `from` on as fit. */
export function folderPage(list: readonly Listed[], from: number, bytesMax: number): Buffer {
  const parts: Buffer[] = [];
  let length = 0;
  for (const [i, { id, name, mode }] of list.slice(from).entries()) {
    const text = Buffer.from(name);
    const part = Buffer.alloc((24 + text.length + 7) & ~7);
    length += part.length;
    if (length > bytesMax) break;
    part.writeBigUInt64LE(BigInt(id), 0);
    part.writeBigUInt64LE(BigInt(from + i + 1), 8);
    part.writeUInt32LE(text.length, 16);
    part.writeUInt32LE(mode >>> 12, 20);
    text.copy(part, 24);
    parts.push(part);
  }
  return Buffer.concat(parts);
}
