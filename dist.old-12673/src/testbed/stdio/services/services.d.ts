/** All services, each with a stream of draws of its own. */
import { type Prng } from '../../../base/prng.ts';
import type { Service } from './service.ts';
export declare function createServices(rng: Prng, lwwReplicaCount: number): readonly Service[];
