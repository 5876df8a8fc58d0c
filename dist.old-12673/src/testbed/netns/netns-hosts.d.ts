import type { NodeId } from '../../fault/fault.ts';
import type { Hosts } from '../server/hosts.ts';
/** `seed` decides how long each packet of a slow link is held back. */
export declare function createNetnsHosts(nodes: readonly NodeId[], seed: number): Hosts;
