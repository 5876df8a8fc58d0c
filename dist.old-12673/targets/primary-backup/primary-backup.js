/**
 * A key-value store with a primary and backups, and a backup that takes over when it does
 * not hear the primary.
 *
 * The correct variant, `sync`, answers when a majority has the change on disk, and takes
 * over only with the consent of a majority, whose newest state the new primary adopts: the
 * views of Oki and Liskov's Viewstamped Replication (1988), with states in place of logs;
 * seen from afar it is Paxos. The variant `async` needs only itself for both.
 */
import {
  errorCode,
  Forwarder,
  integerField,
  listField,
  RpcError,
  withoutId,
} from '../../src/node/node.js';
import { DurableState, isLater, isSame } from './durable-state.js';
import { Reign } from './reign.js';

const heartbeatMs = 50;
const takeoverMinMs = 200;
const takeoverMaxMs = 500;
const requestTimeoutMs = 800;
/** The program of a node. */
export function primaryBackup(context) {
  const at = context.args.indexOf('--variant');
  const variant = at === -1 ? 'sync' : context.args[at + 1];
  if (variant !== 'sync' && variant !== 'async')
    throw new Error(`primary-backup has no variant "${variant}"; it has sync, async`);
  new Replica(context, variant).start();
}
class Replica {
  #context;
  #durable;
  #forwarder;
  /** Replicas, this one included, that an answer or a takeover needs. */
  #needed;
  #role = { name: 'backup', primary: undefined };
  #takeoverAtMs = 0;
  constructor(context, variant) {
    this.#context = context;
    this.#durable = new DurableState(context.storage);
    this.#needed = variant === 'async' ? 1 : Math.floor(context.nodeIds.length / 2) + 1;
    this.#forwarder = new Forwarder(context, {
      timeoutMs: requestTimeoutMs,
      inCharge: () => (this.#role.name === 'primary' ? this.#role.view : undefined),
      carryOut: (request) => this.#request(request),
    });
  }
  start() {
    const context = this.#context;
    const handlers = {
      takeover: (message) => {
        this.#onTakeover(message);
      },
      consent: (message) => {
        this.#onConsent(message);
      },
      state: (message) => {
        this.#onState(message);
      },
      step: (message) => {
        this.#onStep(message);
      },
      heartbeat: (message) => {
        this.#onHeartbeat(message);
      },
      held: ({ src, body }) => {
        if (this.#role.name === 'primary') this.#role.reign.onHeld(src, stampOf(body));
      },
      behind: ({ src, body }) => {
        if (this.#role.name === 'primary' && integerField(body, 'view') === this.#role.view)
          this.#role.reign.sendState(src);
      },
      superseded: (message) => {
        this.#onSuperseded(message);
      },
    };
    for (const [type, handler] of Object.entries(handlers)) context.on(type, handler);
    for (const type of ['read', 'write', 'cas'])
      context.serve(type, ({ body }) => this.#request(body));
    context.status(() => ({ role: this.#role.name }));
    this.#putOffTakeover();
    context.every(heartbeatMs, () => {
      this.#tick();
    });
  }
  async #request(request) {
    const command = withoutId(request);
    if (this.#role.name === 'primary') return this.#role.reign.carryOut(command);
    const primary = this.#role.name === 'backup' ? this.#role.primary : undefined;
    if (primary === undefined)
      throw new RpcError(errorCode.temporarilyUnavailable, 'no primary is known here');
    return this.#forwarder.forward(primary, this.#durable.promised, command);
  }
  #tick() {
    if (this.#role.name === 'primary') this.#role.reign.tick();
    else if (this.#context.monotonicMs() >= this.#takeoverAtMs) this.#takeOver();
  }
  #putOffTakeover() {
    this.#takeoverAtMs =
      this.#context.monotonicMs() +
      takeoverMinMs +
      (takeoverMaxMs - takeoverMinMs) * this.#context.random();
  }
  // Taking over.
  /** Asks for consent to a view of its own, later than any that it knows of. */
  #takeOver() {
    const { nodeId, nodeIds } = this.#context;
    const place = nodeIds.indexOf(nodeId);
    const view = (Math.floor(this.#durable.promised / nodeIds.length) + 1) * nodeIds.length + place;
    this.#becomeBackup(undefined);
    this.#putOffTakeover();
    this.#durable.promise(view);
    const newest = { stamp: this.#durable.accepted, state: this.#durable.dump() };
    this.#role = { name: 'candidate', view, consents: new Set(), newest };
    this.#durable.whenDurable(() => {
      if (this.#role.name !== 'candidate' || this.#role.view !== view) return;
      this.#broadcast({ type: 'takeover', view });
      this.#role.consents.add(nodeId);
      this.#countConsents();
    });
  }
  #onTakeover({ src, body }) {
    const view = integerField(body, 'view');
    if (this.#isStale(src, view)) return;
    this.#follow(view, undefined);
    const reply = {
      type: 'consent',
      view,
      accepted_view: this.#durable.accepted.view,
      accepted_step: this.#durable.accepted.step,
      state: this.#durable.dump(),
    };
    this.#durable.whenDurable(() => {
      this.#context.send(src, reply);
    });
  }
  #onConsent({ src, body }) {
    const role = this.#role;
    if (role.name !== 'candidate' || integerField(body, 'view') !== role.view) return;
    const stamp = {
      view: integerField(body, 'accepted_view'),
      step: integerField(body, 'accepted_step'),
    };
    if (isLater(stamp, role.newest.stamp)) role.newest = { stamp, state: listField(body, 'state') };
    role.consents.add(src);
    this.#countConsents();
  }
  #countConsents() {
    const role = this.#role;
    if (role.name !== 'candidate' || role.consents.size < this.#needed) return;
    const { view, newest } = role;
    this.#durable.acceptState({ view, step: 0 }, newest.state);
    const reign = new Reign({
      context: this.#context,
      durable: this.#durable,
      view,
      copiesNeeded: this.#needed,
      requestTimeoutMs,
    });
    this.#role = { name: 'primary', view, reign };
    this.#context.log(`is the primary of view ${view}`);
  }
  /** Somebody has promised a later view: this one can change nothing there any more. */
  #onSuperseded({ body }) {
    const view = integerField(body, 'view');
    if (view <= this.#durable.promised) return;
    const hadReign = this.#role.name === 'primary';
    this.#follow(view, undefined);
    // The one who asked for it may be gone. Who led a moment ago is the best to go on.
    if (hadReign) this.#takeOver();
  }
  // Following.
  #onState({ src, body }) {
    const stamp = stampOf(body);
    if (this.#isStale(src, stamp.view)) return;
    this.#follow(stamp.view, src);
    if (isLater(stamp, this.#durable.accepted))
      this.#durable.acceptState(stamp, listField(body, 'state'));
    this.#reportHeld(src);
  }
  #onStep({ src, body }) {
    const stamp = stampOf(body);
    if (this.#isStale(src, stamp.view)) return;
    this.#follow(stamp.view, src);
    const { accepted } = this.#durable;
    if (accepted.view === stamp.view && accepted.step + 1 === stamp.step)
      this.#durable.acceptStep(stamp, listField(body, 'commands'));
    this.#reportHeld(src);
  }
  #onHeartbeat({ src, body }) {
    const stamp = stampOf(body);
    if (this.#isStale(src, stamp.view)) return;
    this.#follow(stamp.view, src);
    if (isSame(this.#durable.accepted, stamp)) this.#reportHeld(src);
    else if (isLater(stamp, this.#durable.accepted))
      this.#context.send(src, { type: 'behind', view: stamp.view });
  }
  /** True, and the sender is told, if its view is over here. */
  #isStale(src, view) {
    const { promised } = this.#durable;
    if (view >= promised) return false;
    this.#durable.whenDurable(() => {
      this.#context.send(src, { type: 'superseded', view: promised });
    });
    return true;
  }
  #follow(view, primary) {
    if (view > this.#durable.promised) this.#durable.promise(view);
    this.#becomeBackup(primary);
    this.#putOffTakeover();
  }
  #becomeBackup(primary) {
    if (this.#role.name === 'primary') this.#role.reign.end();
    this.#role = { name: 'backup', primary };
  }
  /** Tells the primary what is here, when it is on the disk. */
  #reportHeld(primary) {
    const { view, step } = this.#durable.accepted;
    this.#durable.whenDurable(() => {
      this.#context.send(primary, { type: 'held', view, step });
    });
  }
  #broadcast(body) {
    const { nodeId, nodeIds } = this.#context;
    for (const id of nodeIds) if (id !== nodeId) this.#context.send(id, body);
  }
}
function stampOf(body) {
  return { view: integerField(body, 'view'), step: integerField(body, 'step') };
}
