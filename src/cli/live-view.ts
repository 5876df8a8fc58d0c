/**
 * What one sees while a test runs. On a terminal a few lines that are drawn over again: phase,
 * counts, rate, faults in force, time left. Elsewhere (a pipe, CI) plain lines as things happen.
 *
 * Watching never changes a run: nothing here throws, and nothing keeps the process alive.
 */
import { createLogUpdate } from 'log-update';
import { durationText } from '../base/text.ts';
import { printable } from '../report/escape.ts';
import type { Paint } from '../report/paint.ts';

export interface ProgressFigures {
  readonly ok: number;
  readonly fail: number;
  readonly info: number;
  /** Operations a second. */
  readonly rateHz: number;
  /** Operations of clients that are open now. */
  readonly inFlight: number;
  readonly elapsedMs: number;
  readonly totalMs: number;
  /** What is wrong at this moment, one line a fault. */
  readonly faults: readonly string[];
}

export interface ProgressOptions {
  readonly isTty: boolean;
  readonly stream: NodeJS.WritableStream;
  readonly paint: Paint;
}

export interface ProgressView {
  /** What is being done now; figures of the phase before are forgotten. */
  phase(text: string): void;
  /** As often as one likes: drawing is throttled. */
  progress(figures: ProgressFigures): void;
  /** A fault began or ended. */
  fault(text: string): void;
  /** A line that stays. */
  log(text: string): void;
  /** Takes the live lines away and gives the cursor back. Safe to call twice. */
  done(): void;
}

const redrawMs = 120;
/** Off a terminal one line of figures this often says that the run is alive. */
const plainFiguresMs = 30_000;
const faultsMax = 6;
const hideCursor = '\u001b[?25l';
const showCursor = '\u001b[?25h';

export function createProgress(options: ProgressOptions): ProgressView {
  // A reader that went away (`dsx test | head`) must not end the run.
  options.stream.on('error', ignore);
  return options.isTty && hasSize(options.stream) ? liveView(options) : plainView(options);
}

/** A terminal that says it has no rows (some containers and CI) would show nothing at all. */
function hasSize(stream: NodeJS.WritableStream): boolean {
  const { rows, columns } = stream as { readonly rows?: number; readonly columns?: number };
  return rows !== 0 && columns !== 0;
}

function ignore(): void {
  // Deliberately nothing.
}

function safely(act: () => void): void {
  try {
    act();
  } catch {
    // A view that cannot be drawn is no reason to lose a run.
  }
}

function plainView({ stream, paint }: ProgressOptions): ProgressView {
  let saidMs = 0;
  let current = '';
  const line = (text: string): void => {
    safely(() => stream.write(`${text}\n`));
  };
  return {
    phase(text) {
      if (text === current) return;
      current = text;
      saidMs = 0;
      line(paint.bold(printable(text)));
    },
    progress(figures) {
      if (figures.elapsedMs - saidMs < plainFiguresMs) return;
      saidMs = figures.elapsedMs;
      line(`  ${countText(figures, paint)}, ${timeLeft(figures, figures.elapsedMs)}`);
    },
    fault(text) {
      line(`  ${paint.yellow('fault')} ${printable(text)}`);
    },
    log(text) {
      line(printable(text, true));
    },
    done: ignore,
  };
}

function liveView({ stream, paint }: ProgressOptions): ProgressView {
  const update = createLogUpdate(stream);
  let phase = '';
  let figures: ProgressFigures | undefined;
  let figuresAtMs = 0;
  let isDone = false;
  safely(() => stream.write(hideCursor));
  const giveCursorBack = (): void => {
    safely(() => stream.write(showCursor));
  };
  const draw = (): void => {
    if (isDone) return;
    const ageMs = performance.now() - figuresAtMs;
    safely(() => {
      update(liveText({ phase, figures, ageMs, columns: columnsOf(stream) }, paint));
    });
  };
  // Redraws by itself: that time passes while nothing answers is worth seeing.
  const timer = setInterval(draw, redrawMs);
  timer.unref();
  process.once('exit', giveCursorBack);
  const keep = (text: string): void => {
    safely(() => {
      if (isDone) stream.write(`${text}\n`);
      else update.persist(text);
    });
    draw();
  };
  return {
    phase(text) {
      phase = text;
      figures = undefined;
      draw();
    },
    progress(next) {
      figures = next;
      figuresAtMs = performance.now();
    },
    fault(text) {
      keep(`${paint.yellow('▒')} ${printable(text)}`);
    },
    log(text) {
      keep(printable(text, true));
    },
    done() {
      if (isDone) return;
      isDone = true;
      clearInterval(timer);
      process.removeListener('exit', giveCursorBack);
      safely(() => {
        update.clear();
        update.done();
      });
      giveCursorBack();
    },
  };
}

function columnsOf(stream: NodeJS.WritableStream): number {
  return 'columns' in stream && typeof stream.columns === 'number' ? stream.columns : 80;
}

interface Live {
  readonly phase: string;
  readonly figures: ProgressFigures | undefined;
  /** Since the figures came. */
  readonly ageMs: number;
  readonly columns: number;
}

function liveText({ phase, figures, ageMs, columns }: Live, paint: Paint): string {
  const title = paint.bold(printable(phase));
  if (figures === undefined) return `${title} …`;
  const elapsedMs = Math.min(
    figures.elapsedMs + ageMs,
    Math.max(figures.totalMs, figures.elapsedMs),
  );
  const { faults } = figures;
  const room = Math.max(10, columns - 6);
  const shown = faults.slice(0, faultsMax).map((text) => {
    const line = printable(text);
    return `  ${paint.yellow('▒')} ${line.length > room ? `${line.slice(0, room - 1)}…` : line}`;
  });
  const rest = faults.length - shown.length;
  return [
    `${title}  ${bar(elapsedMs, figures.totalMs, paint)} ${timeLeft(figures, elapsedMs)}`,
    `  ${countText(figures, paint)}`,
    ...(faults.length === 0 ? [paint.dim('  no fault in force')] : shown),
    ...(rest > 0 ? [paint.dim(`  … and ${rest} more faults`)] : []),
  ].join('\n');
}

const barLength = 24;

function bar(elapsedMs: number, totalMs: number, paint: Paint): string {
  const share = totalMs <= 0 ? 1 : Math.max(0, Math.min(1, elapsedMs / totalMs));
  const filled = Math.round(share * barLength);
  return `${paint.cyan('━'.repeat(filled))}${paint.dim('─'.repeat(barLength - filled))}`;
}

function timeLeft({ totalMs }: ProgressFigures, elapsedMs: number): string {
  const leftMs = totalMs - elapsedMs;
  return leftMs > 0 ? `${durationText(Math.ceil(leftMs / 1000) * 1000)} left` : 'finishing';
}

function countText({ ok, fail, info, rateHz, inFlight }: ProgressFigures, paint: Paint): string {
  const number = (value: number): string => Math.round(value).toLocaleString('en-US');
  const counts = [
    paint.green(`${number(ok)} ok`),
    fail > 0 ? paint.red(`${number(fail)} fail`) : '0 fail',
    info > 0 ? paint.yellow(`${number(info)} info`) : '0 info',
  ];
  return `${number(rateHz)}/s  ${counts.join('  ')}  ${inFlight} in flight`;
}
