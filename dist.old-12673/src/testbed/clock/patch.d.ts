import * as code from './stub.ts';
/**
 * Makes the process's clock follow `slot`. Patches it first if it has to.
 * @throws ProcessGone if it ended; TargetError if it cannot be patched.
 */
export declare function writeSkew(pid: number, slot: code.Slot, staysStopped: () => boolean): void;
/**
 * The skew that is in force in the process, read from its memory; undefined if it was never
 * patched, and so has the true time.
 * @throws ProcessGone if it ended.
 */
export declare function readSkew(pid: number): code.Slot | undefined;
/** Forgets a process that is gone. */
export declare function forgetProcess(pid: number): void;
