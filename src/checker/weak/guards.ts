/**
 * Compare-and-sets that said no. Such a guard found another value than the one that it asked
 * for, and which one nobody knows. A model allows it if it allows a read of some other value in
 * its place.
 *
 * What is violated without guards is violated with them, since observations can be left out of
 * any order that explains the rest. What holds without them holds with them if values can be
 * named that they may have found: the one that its process saw before or after, or the newest.
 * If none of these does, nothing is said.
 */
import { canonical, isArray, type Json } from '../../base/json.ts';
import { plural } from '../../base/text.ts';
import { noValue } from '../../history/values.ts';
import { initialWrite, isWrite, type RegisterOps, registerOps } from './register-ops.ts';
import type { WeakResult } from './result.ts';

/** Where to look for what a guard found: the first that is there and was not refused. */
const guesses: readonly (readonly (keyof Nearby)[])[] = [
  ['before', 'after', 'newest', 'second'],
  ['after', 'before', 'newest', 'second'],
  ['newest', 'second', 'before', 'after'],
];

/**
 * What the guards of a history change about a model that holds without them.
 * @param decide whether the model holds if guards are reads
 */
export function withGuards(
  ops: RegisterOps,
  initial: Json,
  decide: (guessed: RegisterOps) => WeakResult,
): WeakResult {
  const nearby = nearbyVersions(ops);
  for (const places of guesses) {
    const found = new Map<number, number>();
    for (const { guard, ...near } of nearby) {
      const version = places
        .map((place) => near[place])
        .find(
          (each) => each !== undefined && textOf(ops, each, initial) !== refusedText(ops, guard),
        );
      if (version !== undefined)
        found.set(guard, version === initialWrite ? initialWrite : (ops.row[version] ?? 0));
    }
    if (found.size < nearby.length) break;
    const guessed = registerOps(ops.history, initial, found);
    if ('why' in guessed) break;
    const result = decide(guessed);
    if (result.kind === 'holds') return result;
  }
  const message = `it holds without the cas that were refused (${plural(ops.guards.length, 'cas', 'cas')}), but what those found can not be told`;
  return { kind: 'open', reason: { kind: 'undetermined', message } };
}

/** Versions that a guard may have found: a write or update by its number, or `initialWrite`. */
interface Nearby {
  /** What its process left, or found, of the key before it; the initial value if it did neither. */
  readonly before: number;
  /** What its process found of the key after it. */
  readonly after: number | undefined;
  /** Of the writes that had begun by then the two that ended last. */
  readonly newest: number;
  readonly second: number;
}

interface Found extends Nearby {
  readonly guard: number;
}

function nearbyVersions(ops: RegisterOps): readonly Found[] {
  const { key: keyOf, process: processOf } = ops.history.operations;
  const found: { -readonly [name in keyof Found]: Found[name] }[] = [];
  const lastOf = new Map<string, number>();
  const waiting = new Map<string, typeof found>();
  const newestOf = new Map<number, readonly [newest: number, second: number]>();
  const placeOf = (row: number): string => `${processOf[row] ?? 0} ${keyOf[row] ?? noValue}`;
  let op = 0;
  for (const guard of [...ops.guards, Infinity]) {
    for (; op < ops.count && (ops.row[op] ?? 0) < guard; op += 1) {
      const row = ops.row[op] ?? 0;
      const place = placeOf(row);
      const source = ops.from[op] ?? isWrite;
      for (const each of waiting.get(place) ?? [])
        if (source !== isWrite) each.after = Math.max(source, initialWrite);
      waiting.delete(place);
      lastOf.set(place, ops.writes[op] === 1 ? op : Math.max(source, initialWrite));
      if (ops.writes[op] === 1)
        newestOf.set(keyOf[row] ?? noValue, newer(ops, newestOf.get(keyOf[row] ?? noValue), op));
    }
    if (guard === Infinity) break;
    const [newest, second] = newestOf.get(keyOf[guard] ?? noValue) ?? [initialWrite, initialWrite];
    const place = placeOf(guard);
    const each = {
      guard,
      before: lastOf.get(place) ?? initialWrite,
      after: undefined,
      newest,
      second,
    };
    found.push(each);
    const others = waiting.get(place);
    if (others === undefined) waiting.set(place, [each]);
    else others.push(each);
  }
  return found;
}

function newer(
  ops: RegisterOps,
  [newest, second]: readonly [number, number] = [initialWrite, initialWrite],
  write: number,
): readonly [number, number] {
  const endOf = (version: number): number => (version < 0 ? -1 : (ops.returned[version] ?? 0));
  if (endOf(write) >= endOf(newest)) return [write, newest];
  return endOf(write) >= endOf(second) ? [newest, write] : [newest, second];
}

function refusedText(ops: RegisterOps, guard: number): string {
  const { input } = ops.history.operations;
  return canonical(pairAt(ops, input[guard] ?? noValue)[0] ?? null);
}

function textOf(ops: RegisterOps, version: number, initial: Json): string {
  if (version < 0) return canonical(initial);
  const value = ops.history.operations.input[ops.row[version] ?? 0] ?? noValue;
  if (ops.from[version] !== isWrite) return canonical(pairAt(ops, value)[1] ?? null);
  return canonical(ops.history.values.value(value) ?? null);
}

function pairAt(ops: RegisterOps, value: number): readonly Json[] {
  const pair = ops.history.values.value(value) ?? null;
  return isArray(pair) ? pair : [];
}
