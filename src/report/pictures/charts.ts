/**
 * Charts of a run as SVG files: latency of each operation, its quantiles, throughput by outcome,
 * clock offsets. Their size depends on the picture, not on the run: points that fall on one
 * place are one point.
 */
import { durationText } from '../../base/text.ts';
import { noEvent, typeCode } from '../../history/columns.ts';
import type { History } from '../../history/history.ts';
import { clockSkews } from '../html/trace-data.ts';
import type { RunReport } from '../report.ts';
import { chartFile, chartSize, colors, figure, lineColor, niceStep, xOf } from './frame.ts';

/** A file name and what goes into it. */
export type Picture = readonly [name: string, svg: string];

export function chartPictures(report: RunReport): readonly Picture[] {
  const { history } = report;
  const endMs = Math.max(1, (history.events.timeNs.at(-1) ?? 0) / 1e6);
  const clocks = clockPicture(report, endMs);
  return [
    ...(history.operationCount === 0
      ? []
      : [
          ['latency-raw.svg', rawPicture(report, endMs)] as const,
          ['latency-quantiles.svg', quantilePicture(report, endMs)] as const,
          ['rate.svg', ratePicture(report, endMs)] as const,
        ]),
    ...(clocks === null ? [] : [['clock-offsets.svg', clocks] as const]),
  ];
}

interface Scale {
  readonly lowMs: number;
  readonly highMs: number;
  readonly yOf: (ms: number) => number;
  readonly marks: readonly (readonly [number, string])[];
}

/** Milliseconds on a logarithmic axis, from what was seen to what was seen. */
function latencyScale(history: History): Scale {
  let [low, high] = [Infinity, 0];
  eachCompleted(history, (_, tookMs) => {
    low = Math.min(low, tookMs);
    high = Math.max(high, tookMs);
  });
  if (high === 0) [low, high] = [0.1, 1];
  const lowMs = 10 ** Math.floor(Math.log10(Math.max(low, high / 1e6, 1e-6)));
  const highMs = 10 ** Math.ceil(Math.log10(high * 1.0001));
  const { top, bottom } = chartSize;
  const perDecade = (bottom - top) / Math.max(1e-9, Math.log10(highMs / lowMs));
  const yOf = (ms: number): number => bottom - Math.log10(Math.max(ms, lowMs) / lowMs) * perDecade;
  const count = Math.round(Math.log10(highMs / lowMs)) + 1;
  const marks = Array.from({ length: count }, (_, i) => {
    const ms = lowMs * 10 ** i;
    return [yOf(ms), durationText(ms)] as const;
  });
  return { lowMs, highMs, yOf, marks };
}

function eachCompleted(history: History, callback: (row: number, tookMs: number) => void): void {
  const { count, invoke, complete } = history.operations;
  const { timeNs } = history.events;
  for (let row = 0; row < count; row += 1) {
    const end = complete[row] ?? noEvent;
    if (end !== noEvent)
      callback(row, ((timeNs[end] ?? 0) - (timeNs[invoke[row] ?? 0] ?? 0)) / 1e6);
  }
}

const outcomes = [
  ['ok', typeCode.ok],
  ['fail', typeCode.fail],
  ['info', typeCode.info],
] as const;
const pointPixels = 2;

function rawPicture({ history, summary }: RunReport, endMs: number): string {
  const scale = latencyScale(history);
  const { outcome, invoke } = history.operations;
  const wide = Math.ceil(chartSize.width / pointPixels);
  const cells = new Map<number, Set<number>>(outcomes.map(([, code]) => [code, new Set()]));
  eachCompleted(history, (row, tookMs) => {
    const x = xOf((history.events.timeNs[invoke[row] ?? 0] ?? 0) / 1e6, endMs);
    const cell = Math.floor(scale.yOf(tookMs) / pointPixels) * wide + Math.floor(x / pointPixels);
    cells.get(outcome[row] ?? 0)?.add(cell);
  });
  const paths = outcomes.map(([name, code]) => {
    const points = [...(cells.get(code) ?? [])].map((cell) => {
      const [x, y] = [(cell % wide) * pointPixels, Math.floor(cell / wide) * pointPixels];
      return `M${x} ${y}h${pointPixels}`;
    });
    return `<path d="${points.join('')}" stroke="${colors[name]}" stroke-width="${pointPixels}" fill="none"/>`;
  });
  const frame = {
    title: 'Latency of each operation, at its invocation',
    ...{ endMs, faults: summary.faults, marks: scale.marks },
    legend: outcomes.map(([name]) => [name, colors[name]] as const),
  };
  return chartFile(frame, paths.join('\n'));
}

const windowCount = 60;
const quantiles = [
  ['p50', 0.5],
  ['p95', 0.95],
  ['p99', 0.99],
  ['max', 1],
] as const;
/** A window of fewer operations has no quantile worth a point. */
const sampleMin = 5;

function quantilePicture({ history, summary }: RunReport, endMs: number): string {
  const scale = latencyScale(history);
  const stepMs = niceStep(endMs, windowCount);
  const windows = Array.from({ length: Math.floor(endMs / stepMs) + 1 }, (): number[] => []);
  const { outcome, invoke } = history.operations;
  eachCompleted(history, (row, tookMs) => {
    if (outcome[row] !== typeCode.ok) return;
    const atMs = (history.events.timeNs[invoke[row] ?? 0] ?? 0) / 1e6;
    windows[Math.min(windows.length - 1, Math.floor(atMs / stepMs))]?.push(tookMs);
  });
  const sorted = windows.map((sample) => Float64Array.from(sample).toSorted());
  const lines = quantiles.map(([name, quantile]) => {
    const points = sorted.map((sample, i) =>
      sample.length < sampleMin
        ? null
        : ([
            xOf((i + 0.5) * stepMs, endMs),
            scale.yOf(sample[Math.max(0, Math.ceil(quantile * sample.length) - 1)] ?? 0),
          ] as const),
    );
    return lineSvg(points, colors[name]);
  });
  const frame = {
    title: `Latency of ok operations in windows of ${durationText(stepMs)}`,
    ...{ endMs, faults: summary.faults, marks: scale.marks },
    legend: quantiles.map(([name]) => [name, colors[name]] as const),
  };
  return chartFile(frame, lines.join('\n'));
}

type Point = readonly [x: number, y: number];

/** With gaps where a point is null; a point alone is a dot. */
function lineSvg(points: readonly (Point | null)[], color: string): string {
  let isDrawing = false;
  const path = points.map((point) => {
    if (point === null) {
      isDrawing = false;
      return '';
    }
    const step = `${isDrawing ? 'L' : 'M'}${figure(point[0])} ${figure(point[1])}`;
    const dot = isDrawing ? '' : 'h0.01';
    isDrawing = true;
    return step + dot;
  });
  return `<path d="${path.join('')}" stroke="${color}" stroke-width="1.8" stroke-linejoin="round" stroke-linecap="round" fill="none"/>`;
}

function ratePicture({ history, summary }: RunReport, endMs: number): string {
  const stepMs = niceStep(endMs, windowCount);
  const windows = Math.floor(endMs / stepMs) + 1;
  const counts = new Map<number, Float64Array>(
    outcomes.map(([, code]) => [code, new Float64Array(windows)]),
  );
  const { complete, outcome } = history.operations;
  eachCompleted(history, (row) => {
    const atMs = (history.events.timeNs[complete[row] ?? 0] ?? 0) / 1e6;
    const line = counts.get(outcome[row] ?? 0);
    const place = Math.floor(atMs / stepMs);
    if (line !== undefined) line[place] = (line[place] ?? 0) + 1;
  });
  // The last window may end after the run did: only what was there of it counts.
  const seconds = (i: number): number => Math.min(stepMs, Math.max(1, endMs - i * stepMs)) / 1000;
  for (const line of counts.values()) line.forEach((count, i) => (line[i] = count / seconds(i)));
  const most = Math.max(1, ...[...counts.values()].map((line) => Math.max(...line)));
  const { top, bottom } = chartSize;
  const yOf = (rate: number): number => bottom - (rate / most) * (bottom - top - 4);
  const gap = niceStep(most, 4);
  const marks = Array.from(
    { length: Math.floor(most / gap) + 1 },
    (_, i) => [yOf(i * gap), `${(i * gap).toLocaleString('en-US')}/s`] as const,
  );
  const lines = outcomes.map(([name, code]) => {
    const line = [...(counts.get(code) ?? [])];
    const points = line.map((rate, i) => [xOf((i + 0.5) * stepMs, endMs), yOf(rate)] as const);
    return line.every((rate) => rate === 0) ? '' : lineSvg(points, colors[name]);
  });
  const frame = {
    title: `Completions a second, in steps of ${durationText(stepMs)}`,
    ...{ endMs, faults: summary.faults, marks },
    legend: outcomes.map(([name]) => [name, colors[name]] as const),
  };
  return chartFile(frame, lines.join('\n'));
}

/** Both sides of zero, logarithmic; null if no clock was touched. */
function clockPicture(report: RunReport, endMs: number): string | null {
  const skews = clockSkews(report, 1e6);
  if (skews.length === 0) return null;
  const squeezed = (ms: number): number => Math.sign(ms) * Math.log10(1 + Math.abs(ms));
  const lastMs = (skew: (typeof skews)[number]): number =>
    skew.offsetMs + skew.rate * (skew.end - skew.start);
  const reached = skews.flatMap((skew) => [squeezed(skew.offsetMs), squeezed(lastMs(skew))]);
  const low = Math.floor(Math.min(0, ...reached));
  const high = Math.max(low + 1, Math.ceil(Math.max(0, ...reached)));
  const { top, bottom } = chartSize;
  const yOf = (ms: number): number =>
    bottom - ((squeezed(ms) - low) / (high - low)) * (bottom - top);
  const marks = Array.from({ length: high - low + 1 }, (_, i) => {
    const power = low + i;
    const ms = Math.sign(power) * (10 ** Math.abs(power) - 1);
    const sign = power > 0 ? '+' : '−';
    return [
      yOf(ms),
      power === 0 ? 'right' : `${sign}${durationText(10 ** Math.abs(power))}`,
    ] as const;
  });
  const nodes = [...new Set(skews.map(({ node }) => node))].toSorted();
  const lines = nodes.flatMap((node, place) => {
    const color = lineColor(place, nodes.length);
    const own = skews.filter((skew) => skew.node === node);
    const steady = own.filter(({ periodMs }) => periodMs === 0);
    const points: Point[] = [[xOf(0, endMs), yOf(0)]];
    for (const skew of steady) {
      const [x0, x1] = [xOf(skew.start, endMs), xOf(skew.end, endMs)];
      points.push([x0, yOf(0)], [x0, yOf(skew.offsetMs)], [x1, yOf(lastMs(skew))], [x1, yOf(0)]);
    }
    points.push([xOf(endMs, endMs), yOf(0)]);
    const shaded = own
      .filter(({ periodMs }) => periodMs > 0)
      .map(({ start, end, offsetMs }) => {
        const [x0, x1] = [xOf(start, endMs), xOf(end, endMs)];
        const [y0, y1] = [yOf(0), yOf(offsetMs)];
        return `<rect x="${figure(x0)}" y="${figure(Math.min(y0, y1))}" width="${figure(Math.max(1, x1 - x0))}" height="${figure(Math.abs(y1 - y0))}" fill="${color}" fill-opacity="0.3"/>`;
      });
    return [lineSvg(points, color), ...shaded];
  });
  const frame = {
    title: 'Clock offsets of the nodes, as set and read back',
    ...{ endMs, faults: report.summary.faults, marks },
    legend: nodes.map((node, place) => [node, lineColor(place, nodes.length)] as const),
  };
  return chartFile(frame, lines.join('\n'));
}
