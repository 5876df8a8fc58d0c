/**
 * Redis with Sentinel: a primary that replicates asynchronously, and sentinels that promote a
 * replica when they miss the primary. Each node is a server and a sentinel; each client asks
 * the sentinel of its own node who the primary is.
 *
 * What an error means is in the table of the client (`src/client/redis.ts`); besides:
 *
 * | answer | recorded as | because |
 * |---|---|---|
 * | the sentinel is not there, or knows no primary | fail | nothing was sent |
 * | fewer replicas than a write's `WAIT` asked for | info | the primary has it, and it may survive |
 *
 * A read that failed is `fail` whatever the reason: it changed nothing.
 */
import {
  type Client,
  type NodePlace,
  type ServerClientPlace,
  type ServerPlan,
  type ServerSite,
} from '../src/sdk.ts';

/** Both rewrite their files as roles change, so these are written once only. */
declare function plan(site: ServerSite): ServerPlan;
declare function register(place: ServerClientPlace): Promise<Client>;
declare function set(place: ServerClientPlace): Promise<Client>;
declare const _default: {
  name: string;
  summary: string;
  testbed: 'netns';
  nodeCount: number;
  objects: string[];
  survives: string[];
  reportsPrimary: true;
  recoverySeconds: number;
  variants: (
    | {
        name: string;
        summary: string;
        promises: string;
        broken?: never;
      }
    | {
        name: string;
        summary: string;
        broken: {
          mistake: string;
          shownBy: {
            workload: string;
            nemesis: string;
          };
        };
        promises?: never;
      }
  )[];
  commands: {
    command: string;
    debianPackage: string;
  }[];
  server: typeof plan;
  up: ({ address }: NodePlace, signal: AbortSignal) => Promise<void>;
  formed(places: readonly NodePlace[], signal: AbortSignal): Promise<void>;
  leads(place: NodePlace, signal: AbortSignal): Promise<boolean>;
  clients: {
    register: typeof register;
    set: typeof set;
  };
};
export default _default;
