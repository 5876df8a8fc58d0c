/**
 * Replaces the file at `path` with the joined `parts`. Folders on the way are made.
 * @throws TargetError if the disk is full or does not allow it; the old file then stays
 */
export declare function writeAtomic(path: string, parts: Iterable<string>): void;
/** Writes all bytes: one call may write only some of them. */
export declare function writeWhole(file: number, bytes: Uint8Array): void;
