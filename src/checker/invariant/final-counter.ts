/**
 * A counter that must be right in the end (Maelstrom's g-counter and pn-counter).
 *
 * | op | value of invoke | value of ok |
 * |---|---|---|
 * | `add` | the delta, a whole number of either sign; null: 1 | – |
 * | `read`, final | null | the number |
 *
 * A final read must be the sum of all adds acknowledged before it, and of any subset of those
 * whose outcome is unknown or that overlap it. The sums of all subsets are kept as ranges of
 * whole numbers.
 */
import { canonical, type Json } from '../../base/json.ts';
import type { Checker } from '../checker.ts';
import { type CounterOptions, deltaOf } from './counter.ts';
import {
  AnomalyList,
  type Finding,
  invariant,
  type Part,
  some,
  tooFew,
  undetermined,
} from './invariant.ts';

/** Sorted, disjoint, not adjacent: `[low, high]`, both inclusive. */
type Ranges = readonly (readonly [low: number, high: number])[];

export interface SubsetSums {
  readonly ranges: Ranges;
  /** False if ranges were joined to save room: then some numbers in them are no sum. */
  readonly exact: boolean;
}

const rangesMax = 4096;

export function finalCounter(options: CounterOptions = {}): Checker {
  const { add = 'add', read = 'read' } = options;
  return invariant({
    name: 'final-counter',
    summary:
      'each final read is the sum of what was acknowledged, and of some of what may have happened',
    method: `each final ok ${read} against the sum of acknowledged ${add}s plus the sums of all subsets of ${add}s of unknown outcome; other reads are not judged`,
    judge: (part) => judge(part, options),
  });
}

/** All sums of subsets of these whole numbers, moved by `base`. */
export function subsetSums(base: number, deltas: readonly number[]): SubsetSums {
  let ranges: Ranges = [[base, base]];
  let exact = true;
  for (const delta of deltas) {
    if (delta === 0) continue;
    const moved = ranges.map(([low, high]) => [low + delta, high + delta] as const);
    ranges = union([...ranges, ...moved]);
    if (ranges.length <= rangesMax) continue;
    ranges = joinNearest(ranges);
    exact = false;
  }
  return { ranges, exact };
}

function union(ranges: readonly (readonly [number, number])[]): Ranges {
  const joined: [number, number][] = [];
  for (const [low, high] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const last = joined.at(-1);
    if (last !== undefined && low <= last[1] + 1) last[1] = Math.max(last[1], high);
    else joined.push([low, high]);
  }
  return joined;
}

/** Half as many ranges: those with the smallest gaps between them become one. */
function joinNearest(ranges: Ranges): Ranges {
  const gaps = ranges.slice(1).map(([low], i) => low - (ranges[i]?.[1] ?? 0));
  const limit = gaps.toSorted((a, b) => a - b)[gaps.length >> 1] ?? 0;
  const joined: [number, number][] = [];
  for (const [low, high] of ranges) {
    const last = joined.at(-1);
    if (last !== undefined && low - last[1] <= limit) last[1] = high;
    else joined.push([low, high]);
  }
  return joined;
}

function judge(part: Part, options: CounterOptions): Finding {
  const { add = 'add', read = 'read', initial = 0 } = options;
  const anomalies = new AnomalyList(part);
  const adds = part.rowsOf(add).filter((row) => !part.failed(row));
  const readRows = part.rowsOf(read).filter((row) => part.isFinal(row) && part.isOk(row));
  const reads = readRows.filter((row) => typeof part.output(row) === 'number');
  const odd = adds.find((row) => !Number.isSafeInteger(deltaOf(part, row)));
  const finalReads = some(reads.map((row) => part.output(row)));
  if (odd !== undefined) {
    const message = `the ${add} of event ${part.invoke(odd)} has the value ${canonical(part.input(odd))}, where a whole number was expected`;
    return { anomalies, details: { finalReads }, ...undetermined(message) };
  }
  const known = new Map<string, SubsetSums>();
  let acceptable: readonly Json[] = [];
  let open: number | undefined;
  for (const row of reads) {
    const [begun, ended] = [part.invoke(row), part.returned(row)];
    const certain = adds.filter((a) => part.returned(a) < begun);
    const possible = adds.filter((a) => part.returned(a) >= begun && part.invoke(a) < ended);
    // Both only grow along the history, so that their sizes tell them apart.
    const name = `${certain.length} ${possible.length}`;
    const sum = certain.reduce((total, a) => total + Number(deltaOf(part, a)), initial);
    const sums =
      known.get(name) ??
      subsetSums(
        sum,
        possible.map((a) => Number(deltaOf(part, a))),
      );
    known.set(name, sums);
    acceptable = some(sums.ranges.map(([low, high]) => [low, high]));
    const value = Number(part.output(row));
    if (
      sums.ranges.some(([low, high]) => value >= low && value <= high && Number.isInteger(value))
    ) {
      if (!sums.exact) open ??= begun;
      continue;
    }
    anomalies.add(() => ({
      type: 'out-of-bounds',
      model: 'eventual-consistency',
      operations: [begun, ...possible.slice(0, 16).map((a) => part.invoke(a))],
      explanation: `The final ${read} of event ${begun} (ok at ${ended}) answered ${value}. The ${certain.length} ${add}s acknowledged before it sum to ${sum}${initial === 0 ? '' : ` (from ${initial})`}; ${possible.length} more may have happened, which allows ${rangesText(sums.ranges)}.`,
    }));
  }
  const details = { finalReadCount: reads.length, finalReads, acceptable };
  if (reads.length === 0)
    return { anomalies, details, ...tooFew(`no final ${read} succeeded with a number`) };
  if (open === undefined) return { anomalies, details };
  const message = `too many different ${add}s of unknown outcome to tell whether the final ${read} of event ${open} is a sum of some of them`;
  return { anomalies, details, ...undetermined(message) };
}

function rangesText(ranges: Ranges): string {
  const shown = ranges
    .slice(0, 8)
    .map(([low, high]) => (low === high ? `${low}` : `${low} to ${high}`));
  return `${shown.join(', ')}${ranges.length > 8 ? ', …' : ''}`;
}
