/**
 * `dsx.yaml`: the flags of `dsx test` by their names, `options:` of the workload, `args:` of the
 * program, `faults:`, a scripted schedule, and `system:`, a system of the user's own. Found in
 * this folder or above it. What is wrong is said with line, column and the nearest right word.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import {
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
} from 'yaml';
import { UsageError } from '../base/errors.ts';
import { didYouMean } from '../base/text.ts';
import type { ServerTarget } from '../contract/target.ts';
import { parseDurationMs, parseNemeses } from '../plan/parse.ts';
import type { NemesisSpec, ScriptedFault } from '../plan/plan.ts';
import { settingFault, switchTable, textSettings } from './setting-table.ts';
import { parseSystem } from './system-file.ts';
import { type Complain, keyOf, textOf } from './yaml-fields.ts';

export interface Config {
  readonly text: Readonly<Record<string, string>>;
  readonly on: ReadonlySet<string>;
  readonly options: Readonly<Record<string, string>>;
  readonly script: readonly ScriptedFault[];
  /** Arguments of the program of `bin`, as after `--`. */
  readonly args: readonly string[];
  /** A system of the user's own, and the file that describes it. */
  readonly described: { readonly target: ServerTarget; readonly file: string } | null;
}

const empty: Config = {
  ...{ text: {}, on: new Set(), options: {}, script: [], args: [], described: null },
};

const textKeys = Object.keys(textSettings);
const switchKeys = Object.keys(switchTable);
/** Those that are more than a text; `folder` is where the paths of `system` are meant from. */
const otherKeys = ['options', 'faults', 'args', 'system', 'folder'];
export const allKeys = [...textKeys, ...switchKeys, ...otherKeys];

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

/** The `dsx.yaml` that is read unless another is named: of this folder, or of one above it. */
export function nearestConfig(): string | null {
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    const file = join(folder, 'dsx.yaml');
    if (existsSync(file)) return file;
    if (dirname(folder) === folder) return null;
  }
}

/** `file` is absolute; `source` is what stands in it. @throws UsageError */
export function parseConfig(file: string, source: string): Config {
  const { contents, complain } = openYaml(file, source);
  if (contents === null) return empty;
  return configOf(contents, { file, complain });
}

/** A document of YAML, and how to complain about a place in it. Null: there is nothing in it. */
export function openYaml(
  file: string,
  source: string,
): { readonly contents: Node | null; readonly complain: Complain } {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines });
  const complain: Complain = (node, message) => {
    const offset = (node as Node | null)?.range?.[0] ?? 0;
    const { line, col } = lines.linePos(offset);
    return new UsageError(`${file}:${line}:${col}: ${message}`);
  };
  const [error] = document.errors;
  if (error !== undefined) throw new UsageError(`${file}: ${error.message}`);
  visit(document, {
    Scalar(_, node) {
      // What `dsx init` could not know.
      const what = /<fill in: ([^>]+)>/.exec(String(node.value))?.[1];
      if (what !== undefined) throw complain(node, `still to be filled in: ${what}`);
    },
  });
  return { contents: document.contents, complain };
}

export interface Place {
  /** Absolute: the paths of a described system are meant from its folder. */
  readonly file: string;
  readonly complain: Complain;
  /** Names that the settings may have besides, for the caller. */
  readonly further?: readonly string[];
}

/** The settings in a map of YAML. */
export function configOf(node: unknown, { file, complain, further = [] }: Place): Config {
  if (!isMap(node)) throw complain(node, 'expected settings, one `name: value` a line');
  const config = { text: {} as Record<string, string>, on: new Set<string>() };
  const others = new Map<string, Pair>();
  for (const pair of node.items) {
    const name = keyOf(pair, complain);
    if (further.includes(name)) continue;
    if (otherKeys.includes(name)) others.set(name, pair);
    else if (switchKeys.includes(name)) {
      if (switchOf(pair, name, complain)) config.on.add(name);
    } else if (textKeys.includes(name)) config.text[name] = settingOf(pair, name, complain);
    else
      throw complain(
        pair.key,
        `unknown setting "${name}".${didYouMean(name, [...allKeys, ...further])}`,
      );
  }
  const read = <T>(name: string, reader: (pair: Pair) => T, otherwise: T): T => {
    const pair = others.get(name);
    return pair === undefined ? otherwise : reader(pair);
  };
  const folder = read('folder', (pair) => textOf(pair, 'folder', complain), dirname(file));
  const { bin } = config.text;
  if (bin !== undefined) config.text['bin'] = resolve(dirname(file), folder, bin);
  const system = (pair: Pair): ServerTarget =>
    parseSystem(pair.value ?? pair.key, join(folder, '_'), complain);
  return {
    ...config,
    options: read('options', (pair) => optionsOf(pair, complain), {}),
    script: read('faults', (pair) => scriptOf(pair, complain), []),
    args: read('args', (pair) => argsOf(pair, complain), []),
    described: read('system', (pair) => ({ target: system(pair), file }), null),
  };
}

function settingOf(pair: Pair, name: string, complain: Complain): string {
  const text = textOf(pair, name, complain);
  const fault = settingFault(name, text);
  if (fault === undefined) return text;
  const { value } = textSettings[name] ?? {};
  const meant = value?.kind === 'choice' ? didYouMean(text, value.choices) : '';
  throw complain(pair.value, `${name} ${fault}; got "${text}".${meant}`);
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

/** Words, each one an argument: no shell splits them. */
function argsOf({ key, value }: Pair, complain: Complain): readonly string[] {
  if (isSeq(value) && value.items.every((item) => isScalar(item)))
    return value.items.map((item) => String(isScalar(item) ? item.value : ''));
  throw complain(value ?? key, 'args takes a list of words, as in [--peers, 3]');
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
