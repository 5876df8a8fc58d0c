/**
 * The Maelstrom protocol at one node: handlers, replies, errors, requests that wait for
 * theirs. Knows nothing of processes: bytes and timers are handed in, so that a process
 * and a simulation share every line of it.
 */
import type { Body, Message, NodeStatus, Timer } from './context.ts';
import { integerField } from './fields.ts';
import { errorCode, RpcError } from './rpc-error.ts';

export interface EndpointHost {
  readonly nodeId: string;
  transmit(message: Message): void;
  setTimer(delayMs: number, callback: () => void): Timer;
  nextId(): number;
  log(text: string): void;
}

interface Waiting {
  readonly dest: string;
  readonly timer: Timer;
  resolve(body: Body): void;
  reject(error: RpcError): void;
}

type Handler = (message: Message) => void;

export class Endpoint {
  readonly #host: EndpointHost;
  readonly #handlers = new Map<string, Handler>();
  /** Message id of a request of ours → who waits for its reply. */
  readonly #waiting = new Map<number, Waiting>();

  constructor(host: EndpointHost) {
    this.#host = host;
  }

  send(dest: string, body: Body): void {
    this.#host.transmit({ src: this.#host.nodeId, dest, body });
  }

  reply(request: Message, body: Body): void {
    const id = request.body['msg_id'];
    if (id !== undefined) this.send(request.src, { ...body, in_reply_to: id });
  }

  replyError(request: Message, thrown: unknown): void {
    const error = thrown instanceof RpcError ? thrown : this.#crashed(request, thrown);
    this.reply(request, { type: 'error', code: error.code, text: error.message });
  }

  rpc(dest: string, body: Body, timeoutMs: number): Promise<Body> {
    const id = this.#host.nextId();
    const answer = new Promise<Body>((resolve, reject) => {
      const timer = this.#host.setTimer(timeoutMs, () => {
        this.#waiting.delete(id);
        reject(
          new RpcError(
            errorCode.timeout,
            `${dest} did not answer ${body.type} within ${timeoutMs} ms`,
          ),
        );
      });
      this.#waiting.set(id, { dest, timer, resolve, reject });
    });
    this.send(dest, { ...body, msg_id: id });
    return answer;
  }

  on(type: string, handler: Handler): void {
    this.#handlers.set(type, handler);
  }

  serve(type: string, handler: (request: Message) => Body | Promise<Body>): void {
    this.on(type, (request) => {
      const answer = handler(request);
      if (!(answer instanceof Promise)) {
        this.reply(request, answer);
        return;
      }
      answer.then(
        (body) => {
          this.reply(request, body);
        },
        (error: unknown) => {
          this.replyError(request, error);
        },
      );
    });
  }

  status(describe: () => NodeStatus): void {
    this.serve('dsx_status', () => ({ type: 'dsx_status_ok', role: describe().role }));
  }

  /** Takes a message that came in. Never throws: what a handler throws goes to the sender. */
  receive(message: Message): void {
    if (message.body['in_reply_to'] !== undefined) {
      this.#settle(message);
      return;
    }
    try {
      const handler = this.#handlers.get(message.body.type);
      if (handler === undefined)
        throw new RpcError(
          errorCode.notSupported,
          `this node has no handler for "${message.body.type}"; it knows ${[...this.#handlers.keys()].join(', ')}`,
        );
      handler(message);
    } catch (error) {
      this.replyError(message, error);
    }
  }

  /** A reply that nobody waits for any more is dropped: it was late, or doubled on the way. */
  #settle(message: Message): void {
    const id = message.body['in_reply_to'];
    const waiting = typeof id === 'number' ? this.#waiting.get(id) : undefined;
    if (typeof id !== 'number' || waiting?.dest !== message.src) return;
    this.#waiting.delete(id);
    waiting.timer.cancel();
    if (message.body.type === 'error') waiting.reject(errorOf(message.body));
    else waiting.resolve(message.body);
  }

  #crashed(request: Message, thrown: unknown): RpcError {
    const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    this.#host.log(`the handler of "${request.body.type}" threw ${text}`);
    return new RpcError(errorCode.crash, text.split('\n')[0] ?? '');
  }
}

function errorOf(body: Body): RpcError {
  const text = body['text'];
  try {
    return new RpcError(integerField(body, 'code'), typeof text === 'string' ? text : '');
  } catch {
    return new RpcError(errorCode.crash, `an error reply without a code: ${JSON.stringify(body)}`);
  }
}
