/** The generated pages of docs/generated: what there is, from the code that has it. */
import { readdirSync } from 'node:fs';
import { modelCatalog } from '../src/checker/catalog.ts';
import type { ShownBy, Target } from '../src/contract/target.ts';
import { challenges } from '../src/plan/challenges.ts';
import { loadNemeses, loadTargets, loadWorkloads } from '../src/registry.ts';
import { definedAnomalies } from '../src/report/definitions.ts';
import { promiseOf } from '../src/report/promises.ts';

/** File name to text. */
export async function referencePages(): Promise<ReadonlyMap<string, string>> {
  const pages: readonly (readonly [name: string, title: string, body: readonly string[]])[] = [
    ['commands', 'Commands', await commandsBody()],
    ['models', 'Models', modelsBody()],
    ['anomalies', 'Anomalies', anomaliesBody()],
    ['faults', 'Faults', await faultsBody()],
    ['workloads', 'Workloads', await workloadsBody()],
    ['targets', 'Targets', await targetsBody()],
  ];
  return new Map(
    pages.map(([name, title, body]) => [
      `${name}.md`,
      [`<!-- Made by npm run reference. -->\n\n# ${title}\n`, ...body, ''].join('\n'),
    ]),
  );
}

interface CommandClass {
  readonly summary?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly strict?: boolean;
  readonly args?: Readonly<Record<string, Described & { readonly required?: boolean }>>;
  readonly flags?: Readonly<Record<string, Flag>>;
}

interface Described {
  readonly description?: string;
  readonly default?: unknown;
  readonly options?: readonly string[];
}

interface Flag extends Described {
  readonly char?: string;
  readonly type?: string;
  readonly multiple?: boolean;
  readonly hidden?: boolean;
  readonly allowNo?: boolean;
}

/** By name, in alphabetical order. */
export async function commandClasses(): Promise<ReadonlyMap<string, CommandClass>> {
  const folder = new URL('../src/commands/', import.meta.url);
  const names = readdirSync(folder).flatMap((file) => /^([\w-]+)\.ts$/.exec(file)?.[1] ?? []);
  const classes = names.toSorted().map(async (name) => {
    const { default: command } = (await import(new URL(`${name}.ts`, folder).href)) as {
      readonly default: CommandClass;
    };
    return [name, command] as const;
  });
  return new Map(await Promise.all(classes));
}

async function commandsBody(): Promise<readonly string[]> {
  const sections = [...(await commandClasses())].map(([name, command]) =>
    commandSection(name, command),
  );
  return [
    'What they exit with: [exit codes](../formats.md#exit-codes).',
    ...sections.map((section) => `\n${section.join('\n')}`),
  ];
}

function commandSection(name: string, command: CommandClass): readonly string[] {
  const args = Object.entries(command.args ?? {}).map(([arg, { required }]) => {
    const word = `${arg.toUpperCase()}${command.strict === false && arg === 'file' ? '…' : ''}`;
    return required === true ? word : `[${word}]`;
  });
  const examples = (command.examples ?? []).map((example) =>
    String(example).replaceAll('<%= config.bin %>', 'dsx'),
  );
  const described = Object.entries(command.args ?? {}).map(([arg, argument]) => [
    arg.toUpperCase(),
    withDefault(argument),
  ]);
  const flags = Object.entries(command.flags ?? {})
    .filter(([, flag]) => flag.hidden !== true)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([flag, about]) => [`\`${flagText(flag, about)}\``, withDefault(about)]);
  return [
    `## dsx ${name}\n`,
    `\`dsx ${[name, ...args].join(' ')}\`\n`,
    command.summary ?? '',
    ...(command.description === undefined ? [] : [`\n${indentedAsCode(command.description)}`]),
    ...(examples.length === 0 ? [] : ['\n```sh', ...examples, '```']),
    ...table(['argument or flag', ''], [...described, ...flags]),
  ];
}

function flagText(name: string, { char, type, allowNo, multiple }: Flag): string {
  const long = `--${allowNo === true ? '[no-]' : ''}${name}`;
  const value = type === 'boolean' ? '' : multiple === true ? '=…  (more than once)' : '=…';
  return `${char === undefined ? '' : `-${char}, `}${long}${value}`;
}

function withDefault({ description = '', default: value, options }: Described): string {
  const choice = options === undefined ? '' : `: ${options.join(', ')}`;
  const said = typeof value === 'string' && value !== '' ? ` (if not given: ${value})` : '';
  return `${description}${choice}${said}`;
}

/** Tables in a description, as of formats, are lines with columns: they stay as they are. */
function indentedAsCode(text: string): string {
  return text
    .split(/\n{2,}/)
    .map((part) => (/\S {2,}\S/.test(part) ? `\`\`\`text\n${part}\n\`\`\`` : part))
    .join('\n\n');
}

function modelsBody(): readonly string[] {
  const rows = modelCatalog().map(({ name, summary }) => [`\`${name}\``, summary]);
  const linearizable = ['`linearizable`', promiseOf('linearizable') ?? ''];
  return [
    'What `--model` may name. `dsx explain NAME` shows a history that breaks it and what implies it;',
    '[concepts](../concepts.md#models) has the map.',
    ...table(['model', 'promises'], [linearizable, ...rows]),
  ];
}

function anomaliesBody(): readonly string[] {
  return [
    'By the names that reports have. `dsx explain NAME` shows a history with one.',
    ...table(
      ['anomaly', 'in words', 'means'],
      definedAnomalies().map(([type, { title, meaning }]) => [`\`${type}\``, title, meaning]),
    ),
  ];
}

async function faultsBody(): Promise<readonly string[]> {
  const nemeses = [...(await loadNemeses()).values()];
  return [
    'What `--nemesis` may name: `partition`, `partition:majority`, `packet:loss:probability=0.3`;',
    'several with commas. Each fault is verified when it begins, and healed at the end.',
    ...nemeses.flatMap(({ name, summary, shapes, parameters, needs }) => [
      `\n## ${name}\n`,
      `${summary} Needs of the testbed: ${needs.length === 0 ? 'nothing' : needs.join(', ')}.`,
      ...table(
        ['shape', ''],
        shapes.map((shape) => [`\`${name}:${shape.name}\``, shape.summary]),
      ),
      ...table(
        ['parameter', ''],
        Object.entries(parameters).map(([parameter, about]) => [`\`${parameter}=…\``, about]),
      ),
    ]),
  ];
}

async function workloadsBody(): Promise<readonly string[]> {
  const workloads = [...(await loadWorkloads()).values()];
  const targets = [...(await loadTargets()).values()];
  const pages = new Set(readdirSync(new URL('../docs/workloads/', import.meta.url)));
  return workloads.flatMap((workload) => {
    const { name, aliases, summary, object, functions, models, options } = workload;
    const fitting = targets.filter((target) => target.objects.includes(object));
    const page = pages.has(`${name}.md`) ? ` [More](../workloads/${name}.md).` : '';
    return [
      `## ${name}\n`,
      `${summary}${page}\n`,
      `- functions: ${functions.join(', ')}`,
      ...(aliases.length === 0 ? [] : [`- also called ${aliases.join(', ')}`]),
      `- judged against ${models.join(', ')}`,
      `- bundled targets: ${fitting.map((target) => target.name).join(', ')}`,
      ...table(
        ['option', 'if not given', ''],
        Object.entries(options).map(([option, about]) => [
          `\`${option}\``,
          about.default,
          about.summary,
        ]),
      ),
      '',
    ];
  });
}

async function targetsBody(): Promise<readonly string[]> {
  const targets = [...(await loadTargets()).values()];
  return [
    'Variants with a mistake are broken on purpose, and shown by what stands beside them: `dsx test',
    '--target NAME --variant VARIANT` and these arguments. [Measured](atlas.md).',
    ...targets.flatMap((target) => ['', ...targetSection(target)]),
    '\n## Challenges\n',
    'The Gossip Glomers challenges (`dsx challenge NAME`), and a target that meets each:',
    ...table(
      ['challenge', '', 'met by'],
      challenges.map(({ name, title, metBy }) => [
        name,
        title,
        `\`--target ${metBy.target} --variant ${metBy.variant}\``,
      ]),
    ),
  ];
}

function targetSection({ name, summary, testbed, objects, variants }: Target): readonly string[] {
  return [
    `## ${name}\n`,
    `${summary}. Testbed ${testbed}; objects: ${objects.join(', ')}.`,
    ...table(
      ['variant', '', 'mistake', 'shown by'],
      variants.map(({ name: variant, summary: about, promises, broken }) => [
        `\`${variant}\``,
        promises === undefined ? about : `${about} (keeps \`${promises}\`)`,
        broken?.mistake ?? '',
        broken === undefined ? '' : `\`${shownByText(broken.shownBy)}\``,
      ]),
    ),
  ];
}

function shownByText({ workload, nemesis, model, further = [] }: ShownBy): string {
  const judged = model === undefined ? [] : ['--model', model];
  return ['--workload', workload, '--nemesis', nemesis, ...judged, ...further].join(' ');
}

/** Empty if there are no rows. */
function table(heads: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ')).join(' | ')} |`;
  return ['', line(heads), `|${heads.map(() => '---').join('|')}|`, ...rows.map(line)];
}
