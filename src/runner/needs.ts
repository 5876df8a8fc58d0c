/** What the faults of a plan need of the testbed. */
import type { Nemesis } from '../contract/nemesis.ts';
import type { Capability } from '../contract/testbed.ts';
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

/** True if the data folders of the nodes must be on disks that can be made to fail. */
export async function hasDiskFaults({ nemeses, script }: RunPlan): Promise<boolean> {
  for (const spec of [...nemeses, ...script.map((entry) => entry.nemesis)])
    if (needsOf([spec], await findNemesis(spec.name)).has('disk')) return true;
  return false;
}
