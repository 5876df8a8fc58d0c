/**
 * Questions about the table of models: what found anomalies rule out, and what is left.
 */
import { present } from '../../base/assert.ts';
import { UsageError } from '../../base/errors.ts';
import { didYouMean } from '../../base/text.ts';
import { anomalyTable, type ModelRow, modelTable } from './model-table.ts';

const rows: ReadonlyMap<string, ModelRow> = new Map(modelTable.map((row) => [row.name, row]));

const namesByAlias: ReadonlyMap<string, string> = new Map(
  modelTable.flatMap(({ name, aliases }) =>
    [name, ...aliases].map((alias) => [alias.toLowerCase(), name] as const),
  ),
);

/** For each model all that it implies, itself included. */
const impliedModels: ReadonlyMap<string, ReadonlySet<string>> = closure(
  modelTable.map(({ name }) => name),
  (name) => rows.get(name)?.implies ?? [],
);

/** For each anomaly all that it is an instance of, itself included. */
const impliedAnomalies: ReadonlyMap<string, ReadonlySet<string>> = closure(
  Object.keys(anomalyTable),
  (name) => anomalyTable[name] ?? [],
);

/** For each model all anomalies that rule it out. */
const proscribed: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  modelTable.map(({ name }) => [
    name,
    new Set([...modelsImpliedBy(name)].flatMap((model) => rows.get(model)?.proscribes ?? [])),
  ]),
);

export const modelNames: readonly string[] = modelTable.map(({ name }) => name);

/**
 * The model's name in the table, from any of its names (`PL-3`, `Serializable`, …).
 * @throws UsageError with the nearest one
 */
export function isolationModel(name: string): string {
  const known = namesByAlias.get(name.toLowerCase());
  if (known !== undefined) return known;
  const names = modelTable.flatMap((row) => [row.name, ...row.aliases]);
  throw new UsageError(
    `no isolation model "${name}".${didYouMean(name, names)} There are: ${modelNames.join(', ')}`,
  );
}

/** True if there is an isolation model of that name or alias. */
export function isIsolationModel(name: string): boolean {
  return namesByAlias.has(name.toLowerCase());
}

/** All models that hold wherever `model` does, itself included. */
export function modelsImpliedBy(model: string): ReadonlySet<string> {
  return present(impliedModels.get(model), `model ${model}`);
}

/** All that an anomaly is an instance of, itself included. */
export function anomaliesImpliedBy(anomaly: string): ReadonlySet<string> {
  return impliedAnomalies.get(anomaly) ?? new Set([anomaly]);
}

export function anomaliesImpliedByAll(found: Iterable<string>): ReadonlySet<string> {
  return new Set([...found].flatMap((anomaly) => [...anomaliesImpliedBy(anomaly)]));
}

/** Whether these anomalies show that `model` (a name of the table) does not hold. */
export function isRuledOut(model: string, found: Iterable<string>): boolean {
  const forbidden = present(proscribed.get(model), `model ${model}`);
  for (const anomaly of anomaliesImpliedByAll(found)) if (forbidden.has(anomaly)) return true;
  return false;
}

/** True if some anomaly shows that `model` (a name of the table) does not hold. */
export function canBeRefuted(model: string): boolean {
  return present(proscribed.get(model), `model ${model}`).size > 0;
}

export interface RuledOut {
  /** The weakest models that the anomalies rule out. */
  readonly not: readonly string[];
  /** The stronger ones, ruled out with them. */
  readonly alsoNot: readonly string[];
}

export function ruledOutBy(found: Iterable<string>): RuledOut {
  const anomalies = anomaliesImpliedByAll(found);
  const out = modelNames.filter((model) => {
    for (const anomaly of proscribed.get(model) ?? []) if (anomalies.has(anomaly)) return true;
    return false;
  });
  const not = weakest(out);
  return { not, alsoNot: out.filter((model) => !not.includes(model)) };
}

/** Those that imply no other of them. */
function weakest(models: readonly string[]): readonly string[] {
  return models.filter(
    (model) => !models.some((other) => other !== model && modelsImpliedBy(model).has(other)),
  );
}

/** Those that no other of them implies. */
export function strongest(models: readonly string[]): readonly string[] {
  return models.filter(
    (model) => !models.some((other) => other !== model && modelsImpliedBy(other).has(model)),
  );
}

/** The first of the weakest models that one anomaly rules out: what to say that it violates. */
export function weakestViolated(anomaly: string): string {
  return ruledOutBy([anomaly]).not[0] ?? 'no model';
}

function closure(
  names: readonly string[],
  next: (name: string) => readonly string[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const closures = new Map<string, ReadonlySet<string>>();
  for (const name of names) {
    const reached = new Set([name]);
    for (const reachedName of reached) for (const other of next(reachedName)) reached.add(other);
    closures.set(name, reached);
  }
  return closures;
}
