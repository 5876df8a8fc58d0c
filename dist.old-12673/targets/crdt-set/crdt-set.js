/**
 * A set on each node, which only grows. Many times a second a node sends all that it has to a
 * node drawn at random, which adds what it lacks: whatever is lost, doubled or late, the sets
 * become one.
 */
import {
  anyField,
  errorCode,
  keyText,
  listField,
  RpcError,
  variantOf,
} from '../../src/node/node.js';

const mergeEveryMs = 50;
const holdTimeoutMs = 300;
const elementLog = 'elements';
/** The program of a node. */
export function crdtSet(context) {
  new SetNode(context, variantOf(context, ['g-set', 'in-memory', 'resurrects'])).start();
}
class SetNode {
  #context;
  #variant;
  #elements = new Map();
  #others;
  constructor(context, variant) {
    this.#context = context;
    this.#variant = variant;
    this.#others = context.nodeIds.filter((other) => other !== context.nodeId);
  }
  start() {
    const context = this.#context;
    if (this.#variant === 'g-set')
      for (const line of context.storage.readLog(elementLog)) this.#add(JSON.parse(line));
    context.serve('add', ({ body }) => this.#onAdd(anyField(body, 'element')));
    context.serve('read', () => ({ type: 'read_ok', value: [...this.#elements.values()] }));
    context.on('merge', ({ body }) => {
      for (const element of listField(body, 'elements')) this.#store(element);
    });
    context.serve('hold', ({ body }) => {
      this.#store(anyField(body, 'element'));
      return { type: 'hold_ok' };
    });
    if (this.#others.length > 0)
      context.every(mergeEveryMs, () => {
        const other = this.#others[Math.floor(context.random() * this.#others.length)] ?? '';
        context.send(other, { type: 'merge', elements: [...this.#elements.values()] });
      });
  }
  async #onAdd(element) {
    this.#store(element);
    if (this.#variant === 'g-set') await this.#context.storage.sync();
    if (this.#variant === 'resurrects' && !(await this.#isHeldByMajority(element))) {
      // The mistake: others may have it by now, and will hand it back.
      this.#elements.delete(keyText(element));
      throw new RpcError(errorCode.abort, 'no majority holds the element, so it was taken back');
    }
    return { type: 'add_ok' };
  }
  async #isHeldByMajority(element) {
    const asked = this.#others.map((other) =>
      this.#context.rpc(other, { type: 'hold', element }, holdTimeoutMs).then(
        () => 1,
        () => 0,
      ),
    );
    const held = (await Promise.all(asked)).reduce((sum, one) => sum + one, 1);
    return held > this.#context.nodeIds.length / 2;
  }
  #store(element) {
    if (!this.#add(element) || this.#variant !== 'g-set') return;
    this.#context.storage.append(elementLog, JSON.stringify(element));
  }
  #add(element) {
    const key = keyText(element);
    const isNew = !this.#elements.has(key);
    this.#elements.set(key, element);
    return isNew;
  }
}
