/** What a stored run was asked to do, as a plan that can be run or judged again. */
import { accessSync, constants } from 'node:fs';
import { HistoryError, messageOf, UsageError } from '../base/errors.ts';
import { isObject } from '../base/json.ts';
import type { Target } from '../contract/target.ts';
import { aimedAgain, type FaultSchedule, scheduleFrom } from '../fault/schedule.ts';
import { completeOptions } from '../plan/parse.ts';
import type { RunPlan, ScriptedFault, SystemUnderTest } from '../plan/plan.ts';
import { findTarget, findWorkload, unknownName } from '../registry.ts';
import type { StoredRun } from '../store/run-store.ts';
import { readConfig } from './config-file.ts';
import type { Planned } from './settings.ts';

/** @throws HistoryError if `run.json` holds no plan */
export function storedPlan(run: StoredRun): RunPlan {
  const { plan } = run.about();
  if (!isObject(plan) || typeof plan['workload'] !== 'string' || !isObject(plan['system']))
    throw new HistoryError(`${run.path('run.json')} holds no plan; it is not one that dsx wrote`);
  // A run of an earlier dsx may lack what was added since.
  return { gates: [], script: [], availability: null, ...plan } as unknown as RunPlan;
}

/** The faults of a run as they were injected; undefined if it did not come to write them. */
function storedSchedule(run: StoredRun): FaultSchedule | undefined {
  const text = run.text('schedule.json');
  if (text === undefined) return undefined;
  try {
    return scheduleFrom(text);
  } catch (thrown) {
    throw new HistoryError(`${run.path('schedule.json')}: ${messageOf(thrown)}`, { cause: thrown });
  }
}

/**
 * The plan of a run with its very faults at their very times, in place of random ones.
 * @param aimsAgain faults that hit who led then are for whoever leads now
 * @throws UsageError if the system or the workload is no longer there
 */
export async function replayPlan(run: StoredRun, aimsAgain = false): Promise<Planned> {
  const recorded = storedPlan(run);
  const schedule = storedSchedule(run);
  if (schedule === undefined)
    throw new UsageError(
      `${run.folder} has no schedule.json: the run ended before its faults were written down`,
    );
  const workload = await findWorkload(recorded.workload);
  const target = await targetFor(recorded.system);
  const plan: RunPlan = {
    ...recorded,
    options: completeOptions(workload.name, workload.options, recorded.options),
    nemeses: [],
    script: schedule.faults.map((entry): ScriptedFault => {
      const { startNs, endNs, fault } = entry;
      const lastNs = endNs ?? Math.max(startNs, 1e6 * recorded.timeLimitMs);
      return {
        atMs: startNs / 1e6,
        forMs: (lastNs - startNs) / 1e6,
        nemesis: { name: fault.kind, shape: fault.shape, parameters: {} },
        fault: JSON.stringify(aimsAgain ? aimedAgain(fault) : fault),
      };
    }),
  };
  return { plan, workload, target, notes: [] };
}

async function targetFor(system: SystemUnderTest): Promise<Target | null> {
  if (system.kind === 'bin') {
    try {
      accessSync(system.path, constants.X_OK);
    } catch {
      throw new UsageError(`the program of that run is gone, or may not be run: ${system.path}`);
    }
    return null;
  }
  const target = system.file === undefined ? await findTarget(system.name) : described(system.file);
  const names = target.variants.map(({ name }) => name);
  if (names.includes(system.variant)) return target;
  throw unknownName(`variant of ${target.name}`, system.variant, names);
}

function described(file: string): Target {
  const { described: system } = readConfig(file);
  if (system !== null) return system.target;
  throw new UsageError(`${file} no longer describes the system of that run`);
}
