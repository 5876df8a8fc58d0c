/** Which rows the atlas has: what each variant of each bundled target is expected to do, and when. */
import type { Target } from '../../src/contract/target.ts';
import type { Workload } from '../../src/contract/workload.ts';

export interface Row {
  readonly target: string;
  readonly variant: string;
  /** The mistake that this row shows; null if nothing may be found. */
  readonly mistake: string | null;
  readonly workload: string;
  readonly nemesis: string;
  /** Further arguments of `dsx test`. */
  readonly further: readonly string[];
}

/** Names a row, in files and on the command line. */
export function keyOf({ target, variant, workload, nemesis, further }: Row): string {
  return [`${target}.${variant}`, workload, nemesis, ...further].join(' ');
}

/** The arguments of `dsx test` that run it, without the seed. */
export function argumentsOf({ target, variant, workload, nemesis, further }: Row): string[] {
  const system = ['--target', target, '--variant', variant];
  return [...system, '--workload', workload, '--nemesis', nemesis, ...further];
}

export function allRows(
  targets: readonly Target[],
  workloads: readonly Workload[],
): readonly Row[] {
  return targets.flatMap((target) =>
    workloads
      .filter(({ object }) => target.objects.includes(object))
      .filter(({ name }) => target.keeps?.[name] !== null && !isImplied(target, name))
      .flatMap((workload) => rowsOf(target, workload)),
  );
}

/** Workload → those of the same object that ask for less: what keeps it keeps these too. */
const asksForMore: Readonly<Record<string, readonly string[]>> = {
  register: ['causal', 'monotonic', 'sequential'],
  causal: ['monotonic', 'sequential'],
};

/** The workloads that a target is about: those which tell its broken variants from the correct one. */
function homesOf({ variants, objects }: Target): readonly string[] {
  const shown = variants.flatMap(({ broken }) => broken?.shownBy.workload ?? []);
  return shown.length === 0 ? objects : shown;
}

/** True if the runs of another workload say as much and more. */
function isImplied(target: Target, workload: string): boolean {
  return homesOf(target).some(
    (home) => target.keeps?.[home] === undefined && asksForMore[home]?.includes(workload) === true,
  );
}

function rowsOf(target: Target, workload: Workload): readonly Row[] {
  return target.variants.flatMap((variant): readonly Row[] => {
    const { broken, promises } = variant;
    const base = { target: target.name, variant: variant.name, workload: workload.name };
    const rows: Row[] = [];
    // A variant may keep what it promises, and be broken for who asks for more.
    if (promises === undefined ? broken === undefined : workload.models.includes(promises))
      for (const nemesis of faultsFor(target, workload.name, promises !== undefined))
        rows.push({ ...base, mistake: null, nemesis, further: modelArguments(promises) });
    // A mistake is shown by one workload; with others of the same object it may stay hidden.
    if (broken?.shownBy.workload === workload.name) {
      const { nemesis, model, further = [] } = broken.shownBy;
      const args = [...modelArguments(model), ...further];
      rows.push({ ...base, mistake: broken.mistake, nemesis, further: args });
    }
    return rows;
  });
}

function modelArguments(model: string | undefined): readonly string[] {
  return model === undefined ? [] : ['--model', model];
}

/**
 * The workloads that a target is about run under every fault that it claims to survive, two at a
 * time where they go together: all at once leave nothing to judge. Other workloads, and variants
 * that promise less and survive by the same means as the correct one, run under one fault.
 */
function faultsFor(target: Target, workload: string, promisesLess: boolean): readonly string[] {
  const { survives } = target;
  const isHome = homesOf(target).includes(workload);
  const groups = [['partition'], ['kill', 'pause'], ['packet', 'clock']]
    .map((names) => names.filter((name) => survives.includes(name)).join(','))
    .filter((names) => names !== '');
  return isHome && !promisesLess ? groups : groups.slice(0, 1);
}
