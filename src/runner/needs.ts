/** What the faults of a plan need of the testbed. */
import type { Nemesis } from '../contract/nemesis.ts';
import type { Capability, LimitedResource } from '../contract/testbed.ts';
import type { NemesisSpec, RunPlan } from '../plan/plan.ts';
import { findNemesis } from '../registry.ts';

/** Those of the shapes that are asked for; those of the nemesis where a shape is drawn. */
export function needsOf(specs: readonly NemesisSpec[], nemesis: Nemesis): ReadonlySet<Capability> {
  if (specs.length === 0) return new Set(nemesis.needs);
  return new Set(
    specs.flatMap(
      (spec) => nemesis.shapes.find(({ name }) => name === spec.shape)?.needs ?? nemesis.needs,
    ),
  );
}

/** What a run must have been given before its nodes start. */
export interface Provisions {
  /** The data folders of the nodes must be on disks that can be made to fail. */
  readonly hasDiskFaults: boolean;
  /** What of the nodes must be open to limits. */
  readonly limited: readonly LimitedResource[];
}

export async function provisionsOf({ nemeses, script }: RunPlan): Promise<Provisions> {
  const needs = new Set<Capability>();
  for (const spec of [...nemeses, ...script.map((entry) => entry.nemesis)])
    for (const need of needsOf([spec], await findNemesis(spec.name))) needs.add(need);
  const limited = (['cpu', 'memory'] as const).filter((resource) => needs.has(resource));
  return { hasDiskFaults: needs.has('disk'), limited };
}
