/** A cycle of transactions as a graph: nodes on a circle, one arrow an edge. */
import { present } from '../../base/assert.ts';
import { canonical } from '../../base/json.ts';
import type { History } from '../../history/history.ts';
import { escapeHtml } from '../escape.ts';
import type { CycleStep } from '../evidence.ts';
import { rowOf } from '../witness.ts';
import { cutText, operationText, transactionParts, valueText } from '../words.ts';

/** More transactions than this make no readable picture; the steps in words remain. */
const cycleNodesMax = 16;

export interface CycleNode {
  /** `T1`, `T2`, … in order of first appearance in the cycle. */
  readonly name: string;
  readonly operation: number;
  readonly text: string;
  /** Its parts, one line each; `isMentioned` if an edge is about the key. */
  readonly lines: readonly CycleLine[];
  /** True if its lines say all that `text` does. */
  readonly isWhole: boolean;
}

interface CycleLine {
  readonly text: string;
  readonly isMentioned: boolean;
}

/** With more transactions, one line each must do. */
const roomyNodesMax = 4;
const linesMax = 6;
const lineLength = 44;
const oneLineLength = 28;
const lineHeight = 16;

export function cycleNodes(steps: readonly CycleStep[], history: History): readonly CycleNode[] {
  const mentioned = new Set(
    steps.flatMap(({ key }) => (key === undefined ? [] : [canonical(key)])),
  );
  const operations = [...new Set(steps.map(({ operation }) => operation))];
  return operations.map((operation, i) => {
    const row = rowOf(history, operation);
    const found = row === undefined ? undefined : history.operation(row);
    const text = found === undefined ? `#${operation}` : operationText(found, 90);
    const parts = (found === undefined ? [] : transactionParts(found)).map((part) => ({
      text: cutText(part.text, lineLength),
      isMentioned: mentioned.has(canonical(part.key)),
    }));
    const isRoomy = operations.length <= roomyNodesMax && parts.length > 0;
    const one = [{ text: cutText(text, oneLineLength), isMentioned: false }] as const;
    const lines = isRoomy ? keptLines(parts) : one;
    const isCut = lines.length < parts.length || lines.some((line) => line.text.endsWith('…'));
    const isWhole = isRoomy ? !isCut : !isCut && one[0].text === text;
    return { name: `T${i + 1}`, operation, text, lines, isWhole };
  });
}

/** In their order; of too many, first those that an edge is about. */
function keptLines(parts: readonly CycleLine[]): readonly CycleLine[] {
  if (parts.length <= linesMax) return parts;
  const ranked = parts.toSorted((a, b) => Number(b.isMentioned) - Number(a.isMentioned));
  const kept = new Set(ranked.slice(0, linesMax - 1));
  const rest = { text: `… and ${parts.length - kept.size} more`, isMentioned: false };
  return [...parts.filter((part) => kept.has(part)), rest];
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

const edgeDefinitions: Readonly<Record<string, string>> = {
  ww: 'the second wrote after the first',
  wr: 'the second read what the first wrote',
  rw: 'the first read before the second wrote (an anti-dependency)',
  process: 'one process ran the first before the second',
  realtime: 'the first had ended when the second began',
};

/** What a kind of edge stands for; undefined of one that is not known here. */
export function edgeDefinition(edge: string): string | undefined {
  return edgeDefinitions[edge];
}

/** Empty if there are too many nodes. */
export function cycleSvg(steps: readonly CycleStep[], nodes: readonly CycleNode[]): string {
  if (nodes.length > cycleNodesMax || nodes.length < 2) return '';
  const box = boxOf(nodes);
  const isPair = nodes.length === 2;
  const radius = isPair
    ? box.width / 2 + 54
    : Math.max(
        90 + nodes.length * 14,
        nodes.length <= roomyNodesMax
          ? (Math.max(box.width, box.height) + 110) / (2 * Math.sin(Math.PI / nodes.length))
          : 0,
      );
  const width = 2 * radius + box.width + 40;
  // Of three on a circle none is at its lowest point: no room is left for what is not there.
  const lowest = isPair
    ? 0
    : Math.max(...nodes.map((_, i) => -Math.cos((2 * Math.PI * i) / nodes.length)));
  const height = isPair ? Math.max(190, box.height + 20) : (1 + lowest) * radius + box.height + 50;
  const center = { x: width / 2, y: isPair ? height / 2 : radius + box.height / 2 + 25 };
  const turn = isPair ? Math.PI : -Math.PI / 2;
  const at = new Map<number, Point>(
    nodes.map(({ operation }, i) => {
      const angle = turn + (2 * Math.PI * i) / nodes.length;
      return [
        operation,
        { x: center.x + radius * Math.cos(angle), y: center.y + radius * Math.sin(angle) },
      ];
    }),
  );
  const edges = steps.map((step, i) => {
    const next = present(steps[(i + 1) % steps.length], 'next step').operation;
    const ends = { from: point(at, step.operation), to: point(at, next) };
    return edgeSvg(edgeLabel(step), ends, isPair ? 75 : 22, box);
  });
  return [
    `<svg class="cycle" role="img" style="--natural:${Math.round(width)}px" viewBox="0 0 ${Math.round(width)} ${Math.round(height)}" width="${Math.round(width)}" height="${Math.round(height)}" aria-label="${escapeHtml(`cycle of ${nodes.length} transactions`)}">`,
    '<defs><marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto-start-reverse"><path d="M0 0L10 5L0 10Z"/></marker></defs>',
    ...edges,
    ...nodes.map((node) => nodeSvg(node, point(at, node.operation), box)),
    '</svg>',
  ].join('');
}

/** `rw on 20`: the kind of the edge, and the key that it is about. */
function edgeLabel({ edge, key }: CycleStep): string {
  return key === undefined ? edge : `${edge} on ${valueText(key, 12)}`;
}

interface Box {
  readonly width: number;
  readonly height: number;
}

/** One size for all, with room for the largest. */
function boxOf(nodes: readonly CycleNode[]): Box {
  const longest = Math.max(...nodes.flatMap(({ lines }) => lines.map(({ text }) => text.length)));
  const most = Math.max(...nodes.map(({ lines }) => lines.length));
  return { width: Math.max(150, Math.round(longest * 6.9) + 20), height: 28 + most * lineHeight };
}

function point(at: ReadonlyMap<number, Point>, operation: number): Point {
  return present(at.get(operation), 'place of a transaction');
}

function nodeSvg({ name, operation, text, lines }: CycleNode, { x, y }: Point, box: Box): string {
  const left = Math.round(x - box.width / 2);
  const top = Math.round(y - box.height / 2);
  const texts = lines.map(
    (line, i) =>
      `<text class="c-text${line.isMentioned ? ' c-mentioned' : ''}" x="${left + 9}" y="${top + 19 + (i + 1) * lineHeight}">${escapeHtml(line.text)}</text>`,
  );
  return `<g class="c-node"><title>${escapeHtml(`${name} = #${operation}: ${text}`)}</title><rect x="${left}" y="${top}" width="${box.width}" height="${box.height}" rx="5"/><text class="c-name" x="${left + 9}" y="${top + 18}">${name} <tspan class="c-index">#${operation}</tspan></text>${texts.join('')}</g>`;
}

/** Bent to the left of its direction, so that there and back are two arrows. */
function edgeSvg(
  text: string,
  { from, to }: { readonly from: Point; readonly to: Point },
  bend: number,
  box: Box,
): string {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const length = Math.max(1, Math.hypot(dx, dy));
  const control = {
    x: (from.x + to.x) / 2 + (dy / length) * bend,
    y: (from.y + to.y) / 2 - (dx / length) * bend,
  };
  const begin = boxBorder(from, control, box);
  const end = boxBorder(to, control, box);
  const label = {
    x: (begin.x + 2 * control.x + end.x) / 4,
    y: (begin.y + 2 * control.y + end.y) / 4,
  };
  const classes = `c-edge c-${text.startsWith('rw') ? 'anti' : 'data'}`;
  return `<g class="${classes}"><path marker-end="url(#arrow)" d="M${xy(begin)}Q${xy(control)} ${xy(end)}"/><rect class="c-label" x="${Math.round(label.x - text.length * 4 - 6)}" y="${Math.round(label.y - 10)}" width="${text.length * 8 + 12}" height="20" rx="10"/><text x="${Math.round(label.x)}" y="${Math.round(label.y + 4)}">${escapeHtml(text)}</text></g>`;
}

/** Where the line from the middle of a box to `towards` leaves it. */
function boxBorder(middle: Point, towards: Point, box: Box): Point {
  const dx = towards.x - middle.x;
  const dy = towards.y - middle.y;
  const scale = Math.min(
    dx === 0 ? Infinity : (box.width / 2 + 3) / Math.abs(dx),
    dy === 0 ? Infinity : (box.height / 2 + 3) / Math.abs(dy),
    1,
  );
  return { x: middle.x + dx * scale, y: middle.y + dy * scale };
}

function xy({ x, y }: Point): string {
  return `${Math.round(x)} ${Math.round(y)}`;
}
