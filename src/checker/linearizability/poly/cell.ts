/** Operations on one cell, as the algorithms for registers read them. */
import type { LocalValues } from './local-values.ts';
import type { Timeline } from './timeline.ts';

export const cellCode = { read: 1, write: 2, cas: 3 } as const;
/** A compare-and-set that answered false. */
export const guard = 4;
/** Of no effect and no known result. */
export const idle = 0;

/** Operations on one cell with their values as local numbers; 0 is the initial value. */
export interface CellOperations {
  readonly timeline: Timeline;
  readonly values: LocalValues;
  readonly kind: Uint8Array;
  /** The value read or written. */
  readonly value: Int32Array;
  /** The value that a compare-and-set or guard expected. */
  readonly expected: Int32Array;
  /** True if there is a compare-and-set that said no. */
  readonly hasGuards: boolean;
  /** True if an operation's value is `[key, value]`. */
  readonly keyed: boolean;
}

export function isGuard(cell: CellOperations, op: number): boolean {
  return cell.kind[op] === guard;
}
