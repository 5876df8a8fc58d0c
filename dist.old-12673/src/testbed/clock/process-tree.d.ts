/**
 * Process ids of the tree under `rootPid`, the root first; empty if it is gone. Cheap enough
 * to be asked many times a second: it reads the tree's own threads and not the whole of
 * `/proc`. A descendant whose parent has ended belongs to nobody's tree any more.
 */
export declare function processTree(rootPid: number): readonly number[];
