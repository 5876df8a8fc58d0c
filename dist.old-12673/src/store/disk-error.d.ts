/** What the operating system says about a file, in words that say what to do. */
import { TargetError, UsageError } from '../base/errors.ts';
/** The code of a system error, such as `ENOSPC`; empty for anything else. */
export declare function codeOf(thrown: unknown): string;
/** Trouble while a run is being written. What was written before it stays. */
export declare function diskError(thrown: unknown, path: string): TargetError;
/** Trouble with the folder for runs, before there is a run. */
export declare function rootError(thrown: unknown, root: string): UsageError;
