/**
 * A counter as one entry for each node: what that node was told to add and to take away. Only
 * the node itself changes its entry, and both numbers in it only grow, so that of two copies of
 * an entry the larger is the newer, and merging twice does no harm.
 */
import { integerField, variantOf } from '../../src/node/node.js';

const mergeEveryMs = 50;
const ownValue = 'own';
const nothing = { up: 0, down: 0 };
/** The program of a node. */
export function crdtCounter(context) {
  new CounterNode(context, variantOf(context, ['pn-counter', 'one-total', 'in-memory'])).start();
}
class CounterNode {
  #context;
  #variant;
  /** The entry that this node adds to: its own, or (the mistake) everybody's. */
  #name;
  /** That entry with every addition so far; `#entries` has only what is durable. */
  #own = nothing;
  #entries = {};
  constructor(context, variant) {
    this.#context = context;
    this.#variant = variant;
    this.#name = variant === 'one-total' ? 'total' : context.nodeId;
  }
  start() {
    const context = this.#context;
    const others = context.nodeIds.filter((other) => other !== context.nodeId);
    const stored = this.#variant === 'in-memory' ? undefined : context.storage.read(ownValue);
    if (stored !== undefined) this.#own = JSON.parse(stored);
    this.#entries = { [this.#name]: this.#own };
    context.serve('add', ({ body }) => this.#add(integerField(body, 'delta')));
    context.serve('read', () => ({ type: 'read_ok', value: this.#sum() }));
    context.on('merge', ({ body }) => {
      this.#merge(body['entries']);
    });
    if (others.length > 0)
      context.every(mergeEveryMs, () => {
        const other = others[Math.floor(context.random() * others.length)] ?? '';
        context.send(other, { type: 'merge', entries: this.#entries });
      });
  }
  async #add(delta) {
    const { up, down } = this.#own;
    const own = delta > 0 ? { up: up + delta, down } : { up, down: down - delta };
    this.#own = own;
    if (this.#variant !== 'in-memory') {
      this.#context.storage.write(ownValue, JSON.stringify(own));
      await this.#context.storage.sync();
    }
    // Not before it is durable: if others knew of an addition that this node then forgets, the
    // next ones would hide behind it.
    this.#merge({ [this.#name]: own });
    return { type: 'add_ok' };
  }
  #merge(entries) {
    const merged = { ...this.#entries };
    for (const [name, entry] of Object.entries(entries))
      merged[name] = larger(merged[name] ?? nothing, entry);
    this.#entries = merged;
    if (this.#variant === 'one-total') this.#own = larger(this.#own, merged['total'] ?? nothing);
  }
  #sum() {
    return Object.values(this.#entries).reduce((sum, { up, down }) => sum + up - down, 0);
  }
}
function larger(a, b) {
  return { up: Math.max(a.up, b.up), down: Math.max(a.down, b.down) };
}
