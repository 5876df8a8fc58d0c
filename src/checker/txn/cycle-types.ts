/** Kinds of cycles of dependencies (Adya, 1999), as questions to a graph. */
import { anti, data, forward, order, relation } from './relations.ts';

/** Which walks count: `one`: exactly one anti-dependency; `apart`: no two in a row. */
export type AntiRule = 'any' | 'one' | 'apart';

export interface CycleType {
  readonly name: string;
  /** Edges that such a cycle may have. */
  readonly mask: number;
  /** Each such cycle has one with one of these bits, given that no cycle of an earlier type exists. */
  readonly startBits: number;
  readonly rule: AntiRule;
  /** No such cycle is shorter. */
  readonly shortest: number;
}

const writes = relation.ww | relation.wwp;
const reads = relation.wr | relation.wrp;

function family(suffix: string, extra: number): readonly CycleType[] {
  const first = (bits: number): number => (extra === 0 ? bits : extra);
  const itemMask = forward | relation.rw | extra;
  const mask = forward | anti | extra;
  const item = relation.rw;
  const type = (
    name: string,
    rule: AntiRule,
    [edges, startBits]: readonly [number, number],
    shortest = 2,
  ): CycleType => ({ name: `${name}${suffix}`, rule, mask: edges, startBits, shortest });
  return [
    type('G0', 'any', [writes | extra, first(writes)]),
    type('G1c', 'any', [forward | extra, first(reads)]),
    type('G-single-item', 'one', [itemMask, item]),
    type('G-single', 'one', [mask, relation.rwp]),
    type('G-nonadjacent-item', 'apart', [itemMask, item], 4),
    type('G-nonadjacent', 'apart', [mask, relation.rwp], 4),
    type('G2-item', 'any', [itemMask, item]),
    type('G2', 'any', [mask, relation.rwp]),
  ];
}

export interface CycleFamily {
  /** All edges that its cycles may have. */
  readonly mask: number;
  readonly types: readonly CycleType[];
}

/** From the most severe on: what data alone shows, then with sessions, then with real time. */
export const cycleFamilies: readonly CycleFamily[] = [
  { mask: data, types: family('', 0) },
  { mask: data | relation.process, types: family('-process', relation.process) },
  { mask: data | relation.realtime, types: family('-realtime', relation.realtime) },
];

/** The type of a cycle, from the relation bits of its edges in order. */
export function cycleTypeOf(edges: readonly number[]): string {
  const bits = edges.reduce((all, edge) => all | edge, 0);
  const antis = edges.filter((edge) => (edge & anti) !== 0).length;
  return `${dataType(edges, bits, antis)}${suffixOf(bits)}`;
}

function dataType(edges: readonly number[], bits: number, antis: number): string {
  if (antis === 0) return (bits & reads) === 0 ? 'G0' : 'G1c';
  const item = (bits & relation.rwp) === 0 ? '-item' : '';
  if (antis === 1) return `G-single${item}`;
  return hasAdjacentAntis(edges) ? `G2${item}` : `G-nonadjacent${item}`;
}

/** Whether two anti-dependencies follow each other, the last one and the first one included. */
export function hasAdjacentAntis(edges: readonly number[]): boolean {
  return edges.some(
    (edge, i) => (edge & anti) !== 0 && ((edges[(i + 1) % edges.length] ?? 0) & anti) !== 0,
  );
}

function suffixOf(bits: number): string {
  if ((bits & order) === 0) return '';
  return (bits & relation.realtime) === 0 ? '-process' : '-realtime';
}
