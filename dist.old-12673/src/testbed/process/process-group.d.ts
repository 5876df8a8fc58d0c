/** SIGKILL to the tree of `group`; resolves when none of it is left. */
export declare function killGroup(group: number, node: string): Promise<void>;
/** SIGSTOP to the tree of `group`; resolves to the number of processes when all are stopped. */
export declare function pauseGroup(group: number, node: string): Promise<number>;
/** SIGCONT to the tree of `group`; resolves when none of it is stopped. */
export declare function resumeGroup(group: number, node: string): Promise<void>;
