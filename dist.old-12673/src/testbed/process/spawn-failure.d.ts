/** `code` is the system's (ENOENT, …) for starting `command` (a resolved path, or a bare name). */
export declare function explainSpawnFailure(code: string, command: string): string;
/**
 * What the first line of a program that ended at once may have to do with it: undefined if it
 * has nothing. A script without an interpreter is run by the shell, with odd results.
 */
export declare function explainFirstLine(path: string): string | undefined;
