/**
 * Inodes and their names, and what of the names would survive a loss of power. A folder
 * remembers for each name that was changed since it was last durable what it stood for then;
 * so one table is enough for creation, removal, rename and link alike.
 */
import { constants } from 'node:os';
import { type NameRule, nameRules } from '../../fault/disk.ts';
import type { Content } from './content.ts';
import type { Attributes } from './wire.ts';

/** A request that is refused, with the number of the error. */
export class Refused extends Error {
  readonly errno: number;

  constructor(name: keyof typeof constants.errno) {
    super(name);
    this.errno = constants.errno[name];
  }
}

/** Kinds of files, in the mode. */
export const kinds = {
  mask: 0o170000,
  folder: 0o040000,
  file: 0o100000,
  symlink: 0o120000,
} as const;

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** What of a file's attributes is to be another. */
export interface AttributeChange {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly accessNs?: bigint;
  readonly modifyNs?: bigint;
}

export class Inode {
  readonly id: number;
  mode: number;
  uid: number;
  gid: number;
  readonly device: number;
  accessNs: bigint;
  modifyNs: bigint;
  changeNs: bigint;
  /** Names that it has, and names that it would have again after a loss of power. */
  links = 0;
  oldLinks = 0;
  /** How many times the kernel was told of it and has not said that it forgot. */
  lookups = 0;
  /** Of a folder. */
  readonly entries = new Map<string, Inode>();
  /**
   * Of a folder: what changed names stood for when they were last durable, by each of the two
   * rules; null for nothing.
   */
  readonly before: Readonly<Record<NameRule, Map<string, Inode | null>>> = {
    journal: new Map(),
    strict: new Map(),
  };
  /** Of a file. */
  content: Content | undefined;
  /** Of a symbolic link. */
  target = '';

  constructor(id: number, mode: number, owner: Owner, device = 0) {
    this.id = id;
    this.mode = mode;
    this.uid = owner.uid;
    this.gid = owner.gid;
    this.device = device;
    this.accessNs = this.modifyNs = this.changeNs = nowNs();
  }

  get isFolder(): boolean {
    return (this.mode & kinds.mask) === kinds.folder;
  }

  attributes(): Attributes {
    const size = this.content?.size ?? Buffer.byteLength(this.target);
    const links = this.isFolder ? 2 : this.links;
    const { id, mode, uid, gid, device, accessNs, modifyNs, changeNs } = this;
    return { id, size, mode, links, uid, gid, device, accessNs, modifyNs, changeNs };
  }

  touched(): void {
    this.modifyNs = this.changeNs = nowNs();
  }

  /** Mode without the kind. */
  change(change: AttributeChange): void {
    const { mode, uid, gid, accessNs, modifyNs } = change;
    if (mode !== undefined) this.mode = (this.mode & kinds.mask) | (mode & 0o7777);
    this.uid = uid ?? this.uid;
    this.gid = gid ?? this.gid;
    this.changeNs = nowNs();
    this.accessNs = accessNs ?? this.accessNs;
    this.modifyNs = modifyNs ?? this.modifyNs;
  }

  /** The kernel is told of it once more. */
  told(): Attributes {
    this.lookups += 1;
    return this.attributes();
  }

  /** Makes a name of the folder stand for `inode`, or for nothing. */
  put(name: string, inode: Inode | undefined): void {
    const old = this.entries.get(name);
    if (old !== undefined) old.links -= 1;
    this.entries.delete(name);
    if (inode === undefined) return;
    this.entries.set(name, inode);
    inode.named();
  }

  named(): void {
    this.links += 1;
  }

  dropContent(): void {
    this.content?.close();
    this.content = undefined;
  }
}

const rootId = 1;

/** All inodes of one disk. */
export class Names {
  readonly root: Inode;
  readonly #inodes = new Map<number, Inode>();
  /** Folders with changes that are not durable by one of the rules. */
  readonly #changed = new Set<Inode>();
  #nextId = rootId;

  constructor(owner: Owner) {
    this.root = this.make(kinds.folder | 0o755, owner);
    this.root.links = 1;
  }

  get inodes(): Iterable<Inode> {
    return this.#inodes.values();
  }

  /** An inode without a name. */
  make(mode: number, owner: Owner, device = 0): Inode {
    const inode = new Inode(this.#nextId, mode, owner, device);
    this.#nextId += 1;
    this.#inodes.set(inode.id, inode);
    return inode;
  }

  /** @throws Refused */
  inode(id: number): Inode {
    const inode = this.#inodes.get(id);
    if (inode === undefined) throw new Refused('ESTALE');
    return inode;
  }

  /** @throws Refused if there is no such name in the folder. */
  find(folder: Inode, name: string): Inode {
    const inode = folder.entries.get(name);
    if (inode === undefined) throw new Refused(folder.isFolder ? 'ENOENT' : 'ENOTDIR');
    return inode;
  }

  /** Makes `name` stand for `inode`, or for nothing; what it stood for may be freed. */
  set(folder: Inode, name: string, inode: Inode | undefined): void {
    const old = folder.entries.get(name);
    for (const rule of nameRules) {
      const before = folder.before[rule];
      if (before.has(name)) continue;
      before.set(name, old ?? null);
      if (old !== undefined) old.oldLinks += 1;
    }
    this.#changed.add(folder);
    folder.put(name, inode);
    folder.touched();
    for (const changed of [inode, old]) if (changed !== undefined) changed.changeNs = nowNs();
    if (old !== undefined) this.#freeIfUnused(old);
  }

  /** A file was synced: by the rule of the journal, all names are durable now. */
  fileSynced(): void {
    for (const folder of [...this.#changed]) this.#settle(folder, ['journal']);
  }

  /** A folder was synced: its names are durable by either rule. */
  folderSynced(folder: Inode): void {
    this.fileSynced();
    this.#settle(folder, nameRules);
  }

  /** All names are durable. */
  syncAll(): void {
    for (const folder of [...this.#changed]) this.#settle(folder, nameRules);
  }

  /**
   * Takes back every change of names that is not durable by `rule`. `keeps` is asked once for
   * each folder that has some. Returns how many names stand for something else than before.
   */
  losePower(rule: NameRule, keeps: (folder: Inode) => boolean): number {
    const changes = [...this.#changed]
      .filter((folder) => !keeps(folder))
      .flatMap((folder) => [...folder.before[rule]].map(([name, old]) => ({ folder, name, old })))
      .filter(({ folder, name, old }) => (folder.entries.get(name) ?? null) !== old);
    const dropped = changes.map(({ folder, name }) => folder.entries.get(name));
    for (const { folder, name, old } of changes) folder.put(name, old ?? undefined);
    this.syncAll();
    for (const inode of dropped) if (inode !== undefined) this.#freeIfUnused(inode);
    return dropped.length;
  }

  /** The kernel forgot it `count` times. */
  forget(id: number, count: number): void {
    const inode = this.#inodes.get(id);
    if (inode === undefined) return;
    inode.lookups -= count;
    this.#freeIfUnused(inode);
  }

  #settle(folder: Inode, rules: readonly NameRule[]): void {
    const freed = rules.flatMap((rule) => [...folder.before[rule].values()]);
    for (const rule of rules) folder.before[rule].clear();
    if (nameRules.every((rule) => folder.before[rule].size === 0)) this.#changed.delete(folder);
    this.#release(freed);
    this.#freeIfUnused(folder);
  }

  #release(inodes: readonly (Inode | null)[]): void {
    for (const inode of inodes) {
      if (inode === null) continue;
      inode.oldLinks -= 1;
      this.#freeIfUnused(inode);
    }
  }

  /** What has no name, would have none, and is not open, is gone. */
  #freeIfUnused(inode: Inode): void {
    if (inode.links > 0 || inode.oldLinks > 0 || inode.lookups > 0) return;
    if (this.#inodes.get(inode.id) !== inode) return;
    // A folder without a name can be reached by nobody, and neither can what is in it.
    const children = [...inode.entries.values()];
    inode.entries.clear();
    const before = nameRules.flatMap((rule) => [...inode.before[rule].values()]);
    for (const rule of nameRules) inode.before[rule].clear();
    this.#changed.delete(inode);
    this.#inodes.delete(inode.id);
    for (const child of children) child.links -= 1;
    for (const child of children) this.#freeIfUnused(child);
    this.#release(before);
    inode.dropContent();
  }
}

export function nowNs(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}
