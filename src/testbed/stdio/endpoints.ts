/** The ends of the network that live inside dsx: clients and services. */
import { MaelstromChannel } from '../../client/rpc-channel.ts';
import type { NodeId } from '../../fault/fault.ts';
import { bodyForClient, bodyForService, textOf } from './body.ts';
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
export class ClientEndpoint implements Endpoint {
  readonly kind = 'client';
  readonly index = -1;
  readonly name: string;
  readonly quoted: string;
  readonly isCounted: boolean;
  readonly channel: MaelstromChannel;
  readonly #ledger: Ledger;

  constructor(options: ClientOptions, router: Router, ledger: Ledger) {
    this.name = options.name;
    this.quoted = JSON.stringify(options.name);
    this.isCounted = options.isCounted;
    this.#ledger = ledger;
    this.channel = new MaelstromChannel({
      name: options.name,
      node: options.node,
      timeoutMs: options.timeoutMs,
      send: (body) => {
        const node = router.find(options.node);
        if (node !== undefined) router.send(this, node, this.quoted, JSON.stringify(body));
      },
      closed: () => {
        router.detach(options.name);
        options.closed(this);
      },
    });
  }

  deliver(message: Message): boolean {
    this.#ledger.received(message);
    this.channel.receive(bodyForClient(message.body));
    return true;
  }
}

/** Where a reply goes whose client is there no more. */
export function formerClient(name: string): Endpoint {
  return {
    kind: 'client',
    index: -1,
    name,
    quoted: JSON.stringify(name),
    isCounted: true,
    deliver: () => false,
  };
}

export class ServiceEndpoint implements Endpoint {
  readonly kind = 'service';
  readonly index = -1;
  readonly isCounted = true;
  readonly name: string;
  readonly quoted: string;
  readonly #service: Service;
  readonly #router: Router;
  readonly #ledger: Ledger;

  constructor(service: Service, router: Router, ledger: Ledger) {
    this.name = service.name;
    this.quoted = JSON.stringify(service.name);
    this.#service = service;
    this.#router = router;
    this.#ledger = ledger;
  }

  deliver(message: Message): boolean {
    this.#ledger.received(message);
    const request = bodyForService(message.body);
    const reply = this.#service.answer(message.from.name, request);
    const messageId = request['msg_id'];
    const body = messageId === undefined ? reply : { ...reply, in_reply_to: messageId };
    this.#router.send(this, message.from, this.quoted, textOf(body));
    return true;
  }
}
