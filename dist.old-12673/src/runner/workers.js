/**
 * The client side of a thread: its connection, its signal, its one open call. Whatever a
 * client does (answer, refuse, throw, never settle) leaves here as one outcome, once.
 */
import { setMaxListeners } from 'node:events';
import { messageOf } from '../base/errors.js';
/** An operation between its invocation and its completion. */
export class OpenCall {
  thread;
  process;
  op;
  /** When its signal aborts, and when nobody waits for it any more. */
  deadlineNs;
  giveUpNs;
  #settle;
  #isSent = false;
  #isSettled = false;
  #isAborted = false;
  constructor(request, times, settle) {
    this.thread = request.thread;
    this.process = request.process;
    this.op = request.op;
    this.deadlineNs = times.deadlineNs;
    this.giveUpNs = times.giveUpNs;
    this.#settle = settle;
  }
  /** True once the client has it: before that, it certainly did not happen. */
  get isSent() {
    return this.#isSent;
  }
  get isSettled() {
    return this.#isSettled;
  }
  get isAborted() {
    return this.#isAborted;
  }
  markSent() {
    this.#isSent = true;
  }
  markAborted() {
    this.#isAborted = true;
  }
  /** Brings its end forward: the run is being stopped. */
  hurry(nowNs, giveUpNs) {
    this.deadlineNs = Math.min(this.deadlineNs, nowNs);
    this.giveUpNs = Math.min(this.giveUpNs, giveUpNs);
  }
  /** The first word counts; an answer that comes after is nobody's. */
  settle(settled) {
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
  #controller;
  #uses = 0;
  next() {
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
  abort(reason) {
    this.#controller?.abort(reason);
    this.#controller = undefined;
  }
}
export class ClientWorker {
  node;
  #open;
  #signals = new Signals();
  /** Clients that are being closed; whoever ends the run waits for them a little. */
  #closing;
  #client;
  constructor(node, open, closing) {
    this.node = node;
    this.#open = open;
    this.#closing = closing;
  }
  begin(call, process) {
    if (this.#client === undefined) void this.#openThenSend(call, process);
    else this.#send(this.#client, call, process);
  }
  /** Aborts the signal of the open call. */
  abort(reason) {
    this.#signals.abort(reason);
  }
  /** Ends the connection in the background; the next call opens a new one. */
  close() {
    const client = this.#client;
    this.#client = undefined;
    if (client !== undefined) this.#closeLater(client);
  }
  /** Never rejects. */
  async #openThenSend(call, process) {
    let client;
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
  #send(client, call, process) {
    const { f, key, value = null, final = false } = call.op;
    const op = { process, f, key, value, final };
    call.markSent();
    try {
      client.invoke(op, this.#signals.next()).then(
        (outcome) => {
          call.settle(checked(outcome));
        },
        (thrown) => {
          call.settle(crashed(thrown));
        },
      );
    } catch (thrown) {
      call.settle(crashed(thrown));
    }
  }
  #closeLater(client) {
    const closed = closing(client).then(() => {
      this.#closing.delete(closed);
    });
    this.#closing.add(closed);
  }
}
/** A client that cannot be closed is of no interest any more: its node may well be dead. */
async function closing(client) {
  try {
    await client.close();
  } catch {
    // Nothing was promised about it.
  }
}
function crashed(thrown) {
  return { type: 'info', error: ['client-crashed', messageOf(thrown)] };
}
/** Clients come from plugins: an outcome that is none is an outcome that nobody knows. */
function checked(outcome) {
  if (typeof outcome === 'object' && outcome !== null) {
    const { type, value, error } = outcome;
    if (type === 'ok') return value === undefined ? { type } : { type, value: value };
    if ((type === 'fail' || type === 'info') && isError(error)) return { type, error };
  }
  return {
    type: 'info',
    error: ['client-crashed', `the client returned ${textOf(outcome)}, which is no outcome`],
  };
}
function isError(value) {
  return (
    Array.isArray(value) &&
    value.length === 2 &&
    typeof value[0] === 'string' &&
    typeof value[1] === 'string'
  );
}
function textOf(value) {
  try {
    return value === undefined ? 'nothing' : JSON.stringify(value);
  } catch {
    return messageOf(value);
  }
}
