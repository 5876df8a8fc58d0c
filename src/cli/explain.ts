/** `dsx explain NAME`: a page on an anomaly, a model or a fault, with a history that shows it. */
import { UsageError } from '../base/errors.ts';
import { didYouMean, listed, wrapped } from '../base/text.ts';
import { checkersOfModel, modelCatalog } from '../checker/catalog.ts';
import {
  isIsolationModel,
  isolationModel,
  isRuledOut,
  modelNames,
  modelsImpliedBy,
} from '../checker/txn/models.ts';
import { anomaliesOf, type Verdict } from '../checker/verdict.ts';
import { weakerThan, weakModelNames } from '../checker/weak/lattice.ts';
import type { Nemesis } from '../contract/nemesis.ts';
import { faultWindows } from '../history/faults.ts';
import { modelLibrary } from '../model/library.ts';
import { loadNemeses } from '../registry.ts';
import { asciiTimeline } from '../report/ascii-timeline.ts';
import { definedAnomalies, definitionOf } from '../report/definitions.ts';
import { printable } from '../report/escape.ts';
import { promiseOf } from '../report/promises.ts';
import { sourceOf } from '../report/sources.ts';
import { anomalyBlocks, type Screen } from '../report/terminal.ts';
import { witnessOf } from '../report/witness.ts';
import { type GoldenHistory, goldenHistories, readGolden } from '../store/golden.ts';

const examplesMax = 2;

/** @throws UsageError with the nearest name if there is none such */
export async function explainText(name: string, screen: Screen): Promise<string> {
  const anomaly = definedAnomalies().find(([type]) => type.toLowerCase() === name.toLowerCase());
  const type = anomaly?.[0] ?? (definitionOf(name) === undefined ? undefined : name);
  const level = isIsolationModel(name) ? isolationModel(name) : undefined;
  const models = modelCatalog();
  const model =
    models.find((entry) => entry.name === name.toLowerCase()) ??
    models.find((entry) => entry.name === level) ??
    promised(name.toLowerCase());
  const nemesis = (await loadNemeses()).get(name.toLowerCase());
  const blocks = [
    ...(type === undefined ? [] : anomalyPage(type, screen)),
    ...(model === undefined ? [] : modelPage(model.name, model.summary, screen)),
    ...(nemesis === undefined ? [] : faultPage(nemesis, screen)),
  ];
  if (blocks.length === 0) throw await unknown(name);
  return blocks.map((block) => block.join('\n')).join('\n\n');
}

/** A level that tests are asked for by name, whatever the object: `linearizable`. */
function promised(name: string): { readonly name: string; readonly summary: string } | undefined {
  const summary = promiseOf(name);
  return summary === undefined ? undefined : { name, summary };
}

async function unknown(name: string): Promise<UsageError> {
  const known = [
    ...definedAnomalies().map(([type]) => type),
    ...modelCatalog().map((entry) => entry.name),
    'linearizable',
    ...(await loadNemeses()).keys(),
  ];
  return new UsageError(
    `there is no anomaly, model or fault "${name}".${didYouMean(name, known)}\nnames are those of reports, of dsx list models and of dsx list nemeses`,
  );
}

type Block = readonly string[];

function anomalyPage(type: string, screen: Screen): readonly Block[] {
  const { title = type, meaning = '' } = definitionOf(type) ?? {};
  const own = goldenHistories().filter(
    ({ name, anomalies }) => name === type || anomalies.includes(type),
  );
  // A cycle through predicates looks as one through items does.
  const similar = goldenHistories().filter(({ anomalies }) => anomalies.includes(`${type}-item`));
  const examples = own.length > 0 ? own : similar;
  // One in which it comes first shows it best; of those, one of its name.
  const order = ({ name, anomalies, model }: GoldenHistory): number => {
    const place = anomalies.indexOf(type);
    const closeness = [name === type, name.startsWith(type), model.endsWith('register'), true];
    return 4 * (place < 0 ? anomalies.length : place) + closeness.indexOf(true);
  };
  const [example] = examples.toSorted((a, b) => order(a) - order(b));
  const violates = ruledOut(type);
  const reported = modelsOf(own);
  return [
    [
      screen.paint.bold(`${title}: an anomaly${title === type ? '' : ` (${type})`}`),
      ...wrapped(meaning, screen.columns),
    ],
    ...(violates.length === 0 ? [] : [indented('rules out', listed(violates), screen)]),
    ...(reported.length === 0
      ? []
      : [indented('found by', `the checkers of ${listed(reported)}`, screen)]),
    ...(example === undefined
      ? [['There is no example in histories/golden.']]
      : exampleBlocks(example, screen)),
    ...sourceBlock(type, screen),
  ];
}

/** Isolation levels that do not hold where it is found: the weakest, by name. */
function ruledOut(type: string): readonly string[] {
  const levels = modelNames.filter((name) => isRuledOut(name, [type]));
  const weakest = levels.filter(
    (name) => ![...modelsImpliedBy(name)].some((other) => other !== name && levels.includes(other)),
  );
  return weakest.map((name) => (hasStronger(name) ? `${name} and all that imply it` : name));
}

/** What the examples were judged against: the same name may be found by several checkers. */
function modelsOf(examples: readonly GoldenHistory[]): readonly string[] {
  const names = examples
    .map(({ model }) => model)
    .filter((name) => !isIsolationModel(name))
    .map((name) =>
      modelLibrary.some((entry) => entry.name === name.split(':')[0])
        ? `linearizable ${name}`
        : name,
    );
  return [...new Set(names)];
}

function implies(name: string, other: string): boolean {
  const weak = weakModelNames.find((known) => known === name);
  return (
    weak !== undefined && other !== name && [...weakerThan(weak, false)].some((w) => w === other)
  );
}

function hasStronger(name: (typeof modelNames)[number]): boolean {
  return modelNames.some((other) => other !== name && modelsImpliedBy(other).has(name));
}

function modelPage(name: string, summary: string, screen: Screen): readonly Block[] {
  // Of what every object may keep, those of the object that is asked for first.
  const of = name === 'linearizable' ? 'cas-register' : name;
  // First the one that is called after it, which breaks it and nothing weaker.
  const order = (example: GoldenHistory): number => (example.name.startsWith(name) ? 0 : 1);
  const examples = goldenHistories()
    .filter(({ model }) => model === of || model.startsWith(`${of}:`))
    .toSorted((a, b) => order(a) - order(b));
  const broken = examples.filter(({ valid }) => !valid).slice(0, examplesMax);
  const held = examples.filter(({ valid }) => valid).slice(0, 1);
  return [
    [screen.paint.bold(`${name}: a model`), ...wrapped(`${summary}.`, screen.columns)],
    ...placeBlock(name, screen),
    ...held.flatMap((example) => exampleBlocks(example, screen)),
    ...broken.flatMap((example) => exampleBlocks(example, screen)),
    ...(examples.length === 0 ? [['No example in histories/golden.']] : []),
    ...sourceBlock(name, screen),
  ];
}

/** What it implies, and what implies it. */
function placeBlock(name: string, screen: Screen): readonly Block[] {
  const level = isIsolationModel(name) ? isolationModel(name) : undefined;
  const weak = weakModelNames.find((known) => known === name);
  const below = new Set<string>([
    ...(weak === undefined ? [] : weakerThan(weak, false)),
    ...(level === undefined ? [] : modelsImpliedBy(level)),
  ]);
  const above = new Set<string>([
    ...weakModelNames.filter((other) => implies(other, name)),
    ...modelNames.filter((other) => level !== undefined && modelsImpliedBy(other).has(level)),
  ]);
  below.delete(name);
  above.delete(name);
  return [
    ...(below.size === 0 ? [] : [indented('implies', [...below].join(', '), screen)]),
    ...(above.size === 0 ? [] : [indented('implied by', [...above].join(', '), screen)]),
  ];
}

function faultPage(nemesis: Nemesis, screen: Screen): readonly Block[] {
  const { name, summary, shapes, parameters } = nemesis;
  return [
    [screen.paint.bold(`${name}: a fault`), ...wrapped(summary, screen.columns)],
    shapes.flatMap((shape) => indented(`${name}:${shape.name}`, shape.summary, screen)),
    Object.entries(parameters).flatMap(([parameter, text]) =>
      indented(`${parameter}=…`, text, screen),
    ),
    [`try  dsx test -w register --target raft --nemesis ${name}`],
  ].filter((block) => block.length > 0);
}

function exampleBlocks(example: GoldenHistory, screen: Screen): readonly Block[] {
  const { name, model, valid, shows } = example;
  const { history, realTime } = readGolden(name);
  const verdicts = checkersOfModel(model, { history, realTime }).map((checker) =>
    checker.check(history, { timeoutMs: 5_000, memoryMb: 256, nowMs: () => performance.now() }),
  );
  const faults = faultWindows(history);
  const word = valid ? 'keeps' : 'breaks';
  const head = [
    ...wrapped(`An example that ${word} ${model}. ${shows}`, screen.columns),
    screen.paint.dim(`dsx check histories/golden/${name}.jsonl --model ${model}`),
  ];
  if (valid) {
    const operations = Array.from(history.operations.invoke);
    const whole = { type: '', model, operations, explanation: '' };
    const witness = witnessOf(whole, history, faults, { operationsMax: 24, labelLength: 28 });
    const lines = asciiTimeline(witness, screen.paint, screen.columns - 3);
    return [head, lines.map((line) => `   ${line}`)];
  }
  const anomalies = verdicts.flatMap((verdict: Verdict) => anomaliesOf(verdict));
  const told = anomalies.filter(({ type }) => example.anomalies.includes(type)).slice(0, 1);
  return [head, ...anomalyBlocks({ anomalies: told, history, faults, where: '' }, screen)];
}

function sourceBlock(name: string, screen: Screen): readonly Block[] {
  const source = sourceOf(name);
  return source === undefined ? [] : [indented('source', source, screen)];
}

function indented(label: string, text: string, { columns, paint }: Screen): readonly string[] {
  const width = label.length + 2;
  return wrapped(printable(text), Math.max(20, columns - width)).map((line, i) =>
    i === 0 ? `${paint.dim(label)}  ${line}` : `${' '.repeat(width)}${line}`,
  );
}
