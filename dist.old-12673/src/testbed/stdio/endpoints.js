/** The ends of the network that live inside dsx: clients and services. */
import { isObject } from '../../base/json.js';
import { MaelstromChannel } from '../../client/rpc-channel.js';
/** A client is one channel to one node. */
export class ClientEndpoint {
  kind = 'client';
  index = -1;
  name;
  quoted;
  isCounted;
  channel;
  #ledger;
  constructor(options, router, ledger) {
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
  deliver(message) {
    this.#ledger.received(message);
    this.channel.receive(bodyOf(message));
    return true;
  }
}
/** Where a reply goes whose client is there no more. */
export function formerClient(name) {
  return {
    kind: 'client',
    index: -1,
    name,
    quoted: JSON.stringify(name),
    isCounted: true,
    deliver: () => false,
  };
}
export class ServiceEndpoint {
  kind = 'service';
  index = -1;
  isCounted = true;
  name;
  quoted;
  #service;
  #router;
  #ledger;
  constructor(service, router, ledger) {
    this.name = service.name;
    this.quoted = JSON.stringify(service.name);
    this.#service = service;
    this.#router = router;
    this.#ledger = ledger;
  }
  deliver(message) {
    this.#ledger.received(message);
    const request = bodyOf(message);
    const reply = this.#service.answer(message.from.name, request);
    const messageId = request['msg_id'];
    const body = messageId === undefined ? reply : { ...reply, in_reply_to: messageId };
    this.#router.send(this, message.from, this.quoted, JSON.stringify(body));
    return true;
  }
}
/** The body, which was seen to be a JSON object when it was sent. */
function bodyOf(message) {
  const body = JSON.parse(message.body);
  return isObject(body) ? body : {};
}
