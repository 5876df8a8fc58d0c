/**
 * One disk: answers what the kernel asks about its files, strikes operations as it was told
 * to, and forgets at a loss of power what was not synced.
 */
import { statfsSync } from 'node:fs';
import { constants } from 'node:os';
import { prng, Random } from '../../base/prng.ts';
import type { DiskEffect, DiskOperation, PowerLoss } from '../../fault/disk.ts';
import { Content } from './content.ts';
import { type Inode, kinds, Names, nowNs, type Owner, Refused } from './names.ts';
import * as wire from './wire.ts';

const { ask } = wire;

/** A file in the root that no list shows: by it dsx sees that a fault has taken hold. */
export const probeName = '.dsx-probe';

/** What a loss of power took back. */
export interface LossCounts {
  readonly files: number;
  readonly pages: number;
  readonly sectorsKept: number;
  readonly names: number;
}

/** Operations since the present effect was set, and how many of them it struck. */
export interface StrikeCounts {
  readonly operations: number;
  readonly struck: number;
}

/** The bytes to answer with, at once or after a while; undefined for no answer. */
export interface Answer {
  readonly bytes: Buffer | undefined;
  readonly delayMs: number;
}

const silence: Answer = { bytes: undefined, delayMs: 0 };
/** As Linux has them on every architecture that Node runs on. */
const [syncFlag, truncateFlag] = [0o10000, 0o1000];

export class Volume {
  readonly #folder: string;
  readonly #names: Names;
  readonly #probe: Inode;
  readonly #random: Random;
  readonly #listings = new Map<number, readonly wire.Listed[]>();
  #nextHandle = 1;
  #effect: DiskEffect | null = null;
  #counts = { operations: 0, struck: 0 };

  /** `folder`: of the host's, for what the disk holds. */
  constructor(folder: string, owner: Owner, seed: number) {
    this.#folder = folder;
    this.#random = new Random(prng(seed));
    this.#names = new Names(owner);
    this.#probe = this.#makeFile(0o600, owner);
    this.#probe.links = 1;
  }

  /** Makes `effect` the only one in force; null for none. */
  set(effect: DiskEffect | null): void {
    this.#effect = effect;
    this.#counts = { operations: 0, struck: 0 };
  }

  get counts(): StrikeCounts {
    return this.#counts;
  }

  /** All that is there is durable, as after the sync(2) of a host that is shut down. */
  settle(): void {
    for (const inode of this.#names.inodes) inode.content?.sync();
    this.#names.syncAll();
  }

  /** No process may use the disk. */
  losePower({ names, keep, seed }: PowerLoss): LossCounts {
    const random = new Random(prng(seed));
    const counts = { files: 0, pages: 0, sectorsKept: 0 };
    for (const inode of this.#names.inodes) {
      if (inode.content?.isUnsynced !== true) continue;
      // The probe is to show the loss itself, not its luck.
      const lost = inode.content.losePower(inode === this.#probe ? 0 : keep, random);
      if (inode === this.#probe) continue;
      counts.files += 1;
      counts.pages += lost.pages;
      counts.sectorsKept += lost.sectorsKept;
    }
    // A journal is there up to some point, so all its changes of names are, or none.
    const keepsAll = random.chance(keep);
    const changed = this.#names.losePower(names, () =>
      names === 'journal' ? keepsAll : random.chance(keep),
    );
    return { ...counts, names: changed };
  }

  answer(request: wire.Request): Answer {
    const { opcode, unique } = request;
    if (opcode === ask.forget) {
      this.#names.forget(request.node, Number(request.body.readBigUInt64LE(0)));
      return silence;
    }
    if (opcode === ask.batchForget) {
      this.#forgetMany(request.body);
      return silence;
    }
    if (opcode === ask.interrupt) return silence;
    try {
      const delayMs = this.#strike(request);
      return { bytes: wire.reply(unique, 0, this.#perform(request)), delayMs };
    } catch (error) {
      return { bytes: wire.reply(unique, errnoOf(error)), delayMs: 0 };
    }
  }

  /** Decides what the effect in force does to an operation. Returns the delay. @throws Refused */
  #strike(request: wire.Request): number {
    const operation = operationOf(request.opcode);
    if (operation === undefined || this.#effect === null) return 0;
    const isProbe = request.node === this.#probe.id;
    if (!isProbe) this.#counts.operations += 1;
    const isHit = this.#isHit(this.#effect, operation, request, isProbe);
    if (!isHit) return 0;
    if (!isProbe) this.#counts.struck += 1;
    if (this.#effect.kind === 'eio') throw new Refused('EIO');
    if (this.#effect.kind === 'enospc') throw new Refused('ENOSPC');
    return this.#effect.kind === 'slow' ? this.#effect.delayMs : 0;
  }

  /** The probe is struck always: what it shows is that the fault is in force. */
  #isHit(
    effect: DiskEffect,
    operation: DiskOperation | 'name',
    request: wire.Request,
    isProbe: boolean,
  ): boolean {
    switch (effect.kind) {
      case 'eio':
        if (operation === 'name' || !effect.operations.includes(operation)) return false;
        return isProbe || this.#random.chance(effect.probability);
      case 'enospc':
        return operation === 'name' || this.#needsSpace(request);
      case 'slow':
        return operation !== 'name';
      case 'bitflip':
        // Decided where the bytes are.
        return false;
    }
  }

  #needsSpace({ opcode, node, body }: wire.Request): boolean {
    if (opcode !== ask.write && opcode !== ask.allocate) return false;
    const { content } = this.#names.inode(node);
    const end = Number(body.readBigUInt64LE(8)) + lengthOf(opcode, body);
    return content !== undefined && end > content.allocated;
  }

  #perform(request: wire.Request): Buffer | undefined {
    const operation = this.#operations[request.opcode];
    if (operation === undefined) throw new Refused('ENOSYS');
    return operation(request);
  }

  readonly #operations: Readonly<Record<number, (request: wire.Request) => Buffer | undefined>> = {
    [ask.init]: ({ body }) => wire.initialized(body),
    [ask.destroy]: () => undefined,
    [ask.statFs]: () => this.#space(),
    [ask.lookup]: ({ node, body }) => {
      const folder = this.#names.inode(node);
      const name = wire.textAt(body, 0);
      return this.#entry(
        folder === this.#names.root && name === probeName
          ? this.#probe
          : this.#names.find(folder, name),
      );
    },
    [ask.getAttributes]: ({ node }) => wire.attributes(this.#names.inode(node).attributes()),
    [ask.setAttributes]: ({ node, body }) => this.#setAttributes(this.#names.inode(node), body),
    [ask.readLink]: ({ node }) => Buffer.from(this.#names.inode(node).target),
    [ask.symlink]: (request) => {
      const [name, target] = wire.textsAt(request.body, 0);
      const inode = this.#names.make(kinds.symlink | 0o777, request);
      inode.target = target;
      return this.#add(request.node, name, inode);
    },
    [ask.makeNode]: (request) => {
      const { node, body } = request;
      const mode = body.readUInt32LE(0);
      const isFile = (mode & kinds.mask) === kinds.file;
      const inode = isFile
        ? this.#makeFile(mode, request)
        : this.#names.make(mode, request, body.readUInt32LE(4));
      return this.#add(node, wire.textAt(body, 16), inode);
    },
    [ask.makeFolder]: (request) => {
      const mode = kinds.folder | (request.body.readUInt32LE(0) & 0o7777);
      const inode = this.#names.make(mode, request);
      return this.#add(request.node, wire.textAt(request.body, 8), inode);
    },
    [ask.create]: (request) => {
      const { node, body } = request;
      const inode = this.#makeFile(body.readUInt32LE(4), request);
      const entry = this.#add(node, wire.textAt(body, 16), inode);
      return Buffer.concat([entry, wire.opened(0)]);
    },
    [ask.link]: ({ node, body }) => {
      const inode = this.#names.inode(Number(body.readBigUInt64LE(0)));
      return this.#add(node, wire.textAt(body, 8), inode);
    },
    [ask.unlink]: ({ node, body }) => {
      this.#remove(node, wire.textAt(body, 0), false);
      return undefined;
    },
    [ask.removeFolder]: ({ node, body }) => {
      this.#remove(node, wire.textAt(body, 0), true);
      return undefined;
    },
    [ask.rename]: ({ node, body }) => {
      this.#rename(node, Number(body.readBigUInt64LE(0)), wire.textsAt(body, 8), 0);
      return undefined;
    },
    [ask.rename2]: ({ node, body }) => {
      const to = Number(body.readBigUInt64LE(0));
      this.#rename(node, to, wire.textsAt(body, 16), body.readUInt32LE(8));
      return undefined;
    },
    [ask.open]: ({ node, body }) => {
      if ((body.readUInt32LE(0) & truncateFlag) !== 0) this.#content(node).truncate(0);
      return wire.opened(0);
    },
    [ask.read]: ({ node, body }) => this.#read(node, body),
    [ask.write]: ({ node, body }) => this.#write(node, body),
    [ask.release]: () => undefined,
    [ask.sync]: ({ node }) => {
      this.#sync(this.#names.inode(node));
      return undefined;
    },
    [ask.allocate]: ({ node, body }) => {
      this.#allocate(node, body);
      return undefined;
    },
    [ask.openFolder]: ({ node }) => {
      const handle = this.#nextHandle;
      this.#nextHandle += 1;
      this.#listings.set(handle, listing(this.#names.inode(node)));
      return wire.opened(handle);
    },
    [ask.readFolder]: ({ body }) => {
      const list = this.#listings.get(Number(body.readBigUInt64LE(0))) ?? [];
      return wire.folderPage(list, Number(body.readBigUInt64LE(8)), body.readUInt32LE(16));
    },
    [ask.releaseFolder]: ({ body }) => {
      this.#listings.delete(Number(body.readBigUInt64LE(0)));
      return undefined;
    },
    [ask.syncFolder]: ({ node }) => {
      this.#names.folderSynced(this.#names.inode(node));
      return undefined;
    },
  };

  #read(node: number, body: Buffer): Buffer {
    const inode = this.#names.inode(node);
    const bytes = this.#content(node).read(
      Number(body.readBigUInt64LE(8)),
      lengthOf(ask.read, body),
    );
    if (this.#effect?.kind !== 'bitflip' || bytes.length === 0) return bytes;
    const isProbe = inode === this.#probe;
    if (!isProbe && !this.#random.chance(this.#effect.probability)) return bytes;
    const at = this.#random.int(bytes.length);
    bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << this.#random.int(8)), at);
    if (!isProbe) this.#counts.struck += 1;
    return bytes;
  }

  #write(node: number, body: Buffer): Buffer {
    const inode = this.#names.inode(node);
    const length = lengthOf(ask.write, body);
    const bytes = body.subarray(40, 40 + length);
    const count = this.#content(node).write(Number(body.readBigUInt64LE(8)), bytes);
    inode.touched();
    // O_DSYNC, which is in O_SYNC too.
    if ((body.readUInt32LE(32) & syncFlag) !== 0) this.#sync(inode);
    return wire.written(count);
  }

  #sync(inode: Inode): void {
    inode.content?.sync();
    // The probe is no file of the node's: it must not make the node's names durable.
    if (inode !== this.#probe) this.#names.fileSynced();
  }

  #allocate(node: number, body: Buffer): void {
    const [at, length] = [Number(body.readBigUInt64LE(8)), lengthOf(ask.allocate, body)];
    const mode = body.readUInt32LE(24);
    const [keepsSize, punches, zeroes] = [1, 2, 16].map((flag) => (mode & flag) !== 0);
    if ((mode & ~(1 | 2 | 16)) !== 0) throw new Refused('EOPNOTSUPP');
    const content = this.#content(node);
    if (punches === true || zeroes === true) content.zero(at, at + length);
    if (punches !== true) content.allocate(at + length, keepsSize !== true);
  }

  #setAttributes(inode: Inode, body: Buffer): Buffer {
    const valid = body.readUInt32LE(0);
    const has = (flag: number): boolean => (valid & flag) !== 0;
    const time = (at: number): bigint =>
      body.readBigUInt64LE(at) * 1_000_000_000n + BigInt(body.readUInt32LE(56 + (at - 32) / 2));
    if (has(8)) {
      this.#content(inode.id).truncate(Number(body.readBigUInt64LE(16)));
      inode.touched();
    }
    inode.change({
      ...(has(1) ? { mode: body.readUInt32LE(68) } : {}),
      ...(has(2) ? { uid: body.readUInt32LE(76) } : {}),
      ...(has(4) ? { gid: body.readUInt32LE(80) } : {}),
      ...(has(16) ? { accessNs: has(128) ? nowNs() : time(32) } : {}),
      ...(has(32) ? { modifyNs: has(256) ? nowNs() : time(40) } : {}),
    });
    return wire.attributes(inode.attributes());
  }

  #add(node: number, name: string, inode: Inode): Buffer {
    const folder = this.#names.inode(node);
    if (folder.entries.has(name)) throw new Refused('EEXIST');
    this.#names.set(folder, name, inode);
    return this.#entry(inode);
  }

  #remove(node: number, name: string, isFolder: boolean): void {
    const folder = this.#names.inode(node);
    const inode = this.#names.find(folder, name);
    if (inode.isFolder !== isFolder) throw new Refused(isFolder ? 'ENOTDIR' : 'EISDIR');
    if (inode.entries.size > 0) throw new Refused('ENOTEMPTY');
    this.#names.set(folder, name, undefined);
  }

  /** Flags of renameat2(2): 1 never replaces, 2 exchanges. */
  #rename(
    fromId: number,
    toId: number,
    [name, newName]: readonly [string, string],
    flags: number,
  ): void {
    const [from, to] = [this.#names.inode(fromId), this.#names.inode(toId)];
    const inode = this.#names.find(from, name);
    const old = to.entries.get(newName);
    if (old === inode) return;
    if (flags === 2) {
      this.#names.set(from, name, this.#names.find(to, newName));
      this.#names.set(to, newName, inode);
      return;
    }
    if (flags !== 0 && (flags !== 1 || old !== undefined))
      throw new Refused(flags === 1 ? 'EEXIST' : 'EINVAL');
    if (old !== undefined && old.isFolder !== inode.isFolder)
      throw new Refused(inode.isFolder ? 'ENOTDIR' : 'EISDIR');
    if (old !== undefined && old.entries.size > 0) throw new Refused('ENOTEMPTY');
    this.#names.set(to, newName, inode);
    this.#names.set(from, name, undefined);
  }

  #makeFile(mode: number, owner: Owner): Inode {
    const inode = this.#names.make(kinds.file | (mode & 0o7777), owner);
    inode.content = new Content(this.#folder);
    return inode;
  }

  /** @throws Refused if it is no file. */
  #content(node: number): Content {
    const { content, isFolder } = this.#names.inode(node);
    if (content === undefined) throw new Refused(isFolder ? 'EISDIR' : 'EINVAL');
    return content;
  }

  /** The kernel knows it once more. */
  #entry(inode: Inode): Buffer {
    return wire.entry(inode.told());
  }

  #forgetMany(body: Buffer): void {
    const count = body.readUInt32LE(0);
    for (let i = 0; i < count; i += 1)
      this.#names.forget(
        Number(body.readBigUInt64LE(8 + 16 * i)),
        Number(body.readBigUInt64LE(16 + 16 * i)),
      );
  }

  #space(): Buffer {
    const { bsize, blocks, bavail, files } = statfsSync(this.#folder);
    const free = this.#effect?.kind === 'enospc' ? 0 : bavail;
    return wire.statFs({ blockBytes: bsize, blocks, free, files });
  }
}

function listing(folder: Inode): readonly wire.Listed[] {
  const entries = [...folder.entries].map(([name, { id, mode }]) => ({ id, name, mode }));
  const self = { id: folder.id, mode: folder.mode };
  return [{ ...self, name: '.' }, { ...self, name: '..' }, ...entries];
}

/** Kinds of operations that an effect may strike; undefined for the others. */
function operationOf(opcode: number): DiskOperation | 'name' | undefined {
  switch (opcode) {
    case ask.read:
      return 'read';
    case ask.write:
    case ask.allocate:
      return 'write';
    case ask.sync:
    case ask.syncFolder:
      return 'sync';
    case ask.create:
    case ask.makeFolder:
    case ask.makeNode:
    case ask.symlink:
      return 'name';
    default:
      return undefined;
  }
}

function lengthOf(opcode: number, body: Buffer): number {
  return opcode === ask.allocate ? Number(body.readBigUInt64LE(16)) : body.readUInt32LE(16);
}

function errnoOf(error: unknown): number {
  if (error instanceof Refused) return error.errno;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return (constants.errno as Readonly<Record<string, number>>)[code] ?? constants.errno.EIO;
}
