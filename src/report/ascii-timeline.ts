/**
 * A witness in characters.
 *
 *     p0  ├─write 1─┤            ├─read → 1─┤ ◀
 *     p1             ├─write 2─┤
 */
import { printable } from './escape.ts';
import type { Paint } from './paint.ts';
import { layoutWitness, type Witness, type WitnessBar, type WitnessOperation } from './witness.ts';

const gap = 2;

/** Lines at most `columns` wide: processes as rows if that fits, else one row an operation. */
export function asciiTimeline(witness: Witness, paint: Paint, columns: number): readonly string[] {
  if (witness.operations.length === 0) return [];
  const safe: Witness = {
    ...witness,
    operations: witness.operations.map((item) => ({ ...item, label: printable(item.label) })),
  };
  const names = Math.max(
    ...safe.operations.map(({ operation }) => processName(operation.process).length),
    ...safe.faults.map(({ fault }) => bandName(fault.kind).length),
  );
  const wide = layoutWitness(safe, { barWidth: ({ length }) => length + 3, gap });
  const isRows = names + 2 + wide.width + 2 <= columns;
  const lines = isRows ? processRows(safe, paint, names) : operationRows(safe, paint, columns);
  const isMarked = !isRows && safe.operations.some(({ offending }) => offending);
  return [
    ...lines,
    ...(isMarked ? [paint.dim('◀ contradict each other')] : []),
    ...countLines(witness, paint),
  ];
}

function processName(process: number): string {
  return `p${process}`;
}

/** What is not drawn, counted. */
function countLines({ omitted, unresolved }: Witness, paint: Paint): readonly string[] {
  const lines: string[] = [];
  if (omitted > 0)
    lines.push(paint.dim(`… and ${omitted} more operations of this anomaly, not drawn`));
  if (unresolved > 0)
    lines.push(paint.dim(`${unresolved} of its indices are no client operation of this history`));
  return lines;
}

function processRows(witness: Witness, paint: Paint, names: number): readonly string[] {
  const layout = layoutWitness(witness, { barWidth: ({ length }) => length + 3, gap });
  const rows = layout.rows.map((process, row) => {
    const name = paint.dim(processName(process).padEnd(names));
    let line = '';
    let here = 0;
    for (const bar of layout.bars.filter((candidate) => candidate.row === row)) {
      line += ' '.repeat(Math.max(0, bar.start - here)) + barText(bar, paint);
      here = bar.end + 1;
    }
    return `${name}  ${line.trimEnd()}`;
  });
  const bands = layout.bands.map(({ fault, start, end }) => {
    const band = '░'.repeat(Math.max(1, end - start + 1));
    const name = bandName(fault.fault.kind).padEnd(names);
    return `${paint.dim(name)}  ${' '.repeat(start)}${paint.yellow(band)}`;
  });
  return [...rows, ...bands];
}

/** Beside its band, which may be too narrow for a word. */
function bandName(kind: string): string {
  return printable(kind).slice(0, 12);
}

function barText(bar: WitnessBar, paint: Paint): string {
  const { label, offending } = bar.item;
  const length = bar.end - bar.start + 1;
  const text = bar.open
    ? `├─${label}${'╌'.repeat(Math.max(1, length - label.length - 3))}▷`
    : `├─${label}${'─'.repeat(Math.max(0, length - label.length - 3))}┤`;
  return offending ? paint.red(text) : text;
}

/** One row an operation: always fits, since only the order of the events takes room. */
function operationRows(witness: Witness, paint: Paint, columns: number): readonly string[] {
  const narrow = layoutWitness(witness, { barWidth: () => 1, gap: 1 });
  const names = Math.max(...witness.operations.map((item) => nameOf(item).length));
  const room = Math.max(8, columns - Math.min(names, 44) - 6);
  const scale = Math.min(1, (room - 1) / Math.max(1, narrow.width));
  const rows = narrow.bars.map((bar) => {
    const name = nameOf(bar.item).slice(0, 44).padEnd(Math.min(names, 44));
    const start = Math.floor(bar.start * scale);
    const end = Math.max(start + 1, Math.floor(bar.end * scale));
    const rail = bar.open ? '╌' : '─';
    const line = `${' '.repeat(start)}├${rail.repeat(Math.max(0, end - start - 1))}${bar.open ? '▷' : '┤'}`;
    const mark = bar.item.offending ? ' ◀' : '';
    const text = `${name}  ${line}${mark}`;
    return bar.item.offending ? paint.red(text) : text;
  });
  const bands = narrow.bands.map(({ fault, start, end }) => {
    const from = Math.floor(start * scale);
    const length = Math.max(1, Math.floor(end * scale) - from + 1);
    const name = bandName(fault.fault.kind).padEnd(Math.min(names, 44));
    return `${paint.dim(name)}  ${' '.repeat(from)}${paint.yellow('░'.repeat(length))}`;
  });
  return [...rows, ...bands];
}

function nameOf({ operation, label }: WitnessOperation): string {
  return `${processName(operation.process)} ${label}`;
}
