/**
 * The client's half of the Maelstrom protocol: numbers its requests, matches the replies,
 * gives up after a time, and says of every failure whether it is definite.
 *
 * As strict as Maelstrom where that helps to find a mistake in a node: a reply must name
 * the request it answers and have the type that belongs to it, otherwise the request ends
 * in `malformed-rpc-response` (indefinite: the node did something) with the reply in its text.
 */
import { setMaxListeners } from 'node:events';
import { isObject, type Json, type JsonObject } from '../base/json.ts';
import { durationText } from '../base/text.ts';
import { type RpcChannel, RpcError } from '../contract/client.ts';
import type { NodeId } from '../fault/fault.ts';
import { channelErrors, rpcErrorOf } from './rpc-errors.ts';

export interface RpcWire {
  /** The client's name on the network: c0, c1, … */
  readonly name: string;
  readonly node: NodeId;
  /** A request with no reply after this is given up. */
  readonly timeoutMs: number;
  send(body: JsonObject): void;
  /** Called once, when the channel is closed. */
  closed(): void;
}

interface Waiting {
  readonly type: string;
  readonly settle: (outcome: JsonObject | RpcError) => void;
}

export class MaelstromChannel implements RpcChannel {
  readonly node: NodeId;
  readonly #wire: RpcWire;
  /** Requests without a reply, by `msg_id`. */
  readonly #waiting = new Map<number, Waiting>();
  #nextMessageId = 1;
  #isClosed = false;

  constructor(wire: RpcWire) {
    this.node = wire.node;
    this.#wire = wire;
  }

  async request(body: JsonObject, signal: AbortSignal): Promise<JsonObject> {
    // Nothing was sent in these two cases, so the operation certainly did not happen.
    if (signal.aborted) throw new RpcError(channelErrors.aborted, 'aborted before sending', true);
    if (this.#isClosed) {
      throw new RpcError(
        channelErrors.closed,
        `${this.#wire.name} was closed before sending`,
        true,
      );
    }
    const messageId = this.#nextMessageId;
    this.#nextMessageId += 1;
    const type = typeof body['type'] === 'string' ? body['type'] : '';
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        settle(this.#noReply(type));
      }, this.#wire.timeoutMs);
      const abort = (): void => {
        settle(new RpcError(channelErrors.aborted, `aborted while ${type} waited`, false));
      };
      const settle = (outcome: JsonObject | RpcError): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        this.#waiting.delete(messageId);
        if (outcome instanceof RpcError) reject(outcome);
        else resolve(outcome);
      };
      // One signal may stand for all clients of a run; Node would take eleven for a leak.
      setMaxListeners(0, signal);
      signal.addEventListener('abort', abort, { once: true });
      this.#waiting.set(messageId, { type, settle });
      this.#wire.send({ ...body, msg_id: messageId });
    });
  }

  /** Takes the body of a message that has arrived for this client. */
  receive(body: Json): void {
    const answered = isObject(body) ? body['in_reply_to'] : undefined;
    if (typeof answered === 'number' && Number.isInteger(answered)) {
      // Absent: a reply to a request that was given up. It comes too late to mean anything.
      const waiting = this.#waiting.get(answered);
      if (waiting !== undefined && isObject(body)) waiting.settle(this.#judge(waiting.type, body));
      return;
    }
    // It cannot be a late reply, for those name their request. If only one waits, it is that one's.
    const [only, ...others] = this.#waiting.values();
    if (only === undefined || others.length > 0) return;
    only.settle(this.#malformed(only.type, body, 'expected an integer "in_reply_to"'));
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const { type, settle } of [...this.#waiting.values()]) {
      settle(new RpcError(channelErrors.closed, `the channel closed while ${type} waited`, false));
    }
    this.#wire.closed();
  }

  #judge(type: string, body: JsonObject): JsonObject | RpcError {
    if (body['type'] === 'error') {
      const code = body['code'];
      if (typeof code !== 'number' || !Number.isInteger(code)) {
        return this.#malformed(type, body, 'an error reply needs an integer "code"');
      }
      return rpcErrorOf(code, typeof body['text'] === 'string' ? body['text'] : '');
    }
    if (body['type'] === `${type}_ok`) return body;
    return this.#malformed(type, body, `expected the type "${type}_ok" or "error"`);
  }

  #malformed(type: string, body: Json, reason: string): RpcError {
    const shown = shortened(JSON.stringify(body), 300);
    const text = `${this.node} answered the request "${type}" of ${this.#wire.name} with ${shown}: ${reason}`;
    return new RpcError(channelErrors.malformed, text, false);
  }

  #noReply(type: string): RpcError {
    const limit = durationText(this.#wire.timeoutMs);
    return new RpcError(
      channelErrors.noReply,
      `${this.node} did not answer ${type} within ${limit}`,
      false,
    );
  }
}

function shortened(text: string, charactersMax: number): string {
  return text.length <= charactersMax ? text : `${text.slice(0, charactersMax)}…`;
}
