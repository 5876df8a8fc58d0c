/**
 * The client side of a thread: its connection, its signal, its one open call. Whatever a
 * client does (answer, refuse, throw, never settle) leaves here as one outcome, once.
 */
import { setMaxListeners } from 'node:events';
import { messageOf } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import type { Client, ClientOp, OpenClient } from '../contract/client.ts';
import type { NodeId } from '../fault/fault.ts';
import type { OpRequest, ThreadId } from '../generator/generator.ts';
import type { EventType, OpError, ProcessId } from '../history/event.ts';

/** How a call ended, for the record. */
export interface Settled {
  readonly type: Exclude<EventType, 'invoke'>;
  /** Absent if there was no answer: then the value of the invocation stands. */
  readonly value?: Json;
  readonly error?: OpError;
}

/** An operation between its invocation and its completion. */
export class OpenCall {
  readonly thread: ThreadId;
  readonly process: ProcessId;
  readonly op: OpRequest;
  /** When its signal aborts, and when nobody waits for it any more. */
  deadlineNs: number;
  giveUpNs: number;
  readonly #settle: (call: OpenCall, settled: Settled) => void;
  #isSent = false;
  #isSettled = false;
  #isAborted = false;

  constructor(
    request: { thread: ThreadId; process: ProcessId; op: OpRequest },
    times: { deadlineNs: number; giveUpNs: number },
    settle: (call: OpenCall, settled: Settled) => void,
  ) {
    this.thread = request.thread;
    this.process = request.process;
    this.op = request.op;
    this.deadlineNs = times.deadlineNs;
    this.giveUpNs = times.giveUpNs;
    this.#settle = settle;
  }

  /** True once the client has it: before that, it certainly did not happen. */
  get isSent(): boolean {
    return this.#isSent;
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  get isAborted(): boolean {
    return this.#isAborted;
  }

  markSent(): void {
    this.#isSent = true;
  }

  markAborted(): void {
    this.#isAborted = true;
  }

  /** Brings its end forward: the run is being stopped. */
  hurry(nowNs: number, giveUpNs: number): void {
    this.deadlineNs = Math.min(this.deadlineNs, nowNs);
    this.giveUpNs = Math.min(this.giveUpNs, giveUpNs);
  }

  /** The first word counts; an answer that comes after is nobody's. */
  settle(settled: Settled): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#settle(this, settled);
  }
}

/**
 * Making an AbortController costs as much as all the rest of an operation. A signal that did
 * not abort serves the same thread again, but not for ever: a client that forgets to remove
 * its listeners would gather them.
 */
const usesPerSignal = 16;

/** Signals for one thread's calls. */
export class Signals {
  #controller: AbortController | undefined;
  #uses = 0;

  next(): AbortSignal {
    let controller = this.#controller;
    if (controller === undefined || this.#uses === usesPerSignal) {
      controller = new AbortController();
      setMaxListeners(0, controller.signal);
      this.#controller = controller;
      this.#uses = 0;
    }
    this.#uses += 1;
    return controller.signal;
  }

  /** Aborts the signal that was handed out last. */
  abort(reason: Error): void {
    this.#controller?.abort(reason);
    this.#controller = undefined;
  }
}

export class ClientWorker {
  readonly node: NodeId;
  readonly #open: OpenClient;
  readonly #signals = new Signals();
  /** Clients that are being closed; whoever ends the run waits for them a little. */
  readonly #closing: Set<Promise<void>>;
  #client: Client | undefined;

  constructor(node: NodeId, open: OpenClient, closing: Set<Promise<void>>) {
    this.node = node;
    this.#open = open;
    this.#closing = closing;
  }

  begin(call: OpenCall, process: number): void {
    if (this.#client === undefined) void this.#openThenSend(call, process);
    else this.#send(this.#client, call, process);
  }

  /** Aborts the signal of the open call. */
  abort(reason: Error): void {
    this.#signals.abort(reason);
  }

  /** Ends the connection in the background; the next call opens a new one. */
  close(): void {
    const client = this.#client;
    this.#client = undefined;
    if (client !== undefined) this.#closeLater(client);
  }

  /** Never rejects. */
  async #openThenSend(call: OpenCall, process: number): Promise<void> {
    let client: Client;
    try {
      client = await this.#open(process, this.node);
    } catch (thrown) {
      call.settle({ type: 'fail', error: ['no-client', messageOf(thrown)] });
      return;
    }
    if (call.isSettled) {
      // Given up on meanwhile: the thread has moved on.
      this.#closeLater(client);
      return;
    }
    this.#client = client;
    if (call.isAborted) {
      const text = `no connection to ${this.node} in time; nothing was sent`;
      call.settle({ type: 'fail', error: ['no-client', text] });
    } else this.#send(client, call, process);
  }

  #send(client: Client, call: OpenCall, process: number): void {
    const { f, key, value = null, final = false } = call.op;
    const op: ClientOp = { process, f, key, value, final };
    call.markSent();
    try {
      client.invoke(op, this.#signals.next()).then(
        (outcome) => {
          call.settle(checked(outcome));
        },
        (thrown: unknown) => {
          call.settle(crashed(thrown));
        },
      );
    } catch (thrown) {
      call.settle(crashed(thrown));
    }
  }

  #closeLater(client: Client): void {
    const closed = closing(client).then(() => {
      this.#closing.delete(closed);
    });
    this.#closing.add(closed);
  }
}

/** A client that cannot be closed is of no interest any more: its node may well be dead. */
async function closing(client: Client): Promise<void> {
  try {
    await client.close();
  } catch {
    // Nothing was promised about it.
  }
}

function crashed(thrown: unknown): Settled {
  return { type: 'info', error: ['client-crashed', messageOf(thrown)] };
}

/** Clients come from plugins: an outcome that is none is an outcome that nobody knows. */
function checked(outcome: unknown): Settled {
  if (typeof outcome === 'object' && outcome !== null) {
    const { type, value, error } = outcome as Partial<Record<string, unknown>>;
    if (type === 'ok') return value === undefined ? { type } : { type, value: value as Json };
    if ((type === 'fail' || type === 'info') && isError(error)) return { type, error };
  }
  return {
    type: 'info',
    error: ['client-crashed', `the client returned ${textOf(outcome)}, which is no outcome`],
  };
}

function isError(value: unknown): value is OpError {
  return (
    Array.isArray(value) &&
    value.length === 2 &&
    typeof value[0] === 'string' &&
    typeof value[1] === 'string'
  );
}

function textOf(value: unknown): string {
  try {
    return value === undefined ? 'nothing' : JSON.stringify(value);
  } catch {
    return messageOf(value);
  }
}
