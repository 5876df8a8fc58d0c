/**
 * A primary during one view: client requests are carried out in steps, one step at a time,
 * and answered when enough replicas have the step on their disks.
 */
import { errorCode, RpcError } from '../../src/node/node.js';
import { isSame } from './durable-state.js';
export class Reign {
  #host;
  #queue = [];
  #step;
  #isSafe = false;
  /** Begins with step 0, the state as it is now; requests wait until that is safe. */
  constructor(host) {
    this.#host = host;
    this.#step = { stamp: { view: host.view, step: 0 }, holders: new Set(), done: [] };
    for (const peer of this.#peers()) this.sendState(peer);
    this.#holdOwn();
  }
  carryOut(request) {
    return new Promise((resolve, reject) => {
      const untilMs = this.#host.context.monotonicMs() + this.#host.requestTimeoutMs;
      this.#queue.push({ request, untilMs, resolve, reject });
      this.#nextStep();
    });
  }
  /** A replica says what it has on its disk. */
  onHeld(src, stamp) {
    if (!isSame(stamp, this.#step.stamp)) return;
    this.#step.holders.add(src);
    this.#checkStep();
  }
  sendState(peer) {
    const { context, durable } = this.#host;
    const { view, step } = durable.accepted;
    context.send(peer, { type: 'state', view, step, state: durable.dump() });
  }
  tick() {
    const { context } = this.#host;
    const { view, step } = this.#step.stamp;
    for (const peer of this.#peers()) context.send(peer, { type: 'heartbeat', view, step });
    const nowMs = context.monotonicMs();
    const late = this.#queue.filter((waiting) => waiting.untilMs <= nowMs);
    this.#queue = this.#queue.filter((waiting) => waiting.untilMs > nowMs);
    for (const waiting of late)
      waiting.reject(new RpcError(errorCode.temporarilyUnavailable, 'too few backups; not begun'));
    for (const { waiting } of this.#step.done)
      if (!this.#isSafe && waiting.untilMs <= nowMs) waiting.reject(unknown());
  }
  /** A later view has begun. Steps that were not safe may survive in it, or not. */
  end() {
    if (!this.#isSafe) for (const { waiting } of this.#step.done) waiting.reject(unknown());
    for (const waiting of this.#queue)
      waiting.reject(new RpcError(errorCode.temporarilyUnavailable, 'no longer the primary'));
    this.#queue = [];
  }
  #peers() {
    const { nodeId, nodeIds } = this.#host.context;
    return nodeIds.filter((id) => id !== nodeId);
  }
  #nextStep() {
    if (!this.#isSafe || this.#queue.length === 0) return;
    const { context, durable, view } = this.#host;
    const requests = this.#queue;
    this.#queue = [];
    const commands = [];
    const done = requests.map((waiting) => carriedOut(waiting, durable, commands));
    const stamp = { view, step: this.#step.stamp.step + 1 };
    durable.recordStep(stamp, commands);
    this.#step = { stamp, holders: new Set(), done };
    this.#isSafe = false;
    for (const peer of this.#peers()) context.send(peer, { type: 'step', ...stamp, commands });
    this.#holdOwn();
  }
  #holdOwn() {
    const { stamp } = this.#step;
    this.#host.durable.whenDurable(() => {
      this.onHeld(this.#host.context.nodeId, stamp);
    });
  }
  #checkStep() {
    const { holders, done } = this.#step;
    const hasOwn = holders.has(this.#host.context.nodeId);
    if (this.#isSafe || !hasOwn || holders.size < this.#host.copiesNeeded) return;
    this.#isSafe = true;
    for (const { answer } of done) answer();
    this.#nextStep();
  }
}
/** Reads and refusals wait for the step too: what they saw may not be safe before it is. */
function carriedOut(waiting, durable, commands) {
  try {
    const reply = durable.apply(waiting.request);
    if (waiting.request.type !== 'read') commands.push(waiting.request);
    return {
      waiting,
      answer: () => {
        waiting.resolve(reply);
      },
    };
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    return {
      waiting,
      answer: () => {
        waiting.reject(error);
      },
    };
  }
}
function unknown() {
  return new RpcError(errorCode.timeout, 'too few backups have it yet; outcome unknown');
}
