/** The versions that one node holds, on its disk. */
import type { Storage } from '../../src/node/node.ts';
import { type Version } from './timestamp.ts';
export declare class Replica {
  #private;
  constructor(storage: Storage);
  /** The newest version on the disk. One that is not yet there was seen by nobody. */
  read(key: string): Version | undefined;
  /** Keeps the version if it is newer; resolves when it, or a newer one, is on the disk. */
  store(key: string, version: Version): Promise<void>;
}
