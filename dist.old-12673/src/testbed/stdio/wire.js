/**
 * The simulated network with all its ends attached: nodes, services, and clients as they come
 * and go. What nodes send wrongly is reported here, and survived.
 */
import { listed } from '../../base/text.js';
import { ClientEndpoint, formerClient, ServiceEndpoint } from './endpoints.js';
export class Wire {
  #options;
  #clients = new Set();
  #clientCount = 0;
  constructor(options) {
    this.#options = options;
    const { router, ledger, services } = options;
    for (const service of services) router.attach(new ServiceEndpoint(service, router, ledger));
  }
  /** A new client: c0, c1, … It is in no statistics if `isCounted` is false. */
  openClient(node, timeoutMs, isCounted = true) {
    const { router, ledger } = this.#options;
    const name = `c${this.#clientCount}`;
    this.#clientCount += 1;
    const closed = (ended) => {
      this.#clients.delete(ended);
    };
    const client = new ClientEndpoint({ name, node, timeoutMs, isCounted, closed }, router, ledger);
    this.#clients.add(client);
    router.attach(client);
    return client;
  }
  /** A node has written a message. */
  sendFrom(node, { src, dest, body }) {
    const { router, troubles } = this.#options;
    const to = router.find(dest) ?? this.#formerClient(dest);
    if (to === undefined) {
      troubles.add(
        node.name,
        'unknown-destination',
        dest,
        this.#unknownDestination(node, dest, body),
      );
      return;
    }
    if (src === node.name) {
      router.send(node, to, node.quoted, body);
      return;
    }
    const text = `${node.name} calls itself ${JSON.stringify(src)} in a message to ${dest}; it was delivered so`;
    troubles.add(node.name, 'bad-line', 'wrong source', text);
    router.send(node, to, JSON.stringify(src), body);
  }
  /** A node has written a line that is no message. */
  badLine(node, reason, line) {
    const text =
      `${node} wrote to stdout what is no message (${reason}): ${shortened(line)}\n` +
      '  a message is one line {"src": …, "dest": …, "body": {…}}; anything else belongs on stderr';
    // The parser's own words follow a colon, and differ from line to line.
    this.#options.troubles.add(node, 'bad-line', reason.split(':')[0] ?? '', text);
  }
  close() {
    for (const client of [...this.#clients]) client.channel.close();
    this.#options.router.close();
  }
  /** A reply may come when its client has given up and gone. */
  #formerClient(name) {
    const isFormer = /^c\d+$/.test(name) && Number(name.slice(1)) < this.#clientCount;
    return isFormer ? formerClient(name) : undefined;
  }
  #unknownDestination(node, dest, body) {
    const { nodes, services } = this.#options;
    return (
      `${node.name} sent a message to ${JSON.stringify(dest)}, which does not exist: ${shortened(body)}\n` +
      `  there are the nodes ${listed(nodes)}, the services ${listed(services.map(({ name }) => name))}, ` +
      `and clients up to c${this.#clientCount - 1}`
    );
  }
}
function shortened(text) {
  return text.length <= 300 ? text : `${text.slice(0, 300)}…`;
}
