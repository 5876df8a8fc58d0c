/**
 * How one transaction comes before another (Adya, "Weak Consistency", 1999; bits as in Elle).
 * A bit each, so that an edge that rests on two reasons (an anti-dependency that only real
 * time shows) carries both and counts only where both are asked for.
 */
export const relation = {
  ww: 1,
  wr: 2,
  rw: 4,
  wwp: 8,
  wrp: 16,
  rwp: 32,
  process: 64,
  realtime: 128,
} as const;

/** Dependencies that are no anti-dependencies. */
export const forward = relation.ww | relation.wwp | relation.wr | relation.wrp;
export const anti = relation.rw | relation.rwp;
export const order = relation.process | relation.realtime;
export const data = forward | anti;

/** The name of an edge: of what it says of data, if it says anything. */
export function relationName(bits: number): string {
  const names = Object.entries(relation) as [string, number][];
  return names.find(([, bit]) => (bits & bit) !== 0)?.[0] ?? 'none';
}
