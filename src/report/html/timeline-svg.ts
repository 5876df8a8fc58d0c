/**
 * A witness as a static picture: readable without any script, and on paper. One for wide screens,
 * with a row for each process, and one for narrow ones, with a row for each operation, which fits
 * without being pushed aside.
 */

import { durationText, wrapped } from '../../base/text.ts';
import { nsToMs } from '../../base/units.ts';
import { escapeHtml } from '../escape.ts';
import { layoutWitness, type Witness, type WitnessBand, type WitnessBar } from '../witness.ts';
import { cutText } from '../words.ts';

const charWidth = 7.3;
const rowHeight = 34;
const barHeight = 24;
const bandRowHeight = 20;
const axisText = 'time runs to the right; drawn by order, not by length';

/** For a page: the style shows the one that fits. */
export function timelinesSvg(witness: Witness, title: string): string {
  if (witness.operations.length === 0) return '';
  return `${timelineSvg(witness, title)}${narrowSvg(witness, title)}`;
}

/** The wide one: SVG text; colours come from the page's style by class. */
export function timelineSvg(witness: Witness, title: string): string {
  if (witness.operations.length === 0) return '';
  const hasPlaces = witness.operations.some(({ place }) => place !== null);
  const layout = layoutWitness(witness, {
    barWidth: (label) => label.length * charWidth + (hasPlaces ? 34 : 16),
    gap: 18,
    bandWidth: (kind) => kind.length * charWidth + 14,
  });
  const names = layout.rows.map((process) => rowName(witness, process));
  const left = Math.max(...names.map(({ length }) => length)) * charWidth + 14;
  const bandsHeight = layout.bands.length * bandRowHeight;
  const top = 10 + bandsHeight;
  const height = top + layout.rows.length * rowHeight + 26;
  // The line below the picture needs its room too.
  const width = Math.max(360, left + layout.width + 8);
  const rows = layout.rows.map((_, row) => {
    const y = top + row * rowHeight + rowHeight / 2;
    return `<text class="w-name" x="0" y="${y + 4}">${escapeHtml(names[row] ?? '')}</text><line class="w-rule" x1="${left}" x2="${width}" y1="${y}" y2="${y}"/>`;
  });
  return [
    `<svg class="witness wide-only" role="img" viewBox="0 0 ${round(width)} ${height}" width="${round(width)}" height="${height}" aria-label="${escapeHtml(title)}">`,
    ...layout.bands.map((band, i) => bandSvg(band, i, { left, bottom: height - 26 })),
    ...rows,
    ...layout.bars.map((bar) => barSvg(bar, top, left)),
    `<text class="w-axis" x="${left}" y="${height - 6}">${axisText}</text>`,
    '</svg>',
  ].join('');
}

/** `p3 n1`: of a process whose operations here all went to one node, the node too. */
function rowName({ operations }: Witness, process: number): string {
  const own = operations.filter(({ operation }) => operation.process === process);
  const nodes = new Set(own.map(({ operation }) => operation.node));
  const [node] = nodes;
  const name = `p${process}`;
  if (nodes.size !== 1 || node === undefined) return name;
  return name.length + node.length > 10 ? name : `${name} ${node}`;
}

function bandSvg(
  { fault, start, end }: WitnessBand,
  place: number,
  { left, bottom }: { readonly left: number; readonly bottom: number },
): string {
  const x = round(left + start);
  const width = round(Math.max(2, end - start));
  const name = bandName(fault);
  const room = Math.max(0, Math.floor(width / 6.4) - 1);
  const label = name.length > room ? fault.fault.kind.slice(0, room) : name;
  return bandMarkup({ name, label, place, x, width, bottom, textX: x + 5 });
}

function bandName({ fault }: WitnessBand['fault']): string {
  return `${fault.kind}: ${fault.description}`;
}

interface BandPicture {
  readonly name: string;
  /** As much of the name as there is room for. */
  readonly label: string;
  /** How many bands stand above it. */
  readonly place: number;
  readonly x: number;
  readonly width: number;
  readonly bottom: number;
  readonly textX: number;
}

function bandMarkup({ name, label, place, x, width, bottom, textX }: BandPicture): string {
  const y = 4 + place * bandRowHeight;
  return `<g class="w-fault"><title>${escapeHtml(name)}</title><rect class="w-band" x="${x}" y="${y}" width="${width}" height="${bottom - y}"/><rect class="w-band-head" x="${x}" y="${y}" width="${width}" height="16" rx="2"/><text x="${textX}" y="${y + 12}">${escapeHtml(label)}</text></g>`;
}

function barSvg(bar: WitnessBar, top: number, left: number): string {
  const { operation, label, offending, place } = bar.item;
  const x = round(left + bar.start);
  const width = round(bar.end - bar.start);
  const y = top + bar.row * rowHeight + (rowHeight - barHeight) / 2;
  const classes = `w-op w-${operation.outcome}${offending ? ' w-offending' : ''}`;
  const shape = bar.open
    ? `<path d="M${x + 3} ${y}H${round(x + width - 8)}L${round(x + width)} ${y + barHeight / 2}L${round(x + width - 8)} ${y + barHeight}H${x + 3}Q${x} ${y + barHeight} ${x} ${y + barHeight - 3}V${y + 3}Q${x} ${y} ${x + 3} ${y}Z"/>`
    : `<rect x="${x}" y="${y}" width="${width}" height="${barHeight}" rx="3"/>`;
  const badge =
    place === null
      ? ''
      : `<circle class="w-place" cx="${round(x + width - 12)}" cy="${y + barHeight / 2}" r="8.5"/><text class="w-place-text" x="${round(x + width - 12)}" y="${y + barHeight / 2 + 4}">${place}</text>`;
  return `<g class="${classes}"><title>${escapeHtml(barTitle(bar))}</title>${shape}<text x="${x + 8}" y="${y + barHeight / 2 + 4}">${escapeHtml(label)}</text>${badge}</g>`;
}

const narrowWidth = 334;
/** Of one operation: the bar below its text. */
const narrowBar = 25;
const narrowLine = 15;
const narrowLinesMax = 4;

/** What happened stands above its bar, so that bars need no more room than their order does. */
function narrowSvg(witness: Witness, title: string): string {
  const layout = layoutWitness(witness, { barWidth: () => 12, gap: 12, bandWidth: () => 14 });
  const scale = (narrowWidth - 4) / Math.max(1, layout.width);
  const rows: string[] = [];
  let y = 8 + layout.bands.length * bandRowHeight;
  for (const bar of layout.bars.toSorted((a, b) => a.start - b.start)) {
    const where = rowName(witness, bar.item.operation.process);
    const lines = narrowLines(bar.item.label, where);
    rows.push(narrowRow(bar, { scale, where, lines, y }));
    y += lines.length * narrowLine + narrowBar;
  }
  const height = y + 24;
  const bands = layout.bands.map(({ fault, start, end }, place) => {
    const x = round(2 + start * scale);
    const width = round(Math.max(3, (end - start) * scale));
    const name = bandName(fault);
    // Where all of it would begin before its band, the kind alone must do.
    const label = x + 4 + name.length * 6.7 > narrowWidth ? fault.fault.kind : name;
    const textX = round(Math.max(0, Math.min(x + 4, narrowWidth - label.length * 6.7)));
    return bandMarkup({ name, label, place, x, width, bottom: y, textX });
  });
  return [
    `<svg class="witness narrow-only" role="img" viewBox="0 0 ${narrowWidth} ${height}" width="${narrowWidth}" height="${height}" aria-label="${escapeHtml(title)}">`,
    ...bands,
    ...rows,
    `<text class="w-axis" x="0" y="${height - 6}">${axisText}</text>`,
    '</svg>',
  ].join('');
}

/** A transaction takes as many lines as it needs, for its last read is often what matters. */
function narrowLines(label: string, where: string): readonly string[] {
  const room = Math.floor(narrowWidth / charWidth) - where.length - 2;
  const parts = label.split('  ').map((part) => (part.length > room ? part : unbroken(part)));
  const lines = wrapped(parts.join('\u00a0 '), room);
  const shown = lines.length > narrowLinesMax ? lines.slice(0, narrowLinesMax - 1) : lines;
  const rest = lines.slice(shown.length);
  return [...shown, ...(rest.length > 0 ? [rest.join(' ')] : [])].map((line) =>
    cutText(line, room),
  );
}

/** A read and what it returned stay together. */
function unbroken(part: string): string {
  return part.replaceAll(' ', '\u00a0');
}

function narrowRow(
  bar: WitnessBar,
  at: {
    readonly scale: number;
    readonly where: string;
    readonly lines: readonly string[];
    readonly y: number;
  },
): string {
  const { operation, offending } = bar.item;
  const x = round(2 + bar.start * at.scale);
  const width = round(Math.max(6, (bar.end - bar.start) * at.scale));
  const barY = at.y + at.lines.length * narrowLine + 4;
  const classes = `w-op w-${operation.outcome}${offending ? ' w-offending' : ''}`;
  const strong = offending ? ' class="w-strong"' : '';
  const texts = at.lines.map(
    (line, i) =>
      `<text x="0" y="${at.y + 13 + i * narrowLine}"${strong}>${escapeHtml(line)}</text>`,
  );
  return `<g><title>${escapeHtml(barTitle(bar))}</title>${texts.join('')}<text class="w-name w-end" x="${narrowWidth}" y="${at.y + 13}">${escapeHtml(at.where)}</text><line class="w-rule" x1="0" x2="${narrowWidth}" y1="${barY + 6}" y2="${barY + 6}"/><g class="${classes}"><rect x="${x}" y="${barY}" width="${width}" height="12" rx="3"/></g></g>`;
}

function barTitle({ item: { operation, label, offending } }: WitnessBar): string {
  const from = durationText(nsToMs(operation.invokeNs));
  const until =
    operation.outcome === 'info'
      ? `outcome unknown (${operation.error.join(': ')})`
      : `${operation.outcome} ${durationText(nsToMs(operation.returnNs - operation.invokeNs))} later`;
  const mark = offending ? '\none of those that contradict each other' : '';
  const where = operation.node === undefined ? '' : ` on ${operation.node}`;
  return `#${operation.invokeIndex} process ${operation.process}${where}: ${label}\ninvoked at ${from}, ${until}${mark}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
