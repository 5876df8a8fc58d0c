/**
 * A counter on the first node of the cluster. The others send their clients' requests on to it,
 * again and again until an answer comes or time is up.
 *
 * Each request has an id: the asking process, a number in its life, and the lowest number that
 * it still waits for. The server keeps a record of each request that it has done, in the same
 * line of its log as the addition itself, until the asker waits for it no more.
 */
import {
  errorCode,
  integerField,
  RpcError,
  textField,
  variantOf,
  withoutId,
} from '../../src/node/node.js';

const attemptTimeoutMs = 100;
const attemptsMax = 8;
const logName = 'additions';
/** The program of a node. */
export function riflCounter(context) {
  const variant = variantOf(context, ['exactly-once', 'at-least-once']);
  const [owner = context.nodeId] = context.nodeIds;
  const isOwner = owner === context.nodeId;
  if (isOwner) {
    const server = new Server(context, variant);
    context.serve('add', ({ body }) => server.add(integerField(body, 'delta')));
    context.serve('read', () => server.read());
    context.serve('once', (message) => server.answer(message));
  } else {
    const asker = new Asker(context, owner);
    for (const type of ['add', 'read'])
      context.serve(type, ({ body }) => asker.ask(withoutId(body)));
  }
  context.status(() => ({ role: isOwner ? 'primary' : 'backup' }));
}
class Asker {
  #context;
  #owner;
  #life;
  #open = new Set();
  #last = 0;
  constructor(context, owner) {
    this.#context = context;
    this.#owner = owner;
    this.#life = `${context.nodeId}/${context.nextId()}`;
  }
  async ask(request) {
    this.#last += 1;
    const number = this.#last;
    this.#open.add(number);
    try {
      for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
        const answer = await this.#attempt(number, request);
        if (answer !== undefined) return answer;
      }
      throw new RpcError(errorCode.timeout, `${this.#owner} does not answer`);
    } finally {
      this.#open.delete(number);
    }
  }
  async #attempt(number, request) {
    const [lowest = number] = this.#open;
    const body = { ...request, type: 'once', f: request.type, life: this.#life, number, lowest };
    try {
      return await this.#context.rpc(this.#owner, body, attemptTimeoutMs);
    } catch (error) {
      if (error instanceof RpcError && error.code === errorCode.timeout) return undefined;
      throw error;
    }
  }
}
class Server {
  #context;
  #variant;
  #done = new Map();
  #sum = 0;
  constructor(context, variant) {
    this.#context = context;
    this.#variant = variant;
    for (const line of context.storage.readLog(logName)) {
      const addition = JSON.parse(line);
      this.#sum += integerField(addition, 'delta');
      if (addition['life'] !== undefined) this.#isNew(addition);
    }
  }
  answer({ body }) {
    if (textField(body, 'f') === 'read') return this.read();
    if (this.#variant === 'exactly-once' && !this.#isNew(body)) return this.#synced('add_ok');
    return this.#apply(body);
  }
  add(delta) {
    return this.#apply({ type: 'add', delta });
  }
  async read() {
    const value = this.#sum;
    return { ...(await this.#synced('read_ok')), value };
  }
  #apply(addition) {
    this.#sum += integerField(addition, 'delta');
    this.#context.storage.append(logName, JSON.stringify(withoutId(addition)));
    return this.#synced('add_ok');
  }
  /** An answer that rests on what is on the disk. */
  async #synced(type) {
    await this.#context.storage.sync();
    return { type };
  }
  /** Records the request, unless it was done before or is waited for no more. */
  #isNew(body) {
    const life = textField(body, 'life');
    const number = integerField(body, 'number');
    const done = this.#done.get(life) ?? { lowest: 0, numbers: new Set() };
    this.#done.set(life, done);
    done.lowest = Math.max(done.lowest, integerField(body, 'lowest'));
    for (const old of done.numbers) if (old < done.lowest) done.numbers.delete(old);
    if (number < done.lowest || done.numbers.has(number)) return false;
    done.numbers.add(number);
    return true;
  }
}
