/**
 * `dsx completion bash|zsh|fish`: a script for the shell, with all names in it, so that pressing
 * TAB starts no process. Made from the commands, the table of settings, and what is found in
 * the drop-in folders.
 */
import { modelCatalog } from '../checker/catalog.ts';
import { challenges } from '../plan/challenges.ts';
import { loadNemeses, loadTargets, loadWorkloads } from '../registry.ts';
import { definedAnomalies } from '../report/definitions.ts';
import { bashScript } from './completion-bash.ts';
import { fishScript } from './completion-fish.ts';
import type { Candidates, CompletedFlag, CompletionTable } from './completion-table.ts';
import { zshScript } from './completion-zsh.ts';
import { historyFormats } from './history-formats.ts';
import { reporterNames } from './reporters.ts';
import { textSettings } from './setting-table.ts';

const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** A command as oclif knows it, or its manifest. */
export interface KnownCommand {
  readonly id: string;
  readonly summary?: string | undefined;
  readonly hidden?: boolean | undefined;
  readonly flags: Readonly<Record<string, KnownFlag>>;
}

interface KnownFlag {
  readonly name: string;
  readonly char?: string | undefined;
  readonly type: 'option' | 'boolean';
  readonly description?: string | undefined;
  readonly options?: readonly string[] | undefined;
}

export async function completionScript(
  shell: Shell,
  commands: readonly KnownCommand[],
): Promise<string> {
  const table = await tableOf(commands);
  switch (shell) {
    case 'bash':
      return bashScript(table);
    case 'zsh':
      return zshScript(table);
    default:
      return fishScript(table);
  }
}

async function tableOf(commands: readonly KnownCommand[]): Promise<CompletionTable> {
  const targets = [...(await loadTargets()).values()];
  const named = await namedCandidates();
  const shown = commands.filter(({ hidden }) => hidden !== true);
  return {
    commands: shown
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
      .map(({ id, summary = '', flags }) => ({
        name: id,
        summary,
        argument: argumentsOf[id] ?? named.get(`argument of ${id}`) ?? null,
        flags: [
          ...Object.values(flags).map((flag): CompletedFlag => {
            const { name, char = null, type, description = '' } = flag;
            return {
              ...{ name, char, summary: description },
              value: type === 'boolean' ? null : valueOf(flag, named),
            };
          }),
          { name: 'help', char: 'h', summary: 'what it does, and all flags', value: null },
        ],
      })),
    variants: Object.fromEntries(
      targets.map(({ name, variants }) => [name, variants.map((variant) => variant.name)]),
    ),
  };
}

const files = { kind: 'files' } as const;
const runs = { kind: 'runs' } as const;

const argumentsOf: Readonly<Record<string, Candidates>> = {
  check: runs,
  report: runs,
  replay: runs,
  shrink: runs,
  promote: runs,
  merge: files,
  suite: files,
};

function words(list: readonly string[], isList = false): Candidates {
  return { kind: 'words', words: list, isList };
}

/** By the name of the flag, or `argument of COMMAND`. */
async function namedCandidates(): Promise<ReadonlyMap<string, Candidates>> {
  const workloads = [...(await loadWorkloads()).values()];
  const nemeses = [...(await loadNemeses()).values()];
  const targets = [...(await loadTargets()).keys()];
  const models = modelCatalog().map(({ name }) => name);
  const shapes = nemeses.flatMap(({ name, shapes }) => [
    name,
    ...shapes.map((shape) => `${name}:${shape.name}`),
  ]);
  const anomalies = definedAnomalies().map(([name]) => name);
  const faults = nemeses.map(({ name }) => name);
  return new Map<string, Candidates>([
    ['workload', words(workloads.flatMap(({ name, aliases }) => [name, ...aliases]))],
    ['target', words(targets)],
    ['variant', { kind: 'variants' }],
    ['nemesis', words(['none', ...shapes], true)],
    ['model', words(models, true)],
    ['consistency-models', words(models, true)],
    ['reporter', words(reporterNames, true)],
    ['format', words(['auto', ...Object.keys(historyFormats)])],
    ...['bin', 'config', 'out', 'results'].map((name) => [name, files] as const),
    ['anomaly', words(anomalies)],
    ['argument of explain', words([...new Set([...anomalies, ...models, ...faults])])],
    ['argument of challenge', words(challenges.map(({ name }) => name))],
    ['argument of list', words(['targets', 'workloads', 'nemeses', 'models', 'runs'])],
    ['argument of completion', words(shells)],
  ]);
}

function valueOf(flag: KnownFlag, named: ReadonlyMap<string, Candidates>): Candidates {
  const known = named.get(flag.name);
  if (known !== undefined) return known;
  if (flag.options !== undefined) return words(flag.options);
  const setting = textSettings[flag.name]?.value;
  return setting?.kind === 'choice' ? words(setting.choices) : { kind: 'free' };
}
