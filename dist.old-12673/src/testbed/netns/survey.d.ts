import { type Obstacle } from '../find-command.ts';
/** Undefined: the testbed netns can be had. */
export declare function sandboxObstacle(): Promise<Obstacle | undefined>;
