/**
 * The frame of a chart as a picture of its own: axes, faults as bands, a legend. Colours are
 * written out, not named: what turns SVG into PNG seldom knows CSS variables.
 */
import { durationText } from '../../base/text.ts';
import { escapeXml } from '../escape.ts';
import type { FaultCoverage } from '../report.ts';

export const chartSize = { width: 900, height: 360, left: 76, right: 884, top: 46, bottom: 322 };

/** Colours of the report in light. */
export const colors = {
  ...{ ok: '#5b9bd5', fail: '#e67aa8', info: '#f2a43a', p50: '#1d4e89', p95: '#6a3d9a' },
  ...{ p99: '#b3261e', max: '#566270', text: '#17202a', muted: '#566270', rule: '#dfe4ea' },
  fault: '#8a6fd1',
} as const;

/** Enough that lines of as many nodes or functions can be told apart. */
export function lineColor(place: number, total: number): string {
  return `hsl(${Math.round((360 * place) / Math.max(1, total))} 62% 45%)`;
}

export interface Frame {
  readonly title: string;
  readonly endMs: number;
  readonly faults: readonly FaultCoverage[];
  /** Where a line across goes (in pixels), and what stands beside it. */
  readonly marks: readonly (readonly [y: number, text: string])[];
  readonly legend: readonly (readonly [name: string, color: string])[];
}

export function xOf(ms: number, endMs: number): number {
  const { left, right } = chartSize;
  return left + (Math.min(ms, endMs) / Math.max(endMs, 1e-9)) * (right - left);
}

/** One decimal: what a picture needs. */
export function figure(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** A whole SVG file around `content`. */
export function chartFile(frame: Frame, content: string): string {
  const { width, height } = chartSize;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="11">`,
    `<title>${escapeXml(frame.title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="12" y="20" font-size="14" font-weight="700" fill="${colors.text}">${escapeXml(frame.title)}</text>`,
    legendSvg(frame.legend),
    ...frame.faults.map((fault) => bandSvg(fault, frame.endMs)),
    ...frame.marks.map(markSvg),
    ...timeMarks(frame.endMs),
    content,
    '</svg>\n',
  ].join('\n');
}

function legendSvg(legend: Frame['legend']): string {
  let x = chartSize.left;
  return legend
    .map(([name, color]) => {
      const at = x;
      x += 26 + name.length * 6.5;
      return `<rect x="${at}" y="28" width="11" height="11" rx="2" fill="${color}"/><text x="${at + 15}" y="38" fill="${colors.muted}">${escapeXml(name)}</text>`;
    })
    .join('');
}

function bandSvg({ window: { fault, startNs, endNs } }: FaultCoverage, endMs: number): string {
  const { top, bottom } = chartSize;
  const x = xOf(startNs / 1e6, endMs);
  const width = Math.max(1.5, xOf(endNs / 1e6, endMs) - x);
  const name = `${fault.kind} ${fault.shape}`.trim();
  const room = Math.floor(width / 6.2);
  const label =
    room < 4
      ? ''
      : `<text x="${figure(x + 3)}" y="${top + 11}" fill="${colors.muted}">${escapeXml(name.slice(0, room))}</text>`;
  return `<g><title>${escapeXml(`${name}: ${fault.description}`)}</title><rect x="${figure(x)}" y="${top}" width="${figure(width)}" height="${bottom - top}" fill="${colors.fault}" fill-opacity="0.14"/>${label}</g>`;
}

function markSvg([y, text]: readonly [number, string]): string {
  const { left, right } = chartSize;
  return `<line x1="${left}" x2="${right}" y1="${figure(y)}" y2="${figure(y)}" stroke="${colors.rule}"/><text x="${left - 6}" y="${figure(y + 4)}" text-anchor="end" fill="${colors.muted}">${escapeXml(text)}</text>`;
}

function timeMarks(endMs: number): readonly string[] {
  const { bottom } = chartSize;
  const step = niceStep(endMs, 8);
  return Array.from({ length: Math.floor(endMs / step) + 1 }, (_, i) => {
    const x = figure(xOf(i * step, endMs));
    return `<line x1="${x}" x2="${x}" y1="${bottom}" y2="${bottom + 4}" stroke="${colors.muted}"/><text x="${x}" y="${bottom + 17}" text-anchor="middle" fill="${colors.muted}">${durationText(i * step)}</text>`;
  });
}

/** 1, 2 or 5 times a power of ten, so that about `wanted` of them fit into `range`. */
export function niceStep(range: number, wanted: number): number {
  const rough = Math.max(range, 1e-9) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5, 10].find((factor) => power * factor >= rough) ?? 10);
}
