/**
 * Passes a client's request on to the node in charge, so that it is carried out at most
 * once, although networks double, delay and reorder messages.
 *
 * The receiver remembers which requests it saw. It need not remember for ever, nor across
 * a restart: each request names the epoch (a Raft term, a view, a boot) in which the sender
 * believes the receiver to be in charge, and a node is in charge of an epoch in one life
 * only. The sender never repeats a request: when the answer does not come, the outcome is
 * unknown, and only the client may decide what to do about that.
 */
import type { Body, Message, NodeContext } from './context.ts';
import { bodyField, integerField } from './fields.ts';
import { errorCode, RpcError } from './rpc-error.ts';

export interface ForwarderOptions {
  readonly timeoutMs: number;
  /** The epoch that this node is in charge of; undefined while it is not in charge. */
  inCharge(): number | undefined;
  /** Carries a request out. Rejects with a definite RpcError only if it did not happen. */
  carryOut(request: Body): Body | Promise<Body>;
}

/** What was seen of one sender: every id below `floor`, and those in `seen`. */
interface Seen {
  floor: number;
  readonly ids: Set<number>;
}

export class Forwarder {
  readonly #context: NodeContext;
  readonly #options: ForwarderOptions;
  /** Ids of our own requests that are under way, oldest first. */
  readonly #underWay = new Set<number>();
  #seenEpoch: number | undefined;
  readonly #seen = new Map<string, Seen>();

  constructor(context: NodeContext, options: ForwarderOptions) {
    this.#context = context;
    this.#options = options;
    context.on('forward', (message) => {
      this.#receive(message);
    });
  }

  /** Rejects with the error that the request met there, or 0 (unknown) if no answer came. */
  async forward(dest: string, epoch: number, request: Body): Promise<Body> {
    const id = this.#context.nextId();
    this.#underWay.add(id);
    const [floor = id] = this.#underWay;
    try {
      const body = { type: 'forward', epoch, id, floor, request };
      return await this.#context.rpc(dest, body, this.#options.timeoutMs);
    } finally {
      this.#underWay.delete(id);
    }
  }

  #receive(message: Message): void {
    const epoch = integerField(message.body, 'epoch');
    const request = bodyField(message.body, 'request');
    // Unknown, not refused: this may be a copy, and the original may have been carried out
    // in an epoch, or in a life of this process, that it no longer remembers.
    if (this.#options.inCharge() !== epoch)
      throw new RpcError(
        errorCode.timeout,
        `${this.#context.nodeId} is not in charge of epoch ${epoch}; whether it carried this out is unknown`,
      );
    if (this.#seenBefore(message, epoch)) return;
    void this.#carryOut(message, request);
  }

  async #carryOut(message: Message, request: Body): Promise<void> {
    try {
      this.#context.reply(message, await this.#options.carryOut(request));
    } catch (error) {
      this.#context.replyError(message, error);
    }
  }

  #seenBefore(message: Message, epoch: number): boolean {
    const id = integerField(message.body, 'id');
    const floor = integerField(message.body, 'floor');
    if (this.#seenEpoch !== epoch) {
      this.#seenEpoch = epoch;
      this.#seen.clear();
    }
    const seen = this.#seen.get(message.src) ?? { floor: 0, ids: new Set() };
    this.#seen.set(message.src, seen);
    if (id < seen.floor || seen.ids.has(id)) return true;
    seen.ids.add(id);
    if (floor > seen.floor) {
      seen.floor = floor;
      for (const old of seen.ids) if (old < floor) seen.ids.delete(old);
    }
    return false;
  }
}
