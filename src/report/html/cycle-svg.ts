/** A cycle of transactions as a graph: nodes on a circle, one arrow an edge. */
import { present } from '../../base/assert.ts';
import type { History } from '../../history/history.ts';
import { escapeHtml } from '../escape.ts';
import type { CycleStep } from '../evidence.ts';
import { rowOf } from '../witness.ts';
import { operationText } from '../words.ts';

/** More transactions than this make no readable picture; the steps in words remain. */
const cycleNodesMax = 16;

export interface CycleNode {
  /** `T1`, `T2`, … in order of first appearance in the cycle. */
  readonly name: string;
  readonly operation: number;
  readonly text: string;
}

export function cycleNodes(steps: readonly CycleStep[], history: History): readonly CycleNode[] {
  return [...new Set(steps.map(({ operation }) => operation))].map((operation, i) => {
    const row = rowOf(history, operation);
    const text = row === undefined ? `#${operation}` : operationText(history.operation(row), 90);
    return { name: `T${i + 1}`, operation, text };
  });
}

interface Point {
  readonly x: number;
  readonly y: number;
}

const edgeMeanings: Readonly<Record<string, string>> = {
  ww: 'overwrote',
  wr: 'was read by',
  rw: 'missed a write of',
  wwp: 'overwrote, by predicate,',
  wrp: 'was read, by predicate, by',
  rwp: 'missed, by predicate, a write of',
  process: 'came in one process before',
  realtime: 'ended before the beginning of',
};

/** What an edge says, between the names of its ends: `T1 missed a write of T2`. */
export function edgeMeaning(edge: string): string {
  return edgeMeanings[edge] ?? `precedes (${edge})`;
}

/** Empty if there are too many nodes. */
export function cycleSvg(steps: readonly CycleStep[], nodes: readonly CycleNode[]): string {
  if (nodes.length > cycleNodesMax || nodes.length < 2) return '';
  const radius = nodes.length === 2 ? 130 : 90 + nodes.length * 14;
  const boxWidth = 190;
  const width = 2 * radius + boxWidth + 60;
  const height = nodes.length === 2 ? 150 : 2 * radius + 90;
  const center = { x: width / 2, y: height / 2 };
  const turn = nodes.length === 2 ? Math.PI : -Math.PI / 2;
  const at = new Map<number, Point>(
    nodes.map(({ operation }, i) => {
      const angle = turn + (2 * Math.PI * i) / nodes.length;
      return [
        operation,
        { x: center.x + radius * Math.cos(angle), y: center.y + radius * Math.sin(angle) },
      ];
    }),
  );
  const edges = steps.map(({ operation, edge }, i) => {
    const next = present(steps[(i + 1) % steps.length], 'next step').operation;
    return edgeSvg(edge, point(at, operation), point(at, next), nodes.length);
  });
  return [
    `<svg class="cycle" role="img" viewBox="0 0 ${Math.round(width)} ${Math.round(height)}" width="${Math.round(width)}" height="${Math.round(height)}" aria-label="${escapeHtml(`cycle of ${nodes.length} transactions`)}">`,
    '<defs><marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto-start-reverse"><path d="M0 0L10 5L0 10Z"/></marker></defs>',
    ...edges,
    ...nodes.map((node) => nodeSvg(node, point(at, node.operation), boxWidth)),
    '</svg>',
  ].join('');
}

function point(at: ReadonlyMap<number, Point>, operation: number): Point {
  return present(at.get(operation), 'place of a transaction');
}

function nodeSvg({ name, operation, text }: CycleNode, { x, y }: Point, width: number): string {
  const short = text.length > 28 ? `${text.slice(0, 27)}…` : text;
  const left = Math.round(x - width / 2);
  const top = Math.round(y - 21);
  return `<g class="c-node"><title>${escapeHtml(`${name} = #${operation}: ${text}`)}</title><rect x="${left}" y="${top}" width="${width}" height="42" rx="5"/><text class="c-name" x="${left + 9}" y="${top + 17}">${name} <tspan class="c-index">#${operation}</tspan></text><text class="c-text" x="${left + 9}" y="${top + 33}">${escapeHtml(short)}</text></g>`;
}

/** Bent to the left of its direction, so that there and back are two arrows. */
function edgeSvg(edge: string, from: Point, to: Point, nodeCount: number): string {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const length = Math.max(1, Math.hypot(dx, dy));
  const bend = nodeCount === 2 ? 75 : 22;
  const control = {
    x: (from.x + to.x) / 2 + (dy / length) * bend,
    y: (from.y + to.y) / 2 - (dx / length) * bend,
  };
  const begin = boxBorder(from, control);
  const end = boxBorder(to, control);
  const label = {
    x: (begin.x + 2 * control.x + end.x) / 4,
    y: (begin.y + 2 * control.y + end.y) / 4,
  };
  const classes = `c-edge c-${edge.startsWith('rw') ? 'anti' : 'data'}`;
  return `<g class="${classes}"><path marker-end="url(#arrow)" d="M${xy(begin)}Q${xy(control)} ${xy(end)}"/><rect class="c-label" x="${Math.round(label.x - edge.length * 4 - 6)}" y="${Math.round(label.y - 10)}" width="${edge.length * 8 + 12}" height="20" rx="10"/><text x="${Math.round(label.x)}" y="${Math.round(label.y + 4)}">${escapeHtml(edge)}</text></g>`;
}

/** Where the line from the middle of a box to `towards` leaves it. */
function boxBorder(box: Point, towards: Point): Point {
  const dx = towards.x - box.x;
  const dy = towards.y - box.y;
  const scale = Math.min(
    dx === 0 ? Infinity : 98 / Math.abs(dx),
    dy === 0 ? Infinity : 24 / Math.abs(dy),
    1,
  );
  return { x: box.x + dx * scale, y: box.y + dy * scale };
}

function xy({ x, y }: Point): string {
  return `${Math.round(x)} ${Math.round(y)}`;
}
