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
      .flatMap((workload) => [
        ...(target.keeps?.[workload.name] === null || isImplied(target, workload.name)
          ? []
          : rowsOf(target, workload)),
        ...furtherRows.filter(
          (row) => row.target === target.name && row.workload === workload.name,
        ),
      ]),
  );
}

/**
 * For each variant the row that says most of it: a broken one's mistake where its target says
 * that it shows; a correct one under the fault that its first row has.
 */
export function onePerVariant(
  targets: readonly Target[],
  workloads: readonly Workload[],
): readonly Row[] {
  const rows = allRows(targets, workloads);
  return targets.flatMap((target) =>
    target.variants.flatMap(({ name, broken }) => {
      const own = rows.filter((row) => row.target === target.name && row.variant === name);
      const shown = own.find(
        ({ mistake, workload }) =>
          mistake === broken?.mistake && workload === broken.shownBy.workload,
      );
      const [row] = shown === undefined ? own : [shown];
      return row === undefined ? [] : [row];
    }),
  );
}

const fifo = ['--model', 'fifo-queue', '--option', 'delivery=immediate'];
const mutex = ['--model', 'mutex', '--option', 'lease=0', '--option', 'fencing=no'];
const writeSkew = 'write skew: two transactions each change what the other one read';

/**
 * What targets say of themselves is one promise and one way to see it broken for each variant.
 * These ask the same systems for more: by other models of the workload, or other workloads.
 */
const furtherRows: readonly Row[] = [
  further('queue.acknowledged queue partition', null, fifo),
  further('queue.memory queue kill:all', 'acknowledged elements are gone, and others come', fifo),
  further('lock.fenced lock partition', null, mutex),
  further('rifl-counter.exactly-once counter partition', null, ['--model', 'linearizable']),
  further(
    'crdt-counter.pn-counter counter partition',
    'additions are confirmed by one node, and unknown to the next reader of another',
    ['--model', 'linearizable'],
  ),
  further(
    'crdt-set.g-set set partition',
    'elements are confirmed by one node, and unknown to the next reader of another',
    ['--model', 'linearizable'],
  ),
  further('transactions.snapshot-isolation rw-register none', writeSkew, [
    '--model',
    'serializable',
  ]),
  further('transactions.snapshot-isolation write-skew none', writeSkew),
  further(
    'transactions.parallel-snapshot-isolation list-append none',
    'long fork: two nodes show two commits in opposite orders',
    ['--model', 'snapshot-isolation'],
  ),
  ...['list-append', 'rw-register'].map((workload) =>
    further(
      `transactions.read-committed ${workload} none`,
      'read skew and lost updates: what was read is no longer so at the commit',
      ['--model', 'snapshot-isolation'],
    ),
  ),
  further(
    'transactions.read-uncommitted rw-register none',
    'dirty reads: transactions see what others undo later, or have not finished',
    ['--model', 'read-committed'],
  ),
];

/** @param words target, a full stop and variant; workload; nemesis */
function further(words: string, mistake: string | null, args: readonly string[] = []): Row {
  const [system = '', workload = '', nemesis = ''] = words.split(' ');
  const [target = '', variant = ''] = system.split('.');
  return { target, variant, mistake, workload, nemesis, further: args };
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
        rows.push({
          ...base,
          mistake: null,
          nemesis,
          further: [...modelArguments(promises), ...patience(target, workload.name)],
        });
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

/** Where a lease lasts for seconds, who gives up waiting for a lock after one hardly ever gets it. */
function patience({ defaults = {} }: Target, workload: string): readonly string[] {
  const isLong = workload === 'lock' && Number(defaults['lease'] ?? 0) >= 1000;
  return isLong ? ['--operation-timeout', '5'] : [];
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
  // Who survives nothing is correct while nothing is broken.
  if (groups.length === 0) return ['none'];
  return isHome && !promisesLess ? groups : groups.slice(0, 1);
}
