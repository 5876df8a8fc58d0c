/**
 * A node that passes messages on.
 *
 * For each neighbour it keeps what that neighbour has not confirmed yet, and sends it again
 * until it does. A message is confirmed, to whoever sent it, once it is on the disk; after a
 * restart nobody has confirmed anything, so everything is told again.
 */
import {
  anyField,
  type Body,
  type Json,
  keyText,
  listField,
  type NodeContext,
  variantOf,
} from '../../src/node/node.ts';

const retryMs = 500;
const batchMs = 250;
const messageLog = 'messages';
const neighbourValue = 'neighbours';

const variants = ['flood', 'star', 'batched', 'fire-and-forget', 'bounded', 'in-memory'] as const;

/** The program of a node. */
export function gossip(context: NodeContext): void {
  const variant = variantOf(context, variants);
  new GossipNode(context, {
    isStar: variant === 'star' || variant === 'batched',
    isBatched: variant === 'batched',
    isRetried: variant !== 'fire-and-forget',
    isDurable: variant !== 'in-memory',
    messagesMax: variant === 'bounded' ? 32 : Infinity,
  }).start();
}

interface Settings {
  /** Whether the first node is everybody's neighbour, whatever the topology says. */
  readonly isStar: boolean;
  readonly isBatched: boolean;
  readonly isRetried: boolean;
  readonly isDurable: boolean;
  /** The oldest is dropped when there are more. */
  readonly messagesMax: number;
}

interface Unconfirmed {
  readonly message: Json;
  sentAtMs: number;
}

class GossipNode {
  readonly #context: NodeContext;
  readonly #settings: Settings;
  readonly #messages = new Map<string, Json>();
  /** Neighbour → what it has not confirmed, by the text of the message. */
  readonly #outbox = new Map<string, Map<string, Unconfirmed>>();

  constructor(context: NodeContext, settings: Settings) {
    this.#context = context;
    this.#settings = settings;
  }

  start(): void {
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

  #remember(): void {
    const { storage } = this.#context;
    this.#addNeighbours(JSON.parse(storage.read(neighbourValue) ?? '[]') as readonly string[]);
    for (const line of storage.readLog(messageLog)) this.#learn(JSON.parse(line) as Json, '');
  }

  #star(): readonly string[] {
    const { nodeId, nodeIds } = this.#context;
    const [hub] = nodeIds;
    return nodeIds.filter((other) => other !== nodeId && (nodeId === hub || other === hub));
  }

  async #takeTopology(body: Body): Promise<Body> {
    const topology = anyField(body, 'topology') as Readonly<Record<string, readonly string[]>>;
    const neighbours = topology[this.#context.nodeId] ?? [];
    if (!this.#settings.isStar) {
      this.#addNeighbours(neighbours);
      if (this.#settings.isDurable)
        this.#context.storage.write(neighbourValue, JSON.stringify(neighbours));
    }
    await this.#durable();
    return { type: 'topology_ok' };
  }

  #addNeighbours(neighbours: readonly string[]): void {
    for (const neighbour of neighbours) {
      if (this.#outbox.has(neighbour)) continue;
      const all = [...this.#messages].map(([key, message]) => [key, unsent(message)] as const);
      this.#outbox.set(neighbour, new Map(all));
    }
  }

  async #take(messages: readonly Json[], from: string, answer: Body): Promise<Body> {
    for (const message of messages) {
      if (!this.#learn(message, from) || !this.#settings.isDurable) continue;
      this.#context.storage.append(messageLog, JSON.stringify(message));
    }
    if (!this.#settings.isBatched) this.#tellAll();
    await this.#durable();
    return answer;
  }

  #learn(message: Json, from: string): boolean {
    const key = keyText(message);
    if (this.#messages.has(key)) return false;
    this.#messages.set(key, message);
    const [oldest] = this.#messages.keys();
    if (this.#messages.size > this.#settings.messagesMax && oldest !== undefined)
      this.#messages.delete(oldest);
    for (const [neighbour, unconfirmed] of this.#outbox)
      if (neighbour !== from) unconfirmed.set(key, unsent(message));
    return true;
  }

  #tellAll(): void {
    const nowMs = this.#context.monotonicMs();
    for (const [neighbour, unconfirmed] of this.#outbox) {
      const due = [...unconfirmed].filter(([, { sentAtMs }]) => nowMs - sentAtMs >= retryMs);
      if (due.length > 0) this.#tell(neighbour, due, nowMs);
    }
  }

  #tell(
    neighbour: string,
    due: readonly (readonly [key: string, entry: Unconfirmed])[],
    nowMs: number,
  ): void {
    const unconfirmed = this.#outbox.get(neighbour);
    const body = { type: 'gossip', messages: due.map(([, { message }]) => message) };
    const confirmed = (): void => {
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
  async #durable(): Promise<void> {
    if (this.#settings.isDurable) await this.#context.storage.sync();
  }
}

function unsent(message: Json): Unconfirmed {
  return { message, sentAtMs: -Infinity };
}
