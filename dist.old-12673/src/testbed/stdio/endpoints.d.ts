import { MaelstromChannel } from '../../client/rpc-channel.ts';
import type { NodeId } from '../../fault/fault.ts';
import type { Endpoint, Message } from './endpoint.ts';
import type { Ledger } from './ledger.ts';
import type { Router } from './router.ts';
import type { Service } from './services/service.ts';
export interface ClientOptions {
  readonly name: string;
  readonly node: NodeId;
  readonly timeoutMs: number;
  readonly isCounted: boolean;
  closed(client: ClientEndpoint): void;
}
/** A client is one channel to one node. */
export declare class ClientEndpoint implements Endpoint {
  #private;
  readonly kind = 'client';
  readonly index = -1;
  readonly name: string;
  readonly quoted: string;
  readonly isCounted: boolean;
  readonly channel: MaelstromChannel;
  constructor(options: ClientOptions, router: Router, ledger: Ledger);
  deliver(message: Message): boolean;
}
/** Where a reply goes whose client is there no more. */
export declare function formerClient(name: string): Endpoint;
export declare class ServiceEndpoint implements Endpoint {
  #private;
  readonly kind = 'service';
  readonly index = -1;
  readonly isCounted = true;
  readonly name: string;
  readonly quoted: string;
  constructor(service: Service, router: Router, ledger: Ledger);
  deliver(message: Message): boolean;
}
