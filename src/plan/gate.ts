/**
 * Numeric goals of a run: `latency.p99<200ms`, `msgs-per-op<30`. A figure, perhaps with the
 * function and the quantile that it is of, a comparison, and a limit with its unit.
 */
import { UsageError } from '../base/errors.ts';
import { didYouMean, listed } from '../base/text.ts';

/** What a figure counts. Times are in milliseconds, fractions from 0 to 1. */
export type GateUnit = 'time' | 'fraction' | 'rate' | 'count';

export interface FigureKind {
  readonly unit: GateUnit;
  readonly summary: string;
  /** True if it is of a distribution, so that a quantile must be named. */
  readonly hasQuantile: boolean;
  /** True if it may be of one function, as in `latency.read.p99`. */
  readonly hasFunction: boolean;
}

const plain = { hasQuantile: false, hasFunction: false };

/** Every figure that a gate may name. */
export const figureKinds = {
  latency: {
    unit: 'time',
    summary: 'how long ok operations took',
    hasQuantile: true,
    hasFunction: true,
  },
  'stable-latency': {
    unit: 'time',
    summary: 'from when an element was known to when no read missed it any more (broadcast, set)',
    hasQuantile: true,
    hasFunction: false,
  },
  'msgs-per-op': { ...plain, unit: 'count', summary: 'messages of all kinds for each operation' },
  'server-msgs-per-op': {
    ...plain,
    unit: 'count',
    summary: 'messages between nodes, and with services, for each operation',
  },
  availability: {
    ...plain,
    unit: 'fraction',
    summary: 'the share of the operations that succeeded',
    hasFunction: true,
  },
  'ok-rate': { ...plain, unit: 'fraction', summary: 'the same as availability', hasFunction: true },
  throughput: { ...plain, unit: 'rate', summary: 'ok operations a second of the load' },
  recovery: {
    ...plain,
    unit: 'time',
    summary: 'the longest time from the end of a fault to the next ok operation',
  },
  lost: { ...plain, unit: 'count', summary: 'acknowledged elements that were lost' },
  stale: { ...plain, unit: 'count', summary: 'elements that a later read missed for a while' },
  duplicated: { ...plain, unit: 'count', summary: 'elements or ids that came more than once' },
} as const satisfies Record<string, FigureKind>;

type FigureName = keyof typeof figureKinds;

export const quantiles = ['p50', 'p95', 'p99', 'p999', 'max', 'mean', 'min'] as const;
export type Quantile = (typeof quantiles)[number];

type Comparison = '<' | '<=' | '>' | '>=' | '=';

export interface Gate {
  /** As it was typed. */
  readonly text: string;
  readonly figure: FigureName;
  readonly f: string | null;
  readonly quantile: Quantile | null;
  readonly comparison: Comparison;
  /** In the unit of the figure. */
  readonly limit: number;
}

/**
 * Gates, separated by commas.
 * @throws UsageError that names what there is, for whatever is no gate.
 */
export function parseGates(text: string): readonly Gate[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
    .map(parseGate);
}

function parseGate(text: string): Gate {
  const parsed = /^([\w.-]+)\s*(<=|>=|==|<|>|=|≤|≥)\s*(\S.*)$/u.exec(text);
  if (parsed === null)
    throw new UsageError(
      `--gate takes a figure, a comparison and a limit, as in latency.p99<200ms; got "${text}"\n${figureHelp()}`,
    );
  const [, subject = '', sign = '', limit = ''] = parsed;
  const { figure, f, quantile } = subjectOf(subject, text);
  return {
    text,
    figure,
    f,
    quantile,
    comparison: comparisonOf(sign),
    limit: limitOf(figure, limit),
  };
}

function comparisonOf(sign: string): Comparison {
  const same: Readonly<Record<string, Comparison>> = { '≤': '<=', '≥': '>=', '==': '=' };
  return same[sign] ?? (sign as Comparison);
}

type Subject = Pick<Gate, 'figure' | 'f' | 'quantile'>;

function subjectOf(subject: string, text: string): Subject {
  const [name = '', ...rest] = subject.split('.');
  const figure = (Object.keys(figureKinds) as FigureName[]).find((known) => known === name);
  if (figure === undefined)
    throw new UsageError(
      `--gate ${text}: there is no figure "${name}".${didYouMean(name, Object.keys(figureKinds))}\n${figureHelp()}`,
    );
  const kind: FigureKind = figureKinds[figure];
  const last = rest.at(-1);
  const quantile = kind.hasQuantile ? (quantiles.find((known) => known === last) ?? null) : null;
  if (kind.hasQuantile && quantile === null)
    throw new UsageError(
      `--gate ${text}: ${name} needs one of ${listed(quantiles, 'or')} at its end, as in ${name}.p99<200ms`,
    );
  const between = quantile === null ? rest : rest.slice(0, -1);
  if (between.length > (kind.hasFunction ? 1 : 0))
    throw new UsageError(
      `--gate ${text}: cannot read "${between.join('.')}" after ${name}${kind.hasFunction ? ', where one function may stand, as in latency.read.p99' : ''}`,
    );
  return { figure, f: between[0] ?? null, quantile };
}

const unitScales: Readonly<Record<GateUnit, Readonly<Record<string, number>>>> = {
  time: { ms: 1, s: 1000, min: 60_000, us: 0.001 },
  fraction: { '': 1, '%': 0.01 },
  rate: { '': 1, '/s': 1 },
  count: { '': 1 },
};

const examples: Readonly<Record<GateUnit, string>> = {
  time: 'a time with its unit, as in 200ms or 1.5s',
  fraction: 'a fraction from 0 to 1, or a percentage, as in 0.99 or 99%',
  rate: 'operations a second, as in 100 or 100/s',
  count: 'a number, as in 30',
};

function limitOf(figure: FigureName, text: string): number {
  const { unit } = figureKinds[figure];
  const parsed = /^(\d+(?:\.\d+)?)\s*([a-z%/]*)$/.exec(text);
  const scale = unitScales[unit][parsed?.[2] ?? ''];
  const limit = Number(parsed?.[1]) * (scale ?? Number.NaN);
  if (Number.isFinite(limit) && (unit !== 'fraction' || limit <= 1)) return limit;
  throw new UsageError(`--gate ${figure}: the limit must be ${examples[unit]}; got "${text}"`);
}

/** One line a figure. */
function figureHelp(): string {
  const lines = Object.entries<FigureKind>(figureKinds).map(([name, kind]) => {
    const parts = [
      name,
      ...(kind.hasFunction ? ['[FUNCTION]'] : []),
      ...(kind.hasQuantile ? ['p99'] : []),
    ];
    return `  ${parts.join('.').replace('.[FUNCTION]', '[.FUNCTION]').padEnd(24)} ${kind.summary}`;
  });
  return `figures:\n${lines.join('\n')}\nquantiles: ${listed(quantiles)}`;
}
