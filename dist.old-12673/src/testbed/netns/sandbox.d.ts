export declare function isInSandbox(): boolean;
/**
 * The number by which this run's dsx is known on the host. In the sandbox processes have
 * numbers of their own, and those mean other processes outside.
 */
export declare function hostPid(): number;
/**
 * The command line that runs `command` in a new sandbox. The shell is the first process in
 * there: it takes in orphans, which Node does not, and as it ends, all others do.
 */
export declare function sandboxed(command: readonly string[]): readonly [string, ...string[]];
/**
 * Runs this very dsx again, with the same arguments, inside a sandbox, and resolves to its
 * exit code. Signals are passed on.
 */
export declare function runInSandbox(): Promise<number>;
