/**
 * Making things smaller by trying: which of these items are needed, how small may this number be.
 *
 * Both are generators that yield what to try and are told whether it still fails, so that whoever
 * tries (by running a cluster, say) may take its time, and may stop at any moment with the last
 * thing that failed.
 */

/**
 * Delta debugging (Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input",
 * 2002): yields subsets of the items, in their order, and returns the last one that failed. If
 * failing is deterministic and all items together fail, no single item of the result can be left
 * out. The empty set is tried first; no set is tried twice.
 */
export function* ddmin<T>(items: readonly T[]): Generator<readonly T[], readonly T[], boolean> {
  const tried = new Set<string>();
  let kept = items.map((_, i) => i);
  if (kept.length === 0 || (yield [])) return [];
  for (let parts = 2; kept.length >= 2; ) {
    const step = yield* oneStep(items, kept, parts, tried);
    if (step !== undefined) {
      ({ kept, parts } = step);
      continue;
    }
    if (parts >= kept.length) break;
    parts = Math.min(kept.length, parts * 2);
  }
  return kept.map((i) => items[i] as T);
}

interface Step {
  readonly kept: number[];
  readonly parts: number;
}

/** The first part, or the first complement of one, that fails; undefined if none does. */
function* oneStep<T>(
  items: readonly T[],
  kept: readonly number[],
  parts: number,
  tried: Set<string>,
): Generator<readonly T[], Step | undefined, boolean> {
  const pieces = split(kept, parts);
  const steps = [
    ...pieces.map((piece): Step => ({ kept: piece, parts: 2 })),
    ...pieces.map(
      (piece): Step => ({
        kept: kept.filter((i) => !piece.includes(i)),
        parts: Math.max(2, parts - 1),
      }),
    ),
  ];
  for (const step of steps) {
    const name = step.kept.join();
    if (tried.has(name)) continue;
    tried.add(name);
    if (yield step.kept.map((i) => items[i] as T)) return step;
  }
  return undefined;
}

/** Into so many parts of about the same length, none of them empty. */
function split(items: readonly number[], parts: number): readonly number[][] {
  return Array.from({ length: parts }, (_, i) =>
    items.slice(
      Math.floor((i * items.length) / parts),
      Math.floor(((i + 1) * items.length) / parts),
    ),
  );
}

export interface NumberRange {
  /** Not below this. */
  readonly least: number;
  /** This is known to fail. */
  readonly known: number;
  /** What to try first; absent: the least. */
  readonly guess?: number;
  /** Values are multiples of this. Default: 1. */
  readonly unit?: number;
  /** Stops when what failed is at most this share above what did not. Default: 0, exact. */
  readonly tolerance?: number;
}

/**
 * By bisection: yields numbers below the known one, and returns the smallest that failed. If
 * whatever is above a number that fails does so too, and nothing is tolerated, that is the
 * smallest of all.
 */
export function* smallest(range: NumberRange): Generator<number, number, boolean> {
  const { least, known, guess = least, unit = 1, tolerance = 0 } = range;
  // In units, from here on: `low` is the largest that is thought not to fail.
  let low = Math.ceil(least / unit) - 1;
  let high = Math.ceil(known / unit);
  let failed = known;
  let next = Math.max(low + 1, Math.min(high - 1, Math.round(guess / unit)));
  while (next > low && next < high) {
    if (yield next * unit) {
      high = next;
      failed = next * unit;
    } else {
      low = next;
    }
    if (high - low <= tolerance * high) break;
    next = low + Math.floor((high - low) / 2);
  }
  return failed;
}
