/**
 * A suite: tests written down once and multiplied. Each entry is a set of settings of
 * `dsx test`; its `matrix` gives some of them several values, and every combination is a test.
 */
import { UsageError } from '../base/errors.ts';
import { canonical, isArray, isObject, type Json, type JsonObject } from '../base/json.ts';
import { drawInt, fork, prng } from '../base/prng.ts';
import type { Finding } from './finding.ts';

/** What a test must end in: valid, any anomaly, or one of the anomalies named. */
export type Expectation =
  | { readonly kind: 'valid' }
  | { readonly kind: 'anomaly' }
  | { readonly kind: 'named'; readonly types: readonly string[] };

/** One value of one axis of a matrix: the settings that it stands for. */
export interface AxisValue {
  /** As names of tests show it. */
  readonly label: string;
  readonly settings: JsonObject;
}

export interface SuiteEntry {
  /** Null: the name is made from the settings. */
  readonly name: string | null;
  /** Defaults of the suite and settings of the entry, as written. */
  readonly settings: JsonObject;
  /** Every combination of one value from each is a test. */
  readonly axes: readonly (readonly AxisValue[])[];
  /** Combinations that have all settings of one of these are left out. */
  readonly exclude: readonly JsonObject[];
  /** What it shows, in a suite of findings; null elsewhere. */
  readonly finding: Finding | null;
}

export interface SuiteTest {
  /** Unique in the suite. */
  readonly name: string;
  /** The same for all repetitions of a test. */
  readonly group: string;
  /** Position of its entry. */
  readonly entry: number;
  /** Settings of `dsx test`; without those that the suite sees to. */
  readonly settings: JsonObject;
  readonly expect: Expectation;
  /** As given; null: drawn from the seed of the suite. */
  readonly seed: number | null;
  /** How many seeds after the first this one is. */
  readonly repetition: number;
  /** Runs until an expected anomaly shows, at most. */
  readonly tries: number;
  readonly finding: Finding | null;
}

/** What a suite understands besides the settings of `dsx test`. */
export const suiteSettings = ['repeat', 'tries'] as const;

/** All tests of a suite, in order. `repeat`, if not null, beats what the entries say. */
export function expandSuite(
  entries: readonly SuiteEntry[],
  repeat: number | null,
): readonly SuiteTest[] {
  const taken = new Map<string, number>();
  return entries.flatMap((entry, position) =>
    combinations(entry)
      .map((axes) => ({ axes, settings: merged([entry.settings, ...axes.map((a) => a.settings)]) }))
      .filter(({ settings }) => !entry.exclude.some((some) => hasAll(settings, some)))
      .flatMap(({ axes, settings }) => {
        const group = distinct(taken, nameOf(entry, axes, settings));
        const count = repeat ?? Number(settings['repeat'] ?? 1);
        return Array.from({ length: count }, (_, repetition) =>
          testOf({ position, group, settings, finding: entry.finding }, repetition, count),
        );
      }),
  );
}

interface Combined {
  readonly position: number;
  readonly group: string;
  readonly settings: JsonObject;
  readonly finding: Finding | null;
}

function testOf(combined: Combined, repetition: number, count: number): SuiteTest {
  const { position, group, finding } = combined;
  const { expect, seed, tries } = combined.settings;
  const own = new Set<string>(['expect', 'seed', ...suiteSettings]);
  const settings = Object.entries(combined.settings).filter(([name]) => !own.has(name));
  return {
    name: count === 1 ? group : `${group} #${repetition + 1}`,
    group,
    entry: position,
    settings: Object.fromEntries(settings),
    expect: expectationOf(expect),
    seed: seed === undefined ? null : Number(seed),
    repetition,
    tries: Number(tries ?? 1),
    finding,
  };
}

function combinations({ axes }: SuiteEntry): readonly (readonly AxisValue[])[] {
  return axes.reduce<readonly (readonly AxisValue[])[]>(
    (before, axis) => before.flatMap((some) => axis.map((value) => [...some, value])),
    [[]],
  );
}

/** Later ones win, setting by setting; the `options` of a workload are joined. */
export function merged(parts: readonly JsonObject[]): JsonObject {
  let all: JsonObject = {};
  for (const part of parts) {
    const options = [all['options'], part['options']].filter(isObject);
    all = { ...all, ...part };
    if (options.length === 2) all = { ...all, options: { ...options[0], ...options[1] } };
  }
  return all;
}

/** A variant named in an exclusion is the same variant, written as a word or as a number. */
function hasAll(settings: JsonObject, some: JsonObject): boolean {
  return Object.entries(some).every(
    ([name, value]) => wordsOf(settings[name] ?? null) === wordsOf(value),
  );
}

/** A value in names of tests: `partition,kill`. */
export function wordsOf(value: Json): string {
  if (isArray(value)) return value.map(wordsOf).join(',');
  return typeof value === 'string' ? value : canonical(value);
}

/** `expect:` as written. The names of anomalies were checked before. */
export function expectationOf(value: Json | undefined): Expectation {
  const words = value === undefined ? ['valid'] : wordsOf(value).split(',');
  if (words.length === 1 && words[0] === 'valid') return { kind: 'valid' };
  if (words.length === 1 && words[0] === 'anomaly') return { kind: 'anomaly' };
  return { kind: 'named', types: words };
}

export function expectationText(expect: Expectation): string {
  return expect.kind === 'named' ? expect.types.join(' or ') : expect.kind;
}

function nameOf(entry: SuiteEntry, axes: readonly AxisValue[], settings: JsonObject): string {
  if (entry.name !== null)
    return axes.length === 0
      ? entry.name
      : `${entry.name} (${axes.map((axis) => axis.label).join(', ')})`;
  const word = (name: string): string => wordsOf(settings[name] ?? '');
  const system = word('bin') === '' ? word('target') : (word('bin').split('/').at(-1) ?? '');
  const variant = word('variant') === '' ? '' : ` (${word('variant')})`;
  const nemesis = ['', 'none'].includes(word('nemesis')) ? '' : `, ${word('nemesis')}`;
  const start = [word('workload') || 'register', system].filter((part) => part !== '');
  // An axis that the name does not speak of yet must be in it, or two tests look the same.
  const told = ['workload', 'target', 'bin', 'variant', 'nemesis'].map(word);
  const rest = axes.filter(({ settings: own }) =>
    Object.values(own).every((value) => !told.includes(wordsOf(value))),
  );
  const labels = rest.map((axis) => `, ${axis.label}`).join('');
  return `${start.join(' on ')}${variant}${nemesis}${labels}`;
}

/** Two tests of one name are told apart by a number. */
function distinct(taken: Map<string, number>, name: string): string {
  const count = (taken.get(name) ?? 0) + 1;
  taken.set(name, count);
  return count === 1 ? name : `${name} (${count})`;
}

/**
 * The seed of a test: its own, else one that depends on the suite's and on the test's name, so
 * that a test added elsewhere changes none of them. Each repetition and try has the next.
 */
export function seedOf(test: SuiteTest, suiteSeed: number, attempt: number): number {
  const first = test.seed ?? drawInt(fork(prng(suiteSeed), test.group), 2 ** 31)[0];
  return (first + test.repetition * test.tries + attempt) % 2 ** 32;
}

export interface Shard {
  /** From 1. */
  readonly index: number;
  readonly count: number;
}

/** `2/5`. */
export function parseShard(text: string): Shard {
  const parsed = /^(\d+)\/(\d+)$/.exec(text);
  const [index, count] = [Number(parsed?.[1] ?? 0), Number(parsed?.[2] ?? 0)];
  if (index >= 1 && index <= count) return { index, count };
  throw new UsageError(
    `--shard takes which of how many, as in 1/4, 2/4, 3/4 and 4/4; got "${text}"`,
  );
}

/** Every count-th test: long and short ones, which stand together, are spread. */
export function inShard(position: number, { index, count }: Shard): boolean {
  return position % count === index - 1;
}

/** Equal for the shards of one suite, and only for those: all that was asked, without seeds. */
export function digestOf(tests: readonly SuiteTest[]): string {
  const text = canonical(
    tests.map(({ name, settings, expect, seed, tries }) => [
      name,
      settings,
      expectationText(expect),
      seed,
      tries,
    ]),
  );
  const words = ['a', 'b'].map((label) => fork(prng(text.length), `${label}${text}`).state);
  return words.map((word) => word.toString(16).padStart(8, '0')).join('');
}
