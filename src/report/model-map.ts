/**
 * Where a history stands on the map of models, as a small graph: which models there are between
 * what was asked for and the weakest, what implies what, which held and which are violated.
 * Registers have their lattice, transactions their isolation levels; other objects have none.
 */
import { isIsolationModel, isolationModel, modelsImpliedBy } from '../checker/txn/models.ts';
import { type WeakModelName, weakerThan, weakModelNames } from '../checker/weak/lattice.ts';
import type { RunSummary } from './report.ts';

type Standing = 'held' | 'violated' | 'open';

export interface MapModel {
  readonly name: string;
  readonly standing: Standing;
  /** One of the strongest that held, or of the weakest that are violated. */
  readonly isEdge: boolean;
  readonly isAsked: boolean;
  /** 0 is the strongest; whatever implies it is above it. */
  readonly level: number;
}

export interface ModelMap {
  /** By level, and within one in an order that keeps lines short. */
  readonly levels: readonly (readonly MapModel[])[];
  /** From the stronger to the weaker, direct ones only. */
  readonly implications: readonly (readonly [stronger: string, weaker: string])[];
}

/** What most systems of transactions say that they have. */
const wellKnown = [
  ...['strict-serializable', 'strong-session-serializable', 'serializable'],
  ...['strong-snapshot-isolation', 'strong-session-snapshot-isolation', 'snapshot-isolation'],
  ...['repeatable-read', 'parallel-snapshot-isolation', 'consistent-view', 'read-atomic'],
  ...['cursor-stability', 'monotonic-atomic-view', 'read-committed', 'read-uncommitted'],
] as const;

/** Undefined where nothing is known of models, or they are on no common map. */
export function modelMapOf({ verdicts, plan }: RunSummary): ModelMap | undefined {
  const known = verdicts.flatMap(({ models }) => (models === undefined ? [] : [models]));
  const holds = [...new Set(known.flatMap((models) => models.holds))];
  const violated = [...new Set(known.flatMap((models) => models.violated))];
  const asked = plan.model.split(',');
  const named = [...holds, ...violated];
  if (named.length === 0) return undefined;
  const facts = { holds: new Set(holds), violated: new Set(violated), asked: new Set(asked) };
  if (named.every(isWeakModel)) {
    const implied = (name: string): ReadonlySet<string> =>
      new Set<string>([name, ...(isWeakModel(name) ? weakerThan(name, true) : [])]);
    return mapOf(weakModelNames, implied, facts);
  }
  if (!named.every(isIsolationModel)) return undefined;
  const own = [...named, ...asked.filter(isIsolationModel)].map(isolationModel);
  return mapOf([...new Set([...wellKnown, ...own])], modelsImpliedBy, facts);
}

function isWeakModel(name: string): name is WeakModelName {
  return weakModelNames.some((known) => known === name);
}

interface Facts {
  readonly holds: ReadonlySet<string>;
  readonly violated: ReadonlySet<string>;
  readonly asked: ReadonlySet<string>;
}

function mapOf(
  names: readonly string[],
  implied: (name: string) => ReadonlySet<string>,
  facts: Facts,
): ModelMap {
  const implications = directOnly(names, implied);
  const levelOf = levelsOf(names, implications);
  const models = names.map((name) => ({
    name,
    standing: standingOf(name, implied, facts),
    isEdge: facts.holds.has(name) || facts.violated.has(name),
    isAsked: facts.asked.has(name),
    level: levelOf.get(name) ?? 0,
  }));
  const levels: MapModel[][] = [];
  for (const model of models) (levels[model.level] ??= []).push(model);
  return { levels: arranged(levels, implications), implications };
}

function standingOf(
  name: string,
  implied: (name: string) => ReadonlySet<string>,
  { holds, violated }: Facts,
): Standing {
  // Violated beats held: what two checkers say differently is not called fine.
  for (const weaker of violated) if (implied(name).has(weaker)) return 'violated';
  for (const stronger of holds) if (implied(stronger).has(name)) return 'held';
  return 'open';
}

/** Without those that follow from two others. */
function directOnly(
  names: readonly string[],
  implied: (name: string) => ReadonlySet<string>,
): readonly (readonly [string, string])[] {
  const isAbove = (a: string, b: string): boolean => a !== b && implied(a).has(b);
  return names.flatMap((stronger) =>
    names
      .filter((weaker) => isAbove(stronger, weaker))
      .filter((weaker) => !names.some((m) => isAbove(stronger, m) && isAbove(m, weaker)))
      .map((weaker) => [stronger, weaker] as const),
  );
}

/** The longest way down to each. */
function levelsOf(
  names: readonly string[],
  implications: readonly (readonly [string, string])[],
): ReadonlyMap<string, number> {
  const levels = new Map(names.map((name) => [name, 0]));
  // A way has fewer steps than there are models.
  for (const _ of names)
    for (const [stronger, weaker] of implications)
      levels.set(weaker, Math.max(levels.get(weaker) ?? 0, (levels.get(stronger) ?? 0) + 1));
  return levels;
}

/** Each below the middle of what implies it. */
function arranged(
  levels: readonly (readonly MapModel[])[],
  implications: readonly (readonly [string, string])[],
): readonly (readonly MapModel[])[] {
  const place = new Map<string, number>();
  return levels.map((level) => {
    const middle = (name: string): number => {
      const above = implications.flatMap(([a, b]) => (b === name ? [place.get(a) ?? 0] : []));
      return above.length === 0 ? 0 : above.reduce((sum, x) => sum + x, 0) / above.length;
    };
    const sorted = level.toSorted((a, b) => middle(a.name) - middle(b.name));
    for (const [i, { name }] of sorted.entries()) place.set(name, (i + 0.5) / sorted.length);
    return sorted;
  });
}
