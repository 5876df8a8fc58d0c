/**
 * Time and memory against size, concurrency and crash rate, measured on built code (`npm run
 * build` first), each point in a process of its own.
 *
 *     node --import tsx bench/curves.ts [--only NAME] [--most 1000000] [--out docs/performance]
 *
 * Writes `curves.json`, in which the series that were not measured now stay as they were, and
 * the plots. Seconds are of processor time, so that what else runs on the machine counts less.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type HistoryShape, writeHistoryFile } from './make-history.ts';
import { type Chart, type Series, svgOf } from './plot.ts';

interface Subject {
  readonly name: string;
  readonly model: string;
  readonly shape: Pick<HistoryShape, 'kind' | 'updates'>;
  /** Larger ones take longer than they may. */
  readonly most?: number;
}

const subjects: readonly Subject[] = [
  { name: 'register', model: 'register', shape: { kind: 'register' } },
  { name: 'list-append', model: 'strict-serializable', shape: { kind: 'list-append' } },
  {
    name: 'rw-register',
    model: 'serializable',
    shape: { kind: 'rw-register', updates: true },
  },
  {
    name: 'causal',
    model: 'causal-consistency',
    shape: { kind: 'rw-register' },
    most: 1_000_000,
  },
];

/** Figures of others at a million, as measured on a machine of two cores. */
const peers: readonly (Series & { readonly of: string; readonly peakMb: number })[] = [
  { of: 'seconds', name: 'Elle, list-append', points: [[1e6, 73]], marksOnly: true, peakMb: 9900 },
  { of: 'seconds', name: 'Elle, rw-register', points: [[1e6, 47]], marksOnly: true, peakMb: 8500 },
  { of: 'seconds', name: 'AWDIT, causal', points: [[1e6, 5.5]], marksOnly: true, peakMb: 1800 },
];

interface Point {
  readonly operations: number;
  readonly clients: number;
  readonly crashed: number;
  readonly valid: readonly unknown[];
  readonly readSeconds: number;
  readonly checkSeconds: number;
  readonly warmSeconds: number;
  readonly clockSeconds?: number;
  readonly peakMb: number;
}

interface Curves {
  readonly machine: string;
  readonly series: Record<string, readonly Point[]>;
}

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    most: { type: 'string', default: '1000000' },
    out: { type: 'string', default: 'docs/performance' },
  },
});
const most = Number(values.most);
mkdirSync(values.out, { recursive: true });
const curvesPath = join(values.out, 'curves.json');
const measurePath = fileURLToPath(new URL('measure.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'dsx-curves-'));
try {
  const known: Partial<Curves> = existsSync(curvesPath)
    ? (JSON.parse(readFileSync(curvesPath, 'utf8')) as Curves)
    : {};
  const series: Record<string, readonly Point[]> = { ...known.series };
  for (const subject of subjects) {
    if (values.only !== undefined && values.only !== subject.name) continue;
    const points = measured(subject);
    // Larger ones that were measured once, and are not now, stay.
    const larger = known.series?.[subject.name]?.filter(({ operations }) => operations > most);
    series[subject.name] = [...points, ...(larger ?? [])];
    // After each subject: whoever stops in the middle keeps what there is.
    write(series);
  }
} finally {
  rmSync(folder, { recursive: true });
}

function write(series: Curves['series']): void {
  const [cpu] = cpus();
  const machine = `${cpus().length} cores (${cpu?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}`;
  writeFileSync(curvesPath, `${JSON.stringify({ machine, series }, null, 1)}\n`);
  for (const [file, chart] of Object.entries(chartsOf(series)))
    writeFileSync(join(values.out, file), svgOf(chart));
}

function measured(subject: Subject): readonly Point[] {
  const points: Point[] = [];
  const standard = { clients: 20, crashed: 0.01 };
  for (let operations = 1000; operations <= Math.min(most, subject.most ?? most); operations *= 10)
    points.push(pointOf(subject, { ...standard, operations }));
  const operations = 100_000;
  for (const clients of [5, 10, 50, 100])
    points.push(pointOf(subject, { ...standard, operations, clients }));
  for (const crashed of [0, 0.03, 0.1])
    points.push(pointOf(subject, { ...standard, operations, crashed }));
  return points;
}

function pointOf(
  { name, model, shape }: Subject,
  load: Pick<Point, 'operations' | 'clients' | 'crashed'>,
): Point {
  const path = join(folder, 'history.jsonl');
  writeHistoryFile({ ...shape, ...load, keys: 1, nodes: false, stale: false, seed: 1 }, path);
  const { stdout, status } = spawnSync(process.execPath, [measurePath, path, model], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0)
    throw new Error(`${name}: node ${measurePath} ended with ${status ?? 'a signal'}`);
  const result = { ...load, ...(JSON.parse(stdout) as Omit<Point, keyof typeof load>) };
  console.log(
    `${name.padEnd(12)} n=${load.operations} clients=${load.clients} crashed=${load.crashed} ${result.valid.join()} read ${result.readSeconds.toFixed(2)} s, check ${result.checkSeconds.toFixed(3)} s, ${result.peakMb} MB`,
  );
  return result;
}

function chartsOf(series: Curves['series']): Readonly<Record<string, Chart>> {
  const seconds = { label: 'processor seconds, from file to verdict', log: true };
  const size = { label: 'operations or transactions', log: true };
  const lines = (
    isIn: (point: Point) => boolean,
    at: (point: Point) => readonly [number, number],
  ): readonly Series[] =>
    Object.entries(series).map(([name, points]) => ({
      name,
      points: points
        .filter(isIn)
        .map(at)
        .toSorted(([a], [b]) => a - b),
    }));
  const isStandard = ({ clients, crashed }: Point): boolean => clients === 20 && crashed === 0.01;
  const isMiddle = ({ operations }: Point): boolean => operations === 100_000;
  const total = ({ readSeconds, checkSeconds }: Point): number => readSeconds + checkSeconds;
  const others = peers.map(({ peakMb, points, ...peer }) => ({ ...peer, points, peakMb }));
  return {
    'size.svg': {
      title: 'Time by size',
      x: size,
      y: seconds,
      series: [...lines(isStandard, (p) => [p.operations, total(p)]), ...others],
    },
    'memory.svg': {
      title: 'Memory by size',
      x: size,
      y: { label: 'most memory, MB', log: true },
      series: [
        ...lines(isStandard, (p) => [p.operations, p.peakMb]),
        ...others.map((peer) => ({ ...peer, points: [[1e6, peer.peakMb] as const] })),
      ],
    },
    'clients.svg': {
      title: 'Time by concurrency, 100,000 operations',
      x: { label: 'clients', log: false },
      y: { label: 'processor seconds to check, compiled', log: false },
      series: lines(
        (p) => isMiddle(p) && p.crashed === 0.01,
        (p) => [p.clients, p.warmSeconds],
      ),
    },
    'crashes.svg': {
      title: 'Time by crash rate, 100,000 operations',
      x: { label: 'unknown outcome, %', log: false },
      y: { label: 'processor seconds to check, compiled', log: false },
      series: lines(
        (p) => isMiddle(p) && p.clients === 20,
        (p) => [p.crashed * 100, p.warmSeconds],
      ),
    },
  };
}
