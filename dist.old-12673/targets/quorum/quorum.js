/**
 * Replicated registers without a leader: whoever a client asks coordinates, and waits for a
 * quorum of replicas.
 *
 * The correct variant is the multi-writer form of Attiya, Bar-Noy and Dolev, "Sharing Memory
 * Robustly in Message-Passing Systems" (1995): a write first asks a majority for the newest
 * timestamp, a read writes back what it is about to return. The others are what stores in
 * the style of Dynamo do. There is no compare-and-set: that needs consensus.
 */
import { anyField, errorCode, keyText, RpcError, textField } from '../../src/node/node.js';
import { Replica } from './replica.js';
import { fromJson, isSame, newestOf, toJson } from './timestamp.js';

const variants = ['abd', 'majority', 'weak', 'wall-clock'];
const requestTimeoutMs = 800;
/** Queries and stores may be repeated: they change nothing the second time. */
const resendMs = 300;
/** The program of a node. */
export function quorum(context) {
  new Coordinator(context).start();
}
class Coordinator {
  #context;
  #variant;
  #replica;
  /** How many replicas a read, and a write, waits for. */
  #quorum;
  constructor(context) {
    this.#context = context;
    const at = context.args.indexOf('--variant');
    const wanted = at === -1 ? 'abd' : context.args[at + 1];
    const variant = variants.find((name) => name === wanted);
    if (variant === undefined)
      throw new Error(`quorum has no variant "${wanted}"; it has ${variants.join(', ')}`);
    this.#variant = variant;
    this.#replica = new Replica(context.storage);
    const half = Math.floor(context.nodeIds.length / 2);
    this.#quorum = variant === 'weak' ? Math.max(1, half) : half + 1;
  }
  get #peers() {
    return this.#context.nodeIds.filter((id) => id !== this.#context.nodeId);
  }
  start() {
    const context = this.#context;
    context.serve('query', ({ body }) => this.#onQuery(body));
    context.serve('store', ({ body }) => this.#onStore(body));
    context.serve('read', ({ body }) => this.#read(body));
    context.serve('write', ({ body }) => this.#write(body));
    context.serve('cas', () => {
      throw new RpcError(errorCode.notSupported, 'cas needs consensus; this store has none');
    });
    context.status(() => ({ role: 'replica' }));
  }
  async #read(request) {
    const key = keyText(anyField(request, 'key'));
    const versions = await this.#query(key);
    const newest = newestOf(versions);
    if (newest === undefined)
      throw new RpcError(errorCode.keyDoesNotExist, `there is no key ${key}`);
    // Else a later read, of another majority, might return an older value.
    const isSettled = versions.every((version) => isSame(version, newest));
    if (!isSettled && (this.#variant === 'abd' || this.#variant === 'wall-clock'))
      await this.#store(key, newest);
    return { type: 'read_ok', value: newest.value };
  }
  async #write(request) {
    const key = keyText(anyField(request, 'key'));
    const value = anyField(request, 'value');
    const counter = await this.#nextCounter(key);
    const writer = `${this.#context.nodeId} ${this.#context.nextId()}`;
    try {
      await this.#store(key, { timestamp: { counter, writer }, value });
    } catch {
      throw new RpcError(errorCode.timeout, 'too few replicas answered; outcome unknown');
    }
    return { type: 'write_ok' };
  }
  /** Greater than that of every write that returned before. */
  async #nextCounter(key) {
    if (this.#variant === 'wall-clock') return Math.floor(this.#context.wallMs());
    const newest = newestOf(await this.#query(key));
    return (newest?.timestamp.counter ?? 0) + 1;
  }
  /** The versions that a quorum holds. Rejects with 11: nothing was changed. */
  async #query(key) {
    const replies = await this.#gather({ type: 'query', key }, (body) => this.#onQuery(body));
    return replies.map((reply) => fromJson(reply['version']));
  }
  async #store(key, version) {
    const body = { type: 'store', key, version: toJson(version) };
    await this.#gather(body, (own) => this.#onStore(own));
  }
  #onQuery(body) {
    const version = this.#replica.read(textField(body, 'key'));
    return { type: 'query_ok', version: toJson(version) };
  }
  async #onStore(body) {
    const version = fromJson(body['version']);
    if (version === undefined)
      throw new RpcError(errorCode.malformedRequest, 'a store without a version');
    await this.#replica.store(textField(body, 'key'), version);
    return { type: 'store_ok' };
  }
  /**
   * Asks this replica, then all others, again and again, until a quorum has answered. What
   * is not on the own disk is told to nobody.
   */
  async #gather(body, here) {
    const replies = [await here(body)];
    if (replies.length >= this.#quorum) {
      for (const peer of this.#peers) this.#context.send(peer, body);
      return replies;
    }
    await new Promise((resolve, reject) => {
      const deadline = this.#context.setTimer(requestTimeoutMs, () => {
        isOver = true;
        reject(new RpcError(errorCode.temporarilyUnavailable, 'too few replicas answered'));
      });
      let isOver = false;
      const take = (reply) => {
        if (isOver) return;
        replies.push(reply);
        isOver = replies.length >= this.#quorum;
        if (!isOver) return;
        deadline.cancel();
        resolve();
      };
      for (const peer of this.#peers) this.#ask(peer, body, () => isOver, take);
    });
    return replies;
  }
  /** Asks one replica until it answers, or the answer is of no use any more. */
  #ask(peer, body, isOver, take) {
    if (isOver()) return;
    this.#context.rpc(peer, body, resendMs).then(take, (error) => {
      const isLate = error instanceof RpcError && error.code === errorCode.timeout;
      this.#context.setTimer(isLate ? 0 : resendMs, () => {
        this.#ask(peer, body, isOver, take);
      });
    });
  }
}
