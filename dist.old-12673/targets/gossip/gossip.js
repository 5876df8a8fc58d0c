/**
 * A node that passes messages on.
 *
 * For each neighbour it keeps what that neighbour has not confirmed yet, and sends it again
 * until it does. A message is confirmed, to whoever sent it, once it is on the disk; after a
 * restart nobody has confirmed anything, so everything is told again.
 */
import { anyField, keyText, listField, variantOf } from '../../src/node/node.js';

const retryMs = 500;
const batchMs = 250;
const messageLog = 'messages';
const neighbourValue = 'neighbours';
/** The program of a node. */
export function gossip(context) {
  const variant = variantOf(context, ['flood', 'star', 'batched', 'fire-and-forget', 'in-memory']);
  new GossipNode(context, {
    isStar: variant === 'star' || variant === 'batched',
    isBatched: variant === 'batched',
    isRetried: variant !== 'fire-and-forget',
    isDurable: variant !== 'in-memory',
  }).start();
}
class GossipNode {
  #context;
  #settings;
  #messages = new Map();
  /** Neighbour → what it has not confirmed, by the text of the message. */
  #outbox = new Map();
  constructor(context, settings) {
    this.#context = context;
    this.#settings = settings;
  }
  start() {
    const context = this.#context;
    if (this.#settings.isDurable) this.#remember();
    if (this.#settings.isStar) this.#addNeighbours(this.#star());
    context.serve('topology', ({ body }) => this.#takeTopology(body));
    context.serve('broadcast', ({ src, body }) =>
      this.#take([anyField(body, 'message')], src, { type: 'broadcast_ok' }),
    );
    context.serve('gossip', ({ src, body }) =>
      this.#take(listField(body, 'messages'), src, { type: 'gossip_ok' }),
    );
    context.serve('read', () => ({ type: 'read_ok', messages: [...this.#messages.values()] }));
    context.every(this.#settings.isBatched ? batchMs : retryMs / 2, () => {
      this.#tellAll();
    });
  }
  #remember() {
    const { storage } = this.#context;
    this.#addNeighbours(JSON.parse(storage.read(neighbourValue) ?? '[]'));
    for (const line of storage.readLog(messageLog)) this.#learn(JSON.parse(line), '');
  }
  #star() {
    const { nodeId, nodeIds } = this.#context;
    const [hub] = nodeIds;
    return nodeIds.filter((other) => other !== nodeId && (nodeId === hub || other === hub));
  }
  async #takeTopology(body) {
    const topology = anyField(body, 'topology');
    const neighbours = topology[this.#context.nodeId] ?? [];
    if (!this.#settings.isStar) {
      this.#addNeighbours(neighbours);
      if (this.#settings.isDurable)
        this.#context.storage.write(neighbourValue, JSON.stringify(neighbours));
    }
    await this.#durable();
    return { type: 'topology_ok' };
  }
  #addNeighbours(neighbours) {
    for (const neighbour of neighbours) {
      if (this.#outbox.has(neighbour)) continue;
      const all = [...this.#messages].map(([key, message]) => [key, unsent(message)]);
      this.#outbox.set(neighbour, new Map(all));
    }
  }
  async #take(messages, from, answer) {
    for (const message of messages) {
      if (!this.#learn(message, from) || !this.#settings.isDurable) continue;
      this.#context.storage.append(messageLog, JSON.stringify(message));
    }
    if (!this.#settings.isBatched) this.#tellAll();
    await this.#durable();
    return answer;
  }
  #learn(message, from) {
    const key = keyText(message);
    if (this.#messages.has(key)) return false;
    this.#messages.set(key, message);
    for (const [neighbour, unconfirmed] of this.#outbox)
      if (neighbour !== from) unconfirmed.set(key, unsent(message));
    return true;
  }
  #tellAll() {
    const nowMs = this.#context.monotonicMs();
    for (const [neighbour, unconfirmed] of this.#outbox) {
      const due = [...unconfirmed].filter(([, { sentAtMs }]) => nowMs - sentAtMs >= retryMs);
      if (due.length > 0) this.#tell(neighbour, due, nowMs);
    }
  }
  #tell(neighbour, due, nowMs) {
    const unconfirmed = this.#outbox.get(neighbour);
    const body = { type: 'gossip', messages: due.map(([, { message }]) => message) };
    const confirmed = () => {
      for (const [key] of due) unconfirmed?.delete(key);
    };
    if (!this.#settings.isRetried) {
      this.#context.send(neighbour, body);
      confirmed();
      return;
    }
    for (const [, entry] of due) entry.sentAtMs = nowMs;
    // No answer: then it is due again.
    this.#context.rpc(neighbour, body, retryMs).then(confirmed, () => undefined);
  }
  /** Resolves when all that was learned so far is on the disk. */
  async #durable() {
    if (this.#settings.isDurable) await this.#context.storage.sync();
  }
}
function unsent(message) {
  return { message, sentAtMs: -Infinity };
}
