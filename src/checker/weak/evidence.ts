/**
 * The smallest part of a register history that breaks a weaker model by itself.
 *
 * Of a history that a model explains, any operations can be left out together with all that read
 * from them: the rest keeps its order, and each read its source. So what is left here proves
 * something of the whole. That is not so of safe registers, where a read that overlaps a write may
 * show anything; what shows that they are broken is small as it is.
 */
import type { Json } from '../../base/json.ts';
import { type RegisterOps, registerOps } from './register-ops.ts';
import type { WeakResult } from './result.ts';

type Violated = Extract<WeakResult, { kind: 'violated' }>;

/** A longer proof is shown as it is. */
const shrunkMax = 150;
const checksMax = 400;

/**
 * The violation with as few operations as prove it, or as it is if those that it names prove
 * nothing alone.
 * @param decide what the model says of these operations alone
 */
export function smallestEvidence(
  ops: RegisterOps,
  initial: Json,
  violated: Violated,
  decide: (part: RegisterOps) => WeakResult,
): Violated {
  let kept = withSources(ops, withWitnesses(ops, violated.ops));
  if (kept.length > shrunkMax) return violated;
  let best = judged(ops, initial, kept, decide);
  if (best?.type !== violated.type) return violated;
  let checks = 0;
  for (let at = kept.length - 1; at >= 0 && checks < checksMax; at -= 1) {
    const fewer = withoutReaders(ops, kept, kept[at] ?? 0);
    checks += 1;
    const smaller = judged(ops, initial, fewer, decide);
    if (smaller?.type !== violated.type) continue;
    kept = fewer;
    best = smaller;
    // Of what came after it only its readers went, of which there are none left.
    at = Math.min(at, kept.length);
  }
  return { ...best, ops: kept };
}

/**
 * These, and of each whose outcome is unknown what shows that it happened: the nearest operation
 * known to have succeeded that found its value, or found that of one that had found it.
 */
export function withWitnesses(ops: RegisterOps, some: readonly number[]): readonly number[] {
  const isKnown = (op: number): boolean => (ops.returned[op] ?? 0) < Infinity;
  const found = new Set(some);
  if ([...found].every(isKnown)) return some;
  const readers = new Map<number, number[]>();
  for (const [op, source] of ops.from.entries()) {
    const known = readers.get(source);
    if (known === undefined) readers.set(source, [op]);
    else known.push(op);
  }
  for (const op of some) {
    if (isKnown(op)) continue;
    const way = wayToKnown(op, found) ?? wayToKnown(op) ?? [];
    for (const one of way) found.add(one);
  }
  return [...found].toSorted((a, b) => a - b);

  function wayToKnown(start: number, among?: ReadonlySet<number>): readonly number[] | undefined {
    const cameFrom = new Map([[start, start]]);
    for (const op of cameFrom.keys()) {
      if (isKnown(op)) {
        const way: number[] = [];
        for (let at = op; at !== start; at = cameFrom.get(at) ?? start) way.push(at);
        return way;
      }
      for (const reader of readers.get(op) ?? [])
        if (!cameFrom.has(reader) && among?.has(reader) !== false) cameFrom.set(reader, op);
    }
    return undefined;
  }
}

/** Ascending: these, and all that they read from. */
function withSources(ops: RegisterOps, some: readonly number[]): readonly number[] {
  const found = new Set(some);
  for (const op of found) {
    const source = ops.from[op] ?? -1;
    if (source >= 0) found.add(source);
  }
  return [...found].toSorted((a, b) => a - b);
}

/** Those that are left without one of them and all that read from it, directly or not. */
function withoutReaders(
  ops: RegisterOps,
  kept: readonly number[],
  gone: number,
): readonly number[] {
  const dropped = new Set([gone]);
  for (let size = 0; size !== dropped.size; ) {
    size = dropped.size;
    for (const op of kept) if (dropped.has(ops.from[op] ?? -1)) dropped.add(op);
  }
  return kept.filter((op) => !dropped.has(op));
}

/** What is said of them alone, if it is a violation; its operations are not translated. */
function judged(
  ops: RegisterOps,
  initial: Json,
  kept: readonly number[],
  decide: (part: RegisterOps) => WeakResult,
): Violated | undefined {
  const rows = kept.map((op) => ops.row[op] ?? 0);
  const part = registerOps(ops.history.picked(rows), initial);
  const result = 'why' in part ? undefined : decide(part);
  return result?.kind === 'violated' ? result : undefined;
}
