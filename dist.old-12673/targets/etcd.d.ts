/**
 * etcd 3, a key-value store on Raft, as installed on this machine. Clients speak to its HTTP
 * gateway, each to the node of its own.
 *
 * What an error means (`grpc/codes`):
 *
 * | answer | recorded as | because |
 * |---|---|---|
 * | no connection | fail | nothing was sent |
 * | 3 invalid argument, 11 out of range, 12 unimplemented | fail | refused before it is proposed |
 * | 8 resource exhausted | fail | too many requests, or no space: refused on every node alike |
 * | a compare that did not hold | fail | `succeeded` is false |
 * | 14 unavailable: no leader, leader changed, request timed out, … | info | it may have been proposed |
 * | any other code, a lost connection, no answer in time | info | nothing is known |
 *
 * A read that failed is `fail` whatever the reason: it changed nothing.
 */
import { type Client, type NodePlace, type ServerClientPlace } from '../src/sdk.ts';

declare function register(place: ServerClientPlace): Promise<Client>;
declare const _default: {
  name: string;
  summary: string;
  testbed: 'netns';
  nodeCount: number;
  objects: string[];
  survives: string[];
  reportsPrimary: true;
  variants: (
    | {
        name: string;
        summary: string;
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
      }
  )[];
  commands: {
    command: string;
    debianPackage: string;
  }[];
  peerPorts: number[];
  server({ node, peers, dataFolder, address, index }: import('../src/sdk.ts').ServerSite): {
    program: {
      command: string;
      args: string[];
      env: {
        ETCD_UNSUPPORTED_ARCH: NodeJS.Architecture;
      };
    };
  };
  up: ({ address }: NodePlace, signal: AbortSignal) => Promise<void>;
  formed(places: readonly NodePlace[], signal: AbortSignal): Promise<void>;
  leads(place: NodePlace, signal: AbortSignal): Promise<boolean>;
  clients: {
    register: typeof register;
  };
};
export default _default;
