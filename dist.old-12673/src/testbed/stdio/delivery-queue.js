export class DeliveryQueue {
  #heap = [];
  #nowMs;
  #arrive;
  #sentCount = 0;
  #timer;
  #timerDueMs = Number.POSITIVE_INFINITY;
  constructor(nowMs, arrive) {
    this.#nowMs = nowMs;
    this.#arrive = arrive;
  }
  get length() {
    return this.#heap.length;
  }
  push(cargo, delayMs) {
    const flight = { dueMs: this.#nowMs() + delayMs, order: this.#sentCount, cargo };
    this.#sentCount += 1;
    siftUp(this.#heap, flight);
    if (flight.dueMs < this.#timerDueMs) this.#arm();
  }
  /** Forgets everything that is on its way. */
  clear() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#timerDueMs = Number.POSITIVE_INFINITY;
    this.#heap.length = 0;
  }
  #arm() {
    const [first] = this.#heap;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#timerDueMs = Number.POSITIVE_INFINITY;
    if (first === undefined) return;
    this.#timerDueMs = first.dueMs;
    this.#timer = setTimeout(
      () => {
        this.#deliverDue();
      },
      Math.max(1, Math.ceil(first.dueMs - this.#nowMs())),
    );
  }
  #deliverDue() {
    const nowMs = this.#nowMs();
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (first.dueMs > nowMs) break;
      removeFirst(this.#heap);
      this.#arrive(first.cargo);
    }
    this.#arm();
  }
}
function isBefore(a, b) {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
}
/* eslint-disable no-param-reassign -- a heap is moved about in place */
function siftUp(heap, flight) {
  let hole = heap.length;
  heap.push(flight);
  while (hole > 0) {
    const parent = (hole - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || !isBefore(flight, above)) break;
    heap[hole] = above;
    hole = parent;
  }
  heap[hole] = flight;
}
function removeFirst(heap) {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let hole = 0;
  for (;;) {
    const left = heap[2 * hole + 1];
    const right = heap[2 * hole + 2];
    if (left === undefined) break;
    const isLeft = right === undefined || isBefore(left, right);
    const below = isLeft ? left : right;
    if (!isBefore(below, last)) break;
    heap[hole] = below;
    hole = 2 * hole + (isLeft ? 1 : 2);
  }
  heap[hole] = last;
}
/* eslint-enable no-param-reassign */
