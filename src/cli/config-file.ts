/**
 * `dsx.yaml`: the flags of `dsx test` by their names, `options:` of the workload, and
 * `faults:`, a scripted schedule, and
 * `system:`, a system of the user's own. Found in this folder or above it. What is wrong is said
 * with line, column and the nearest right word.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from 'yaml';
import { UsageError } from '../base/errors.ts';
import { didYouMean } from '../base/text.ts';
import type { ServerTarget } from '../contract/target.ts';
import { parseDurationMs, parseNemeses } from '../plan/parse.ts';
import type { NemesisSpec, ScriptedFault } from '../plan/plan.ts';
import { parseSystem } from './system-file.ts';
import { type Complain, keyOf, textOf } from './yaml-fields.ts';

export interface Config {
  readonly text: Readonly<Record<string, string>>;
  readonly on: ReadonlySet<string>;
  readonly options: Readonly<Record<string, string>>;
  readonly script: readonly ScriptedFault[];
  /** A system of the user's own, and the file that describes it. */
  readonly described: { readonly target: ServerTarget; readonly file: string } | null;
}

const empty: Config = { text: {}, on: new Set(), options: {}, script: [], described: null };

const textKeys = [
  ...['workload', 'target', 'variant', 'bin', 'testbed', 'nodes', 'node-count', 'concurrency'],
  ...['rate', 'time-limit', 'nemesis', 'nemesis-interval', 'recovery-time', 'latency'],
  ...['latency-dist', 'operation-timeout', 'model', 'consistency-models', 'availability'],
  ...['key-count', 'key-dist', 'min-txn-length', 'max-txn-length', 'max-writes-per-key'],
  ...['topology', 'values', 'expect', 'gate', 'network-log', 'check-timeout', 'check-memory'],
  ...['seed', 'out', 'reporter'],
];
const switchKeys = ['log-net-send', 'log-net-recv', 'log-stderr', 'keep-data'];
const allKeys = [...textKeys, ...switchKeys, 'options', 'faults', 'system'];

/** @param path as given with --config; null: the nearest `dsx.yaml`, if there is one. */
export function readConfig(path: string | null): Config {
  const file = path === null ? nearestConfig() : resolve(path);
  if (file === null) return empty;
  let source: string;
  try {
    source = readFileSync(file, 'utf8');
  } catch (thrown) {
    throw new UsageError(`the configuration ${file} cannot be read: ${String(thrown)}`);
  }
  return parseConfig(file, source);
}

function nearestConfig(): string | null {
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    const file = join(folder, 'dsx.yaml');
    if (existsSync(file)) return file;
    if (dirname(folder) === folder) return null;
  }
}

/** `file` is absolute; `source` is what stands in it. @throws UsageError */
export function parseConfig(file: string, source: string): Config {
  const { items, complain } = openDocument(file, source);
  const config = { text: {} as Record<string, string>, on: new Set<string>() };
  let options: Record<string, string> = {};
  let script: ScriptedFault[] = [];
  let described: Config['described'] = null;
  for (const pair of items) {
    const name = keyOf(pair, complain);
    if (name === 'options') options = optionsOf(pair, complain);
    else if (name === 'system')
      described = { target: parseSystem(pair.value ?? pair.key, file, complain), file };
    else if (name === 'faults') script = scriptOf(pair, complain);
    else if (switchKeys.includes(name)) {
      if (switchOf(pair, name, complain)) config.on.add(name);
    } else if (textKeys.includes(name)) config.text[name] = textOf(pair, name, complain);
    else throw complain(pair.key, `unknown setting "${name}".${didYouMean(name, allKeys)}`);
  }
  return { ...config, options, script, described };
}

/** The settings in the file, and how to complain about one. */
function openDocument(
  file: string,
  source: string,
): { readonly items: readonly Pair[]; readonly complain: Complain } {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines });
  const complain: Complain = (node, message) => {
    const offset = (node as Node | null)?.range?.[0] ?? 0;
    const { line, col } = lines.linePos(offset);
    return new UsageError(`${file}:${line}:${col}: ${message}`);
  };
  const [error] = document.errors;
  if (error !== undefined) throw new UsageError(`${file}: ${error.message}`);
  if (document.contents === null) return { items: [], complain };
  if (!isMap(document.contents))
    throw complain(document.contents, 'expected settings, one `name: value` a line');
  return { items: document.contents.items, complain };
}

function switchOf(pair: Pair, name: string, complain: Complain): boolean {
  if (isScalar(pair.value) && typeof pair.value.value === 'boolean') return pair.value.value;
  throw complain(pair.value ?? pair.key, `${name} takes true or false`);
}

function optionsOf(pair: Pair, complain: Complain): Record<string, string> {
  if (!isMap(pair.value))
    throw complain(pair.value ?? pair.key, 'options takes `name: value` lines');
  const options: Record<string, string> = {};
  for (const item of pair.value.items) {
    const name = keyOf(item, complain);
    options[name] = textOf(item, name, complain);
  }
  return options;
}

function scriptOf(pair: Pair, complain: Complain): ScriptedFault[] {
  const expected = 'faults takes a list such as: - {at: 5s, partition: majority, for: 3s}';
  if (!isSeq(pair.value)) throw complain(pair.value ?? pair.key, expected);
  return pair.value.items.map((item) => {
    if (!isMap(item)) throw complain(item, expected);
    let at: string | undefined;
    let lasts: string | undefined;
    let nemesis: NemesisSpec | undefined;
    for (const field of item.items) {
      const name = keyOf(field, complain);
      if (name === 'at') at = textOf(field, name, complain);
      else if (name === 'for') lasts = textOf(field, name, complain);
      else if (nemesis === undefined) nemesis = scriptedNemesis(name, field, complain);
      else throw complain(field.key, `one fault an entry; this has ${nemesis.name} and ${name}`);
    }
    if (at === undefined || lasts === undefined || nemesis === undefined)
      throw complain(item, expected);
    return {
      atMs: parseDurationMs('at', at),
      forMs: parseDurationMs('for', lasts),
      nemesis,
      fault: null,
    };
  });
}

/** `partition: majority`, or `partition: [[n1, n2], [n3, n4, n5]]` for very parts. */
function scriptedNemesis(name: string, pair: Pair, complain: Complain): NemesisSpec {
  const { value } = pair;
  if (isSeq(value) && value.items.every((item) => isSeq(item))) {
    const parts = (value.toJSON() as unknown[][]).map((part) => part.join('+'));
    return { name, shape: 'literal', parameters: { parts: parts.join('|') } };
  }
  if (isSeq(value)) return { name, shape: value.toJSON().join('+'), parameters: {} };
  const text =
    value === null || (isScalar(value) && value.value === null) ? '' : textOf(pair, name, complain);
  const [spec] = parseNemeses(text === '' ? name : `${name}:${text}`);
  if (spec === undefined) throw complain(pair.key, `cannot read the fault ${name}`);
  return spec;
}
