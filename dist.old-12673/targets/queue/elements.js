/** The replicated state of the target `queue`: what waits, and what was handed out. */
import {
  anyField,
  booleanField,
  errorCode,
  integerField,
  keyText,
  RpcError,
} from '../../src/node/node.js';
export class Elements {
  #takesAtOnce;
  /** By the queue's name, as JSON: elements that wait, oldest first. */
  #waiting = new Map();
  #delivered = new Map();
  #lastDelivery = 0;
  /** @param takesAtOnce the mistake: what was handed out is forgotten. */
  constructor(takesAtOnce) {
    this.#takesAtOnce = takesAtOnce;
  }
  /** Deliveries without acknowledgement. */
  get deliveries() {
    return [...this.#delivered.keys()];
  }
  apply(command) {
    switch (command.type) {
      case 'enqueue':
        this.#lineOf(keyText(anyField(command, 'queue'))).push(anyField(command, 'value'));
        return { type: 'enqueue_ok' };
      case 'dequeue':
        return this.#dequeue(
          keyText(anyField(command, 'queue')),
          booleanField(command, 'acknowledged') && !this.#takesAtOnce,
        );
      case 'ack':
        return this.#acknowledge(integerField(command, 'delivery'));
      case 'return':
        return this.#takeBack(integerField(command, 'delivery'));
      default:
        throw new RpcError(errorCode.notSupported, `a queue has no operation "${command.type}"`);
    }
  }
  dump() {
    const waiting = [...this.#waiting].map(([queue, line]) => [queue, [...line]]);
    const delivered = [...this.#delivered].map(([id, { queue, value }]) => [id, queue, value]);
    return [this.#lastDelivery, waiting, delivered];
  }
  load(state) {
    const [lastDelivery, waiting, delivered] = state;
    this.#lastDelivery = lastDelivery;
    this.#waiting = new Map(waiting.map(([queue, line]) => [queue, [...line]]));
    this.#delivered = new Map(delivered.map(([id, queue, value]) => [id, { queue, value }]));
  }
  #lineOf(queue) {
    const known = this.#waiting.get(queue);
    if (known !== undefined) return known;
    const line = [];
    this.#waiting.set(queue, line);
    return line;
  }
  #dequeue(queue, isKept) {
    const value = this.#lineOf(queue).shift();
    if (value === undefined) return this.#nothing(queue);
    this.#lastDelivery += 1;
    const delivery = this.#lastDelivery;
    if (isKept) this.#delivered.set(delivery, { queue, value });
    return { type: 'dequeue_ok', value, delivery };
  }
  /** A queue is empty only if none of its elements may come back. */
  #nothing(queue) {
    const open = [...this.#delivered.values()].filter((delivered) => delivered.queue === queue);
    if (open.length === 0) return { type: 'dequeue_ok', value: null };
    throw new RpcError(
      errorCode.temporarilyUnavailable,
      `all ${open.length} elements wait for their acknowledgement`,
    );
  }
  #acknowledge(delivery) {
    if (!this.#delivered.delete(delivery) && !this.#takesAtOnce)
      throw new RpcError(
        errorCode.preconditionFailed,
        `delivery ${delivery} took too long; its element was or will be handed to another`,
      );
    return { type: 'ack_ok' };
  }
  /** Its consumer was not heard of in time. The element is the next to be handed out. */
  #takeBack(delivery) {
    const delivered = this.#delivered.get(delivery);
    if (delivered !== undefined) this.#lineOf(delivered.queue).unshift(delivered.value);
    this.#delivered.delete(delivery);
    return { type: 'return_ok' };
  }
}
