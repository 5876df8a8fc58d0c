/**
 * Messages on their way, in the order in which they are due: a binary heap with one timer.
 * Of two that are due at the same time the one that was sent first comes first.
 */
export interface Flight<T> {
  readonly dueMs: number;
  readonly order: number;
  readonly cargo: T;
}

export class DeliveryQueue<T> {
  readonly #heap: Flight<T>[] = [];
  readonly #nowMs: () => number;
  readonly #arrive: (cargo: T) => void;
  readonly #late: ((lateMs: number) => void) | undefined;
  #sentCount = 0;
  #timer: NodeJS.Timeout | undefined;
  #timerDueMs = Number.POSITIVE_INFINITY;

  /** `late` is told of each that arrives by how much it is overdue. */
  constructor(nowMs: () => number, arrive: (cargo: T) => void, late?: (lateMs: number) => void) {
    this.#nowMs = nowMs;
    this.#arrive = arrive;
    this.#late = late;
  }

  get length(): number {
    return this.#heap.length;
  }

  push(cargo: T, delayMs: number): void {
    const flight = { dueMs: this.#nowMs() + delayMs, order: this.#sentCount, cargo };
    this.#sentCount += 1;
    siftUp(this.#heap, flight);
    if (flight.dueMs < this.#timerDueMs) this.#arm();
  }

  /** Forgets everything that is on its way. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#timerDueMs = Number.POSITIVE_INFINITY;
    this.#heap.length = 0;
  }

  #arm(): void {
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

  #deliverDue(): void {
    const nowMs = this.#nowMs();
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (first.dueMs > nowMs) break;
      removeFirst(this.#heap);
      this.#late?.(nowMs - first.dueMs);
      this.#arrive(first.cargo);
    }
    this.#arm();
  }
}

function isBefore<T>(a: Flight<T>, b: Flight<T>): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
}

/* eslint-disable no-param-reassign -- a heap is moved about in place */
function siftUp<T>(heap: Flight<T>[], flight: Flight<T>): void {
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

function removeFirst<T>(heap: Flight<T>[]): void {
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
