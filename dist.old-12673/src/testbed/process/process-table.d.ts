export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** One letter as in `ps`: R, S, D, T, Z, … */
  readonly state: string;
}
/** The living members of the group and their living descendants. Zombies are not alive. */
export declare function membersOf(group: number): Promise<readonly ProcessEntry[]>;
/** Those of `entries` that still live. */
export declare function stillLiving(
  entries: readonly ProcessEntry[],
): Promise<readonly ProcessEntry[]>;
/**
 * Those of `members`, a whole process tree, that can still run: not every thread is stopped.
 *
 * A parent that waits in vfork(2) for a child that was stopped before its exec cannot stop: it
 * sleeps in state D, and its SIGSTOP waits with it. It runs no instruction of its own until
 * the child goes on, so D counts as stopped where a child is.
 */
export declare function stillMoving(members: readonly ProcessEntry[]): readonly ProcessEntry[];
