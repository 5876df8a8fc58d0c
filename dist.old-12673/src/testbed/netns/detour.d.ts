import { type LinkPlan } from './ruleset.ts';
export declare class Detour {
  #private;
  constructor(seed: number);
  /** Makes the links among `links` that shall be slow the only ones that it knows. */
  order(links: readonly LinkPlan[]): Promise<void>;
  stop(): Promise<void>;
}
/** Why packets cannot be held back here, with what would allow it. */
export declare function detourObstacle(): string | undefined;
