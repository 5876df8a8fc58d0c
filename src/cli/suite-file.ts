/**
 * A suite in YAML:
 *
 *     name: nightly
 *     defaults: {time-limit: 5}
 *     tests:
 *       - target: raft
 *         matrix:
 *           nemesis: [partition, kill, [partition, kill]]
 *           seed: [1, 2, 3]
 *       - name: raft that reads without asking
 *         target: raft
 *         variant: stale-reads
 *         nemesis: partition
 *         expect: stale-read
 *         tries: 5
 *
 * A suite of findings says of each test what it shows (`finding:`), names the page on which its
 * rows are kept (`page:`, from the folder of the suite, without ending), and may pass over
 * systems that are not installed (`when-missing: skip`); `suites/findings.yaml` is one.
 *
 * Settings are those of `dsx.yaml`. A value of a matrix may itself be a map of settings, which
 * then go together. What is wrong is said with line, column and the nearest right word.
 */
import { readFileSync } from 'node:fs';
import { isMap, isScalar, isSeq, type Node, Pair, YAMLMap } from 'yaml';
import { UsageError } from '../base/errors.ts';
import type { Json, JsonObject } from '../base/json.ts';
import { didYouMean, listed } from '../base/text.ts';
import type { Finding, Report } from '../plan/finding.ts';
import {
  type AxisValue,
  expectationOf,
  merged,
  type SuiteEntry,
  suiteSettings,
  wordsOf,
} from '../plan/suite.ts';
import { definedAnomalies, definitionOf } from '../report/definitions.ts';
import { allKeys, configOf, openYaml } from './config-file.ts';
import { type Complain, Fields, keyOf, textOf } from './yaml-fields.ts';

export interface SuiteFile {
  /** As given; null: named after the file. */
  readonly name: string | null;
  readonly seed: number | null;
  readonly entries: readonly SuiteEntry[];
  /** The page of findings, from the folder of the file and without ending; null: there is none. */
  readonly page: string | null;
  /** Whether a test is passed over, not failed, whose system is not installed. */
  readonly skipsMissing: boolean;
  /** An error about an entry, with its place in the file. */
  complain(entry: number, message: string): UsageError;
}

const topKeys = ['name', 'seed', 'page', 'when-missing', 'defaults', 'tests'];
const entryKeys = ['name', 'matrix', 'exclude', 'finding'];
const findingKeys = ['system', 'shows', 'fault', 'control', 'reported', 'note'];
/** Settings of `dsx test` that a suite as a whole decides. */
const notHere = ['out', 'reporter'];

export function readSuite(path: string): SuiteFile {
  let source: string;
  try {
    source = readFileSync(path, 'utf8');
  } catch (thrown) {
    throw new UsageError(`the suite ${path} cannot be read: ${String(thrown)}`);
  }
  return parseSuite(path, source);
}

export function parseSuite(file: string, source: string): SuiteFile {
  const { contents, complain } = openYaml(file, source);
  if (!isMap(contents))
    throw complain(contents, 'expected a suite: `tests:`, and under it a list of tests');
  const top = new Map(contents.items.map((pair) => [keyOf(pair, complain), pair]));
  for (const [name, pair] of top)
    if (!topKeys.includes(name)) throw complain(pair.key, unknownTop(name));
  const tests = top.get('tests')?.value;
  if (!isSeq(tests) || tests.items.length === 0)
    throw complain(tests ?? contents, 'a suite needs `tests:`, and under it at least one test');
  const defaults = top.get('defaults')?.value;
  const base = defaults === undefined ? {} : settingsOf(defaults, complain, []);
  const entries = tests.items.map((node) => entryOf(node, base, complain));
  const seed = top.get('seed');
  const word = (key: string): string | null => {
    const pair = top.get(key);
    return pair === undefined ? null : textOf(pair, key, complain);
  };
  return {
    page: word('page'),
    skipsMissing: skipsMissing(top.get('when-missing'), complain),
    name: word('name'),
    seed: seed === undefined ? null : countOf(seed, 'seed', complain, 0),
    entries,
    complain: (entry, message) => complain(tests.items[entry], message),
  };
}

function skipsMissing(pair: Pair | undefined, complain: Complain): boolean {
  if (pair === undefined) return false;
  const word = textOf(pair, 'when-missing', complain);
  if (word !== 'skip' && word !== 'fail')
    throw complain(pair.value, `when-missing takes skip or fail; got "${word}"`);
  return word === 'skip';
}

function unknownTop(name: string): string {
  if (allKeys.includes(name))
    return `${name} is a setting of a test: write it under \`defaults:\`, for all tests, or in one of them`;
  return `unknown name "${name}" in a suite.${didYouMean(name, topKeys)} There are: ${listed(topKeys)}`;
}

function entryOf(node: unknown, defaults: JsonObject, complain: Complain): SuiteEntry {
  if (!isMap(node))
    throw complain(node, 'expected a test: settings such as `workload: register`, one a line');
  const own = settingsOf(node, complain, entryKeys);
  const fields = new Map(node.items.map((pair) => [keyOf(pair, complain), pair]));
  const field = (name: string): Pair | undefined => fields.get(name);
  const name = field('name');
  const settings = without(merged([defaults, without(own, entryKeys)]), entryKeys);
  return {
    name: name === undefined ? null : textOf(name, 'name', complain),
    settings,
    axes: axesOf(field('matrix'), complain),
    exclude: excludeOf(field('exclude'), complain),
    finding: findingOf(field('finding'), complain),
  };
}

function findingOf(pair: Pair | undefined, complain: Complain): Finding | null {
  if (pair === undefined) return null;
  const fields = new Fields(pair.value ?? pair.key, 'finding', findingKeys, complain);
  return {
    system: fields.required('system', '`system: etcd`'),
    shows: fields.required('shows', '`shows: stale reads`'),
    fault: fields.text('fault') ?? 'none',
    control: fields.text('control') ?? null,
    reported: reportsOf(fields.at('reported'), complain),
    note: fields.text('note') ?? '',
  };
}

/** `reported: {Jepsen 2020, etcd 3.4.3: https://…}`: titles and where each can be read. */
function reportsOf(node: Node | undefined, complain: Complain): readonly Report[] {
  if (node === undefined) return [];
  const fields = new Fields(node, 'reported', undefined, complain);
  return Object.entries(fields.texts()).map(([title, url]) => {
    if (!/^https?:\/\//.test(url))
      throw complain(node, `reported takes titles with a link each; got "${url}" for "${title}"`);
    return { title, url };
  });
}

function without(settings: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !names.includes(name)));
}

function countOf(pair: Pair, name: string, complain: Complain, min: number): number {
  const value = isScalar(pair.value) ? pair.value.value : undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value < 2 ** 32)
    return value;
  throw complain(pair.value ?? pair.key, `${name} takes a whole number, ${min} or more`);
}

/** A map of settings, checked name by name; and as the plain values that it holds. */
function settingsOf(node: unknown, complain: Complain, further: readonly string[]): JsonObject {
  // Its path does not matter here: paths of systems are looked at when all is planned.
  configOf(node, { file: '/', complain, further: [...further, ...suiteSettings, 'expect'] });
  if (!isMap(node)) return {};
  for (const pair of node.items) {
    const name = keyOf(pair, complain);
    if (notHere.includes(name))
      throw complain(pair.key, `${name} is of the whole suite: give it as --${name} to dsx suite`);
    if (name === 'expect') checkExpectation(pair, complain);
    if (suiteSettings.some((one) => one === name)) countOf(pair, name, complain, 1);
  }
  return node.toJSON() as JsonObject;
}

function checkExpectation(pair: Pair, complain: Complain): void {
  const expect = expectationOf(textOf(pair, 'expect', complain));
  if (expect.kind !== 'named') return;
  const known = ['valid', 'anomaly', ...definedAnomalies().map(([type]) => type)];
  for (const type of expect.types) {
    if (definitionOf(type) !== undefined) continue;
    throw complain(
      pair.value,
      `expect takes valid, anomaly, or names of anomalies such as stale-read; got "${type}".${didYouMean(type, known)}`,
    );
  }
}

function axesOf(pair: Pair | undefined, complain: Complain): readonly (readonly AxisValue[])[] {
  if (pair === undefined) return [];
  if (!isMap(pair.value))
    throw complain(
      pair.value ?? pair.key,
      'matrix takes settings with a list of values each, as in `nemesis: [partition, kill]`',
    );
  return pair.value.items.map((axis) => axisOf(axis, complain));
}

function axisOf(pair: Pair, complain: Complain): readonly AxisValue[] {
  const name = keyOf(pair, complain);
  if (!isSeq(pair.value) || pair.value.items.length === 0)
    throw complain(
      pair.value ?? pair.key,
      `${name} in a matrix takes a list of values, as in \`${name}: [a, b]\``,
    );
  return pair.value.items.map((value) => {
    if (isMap(value) && name !== 'options') return bundleOf(value, complain);
    // The map `{name: value}`, checked like any other, with the places of the file.
    const map = new YAMLMap();
    map.items.push(new Pair(pair.key, value));
    const settings = settingsOf(map, complain, []);
    return { label: labelOf(name, settings[name] ?? null), settings };
  });
}

/** Settings that go together: `{target: raft, variant: stale-reads, expect: stale-read}`. */
function bundleOf(map: YAMLMap, complain: Complain): AxisValue {
  const settings = settingsOf(map, complain, ['name']);
  const { name } = settings;
  const words = Object.entries(settings)
    .filter(([key]) => key !== 'expect')
    .map(([key, value]) => labelOf(key, value));
  return {
    label: name === undefined ? words.join(' ') : wordsOf(name),
    settings: without(settings, ['name']),
  };
}

/** Words say what they are; a bare number does not. */
function labelOf(name: string, value: Json): string {
  if (typeof value === 'string' && value !== '' && !/^[\d.]/.test(value)) return value;
  return `${name} ${wordsOf(value)}`;
}

function excludeOf(pair: Pair | undefined, complain: Complain): readonly JsonObject[] {
  if (pair === undefined) return [];
  if (!isSeq(pair.value))
    throw complain(
      pair.value ?? pair.key,
      'exclude takes a list of combinations, as in - {target: single, nemesis: kill}',
    );
  return pair.value.items.map((item) => settingsOf(item as Node, complain, []));
}

/** A configuration file of one test: JSON is YAML. Paths of its system are those of the suite. */
export function configText(settings: JsonObject, folder: string): string {
  return `${JSON.stringify({ folder, ...settings }, null, 2)}\n`;
}
