import type { RequiredCommand } from '../contract/target.ts';
/** Why something cannot be had, and the one command that would allow it. */
export interface Obstacle {
  readonly found: string;
  readonly advice: string;
}
/** The commands of a target that are not there, with the line that installs them. */
export declare function missingCommands(commands: readonly RequiredCommand[]): Obstacle | undefined;
/** A PATH in which the tools are found. */
export declare function systemPath(): string;
