/**
 * Messages on their way, in the order in which they are due: a binary heap with one timer.
 * Of two that are due at the same time the one that was sent first comes first.
 */
export interface Flight<T> {
  readonly dueMs: number;
  readonly order: number;
  readonly cargo: T;
}
export declare class DeliveryQueue<T> {
  #private;
  constructor(nowMs: () => number, arrive: (cargo: T) => void);
  get length(): number;
  push(cargo: T, delayMs: number): void;
  /** Forgets everything that is on its way. */
  clear(): void;
}
