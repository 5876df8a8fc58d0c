/**
 * Runs a composite GitHub Action as a runner does: expressions replaced, each `run` in the shell
 * that GitHub takes for `shell: bash`, with files for outputs, path and summary. Steps that use
 * other actions are not run; what they were given is kept.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { parse } from 'yaml';

interface Action {
  readonly name: string;
  readonly description: string;
  readonly inputs: Readonly<Record<string, ActionInput>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly ActionStep[] };
}

interface ActionInput {
  readonly description: string;
  readonly required?: boolean;
  readonly default?: string;
}

interface ActionStep {
  readonly id?: string;
  readonly name?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly shell?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly 'working-directory'?: string;
}

interface ActionRun {
  readonly exitCode: number;
  readonly output: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  /** The actions that were used, with what they were given. */
  readonly used: readonly {
    readonly uses: string;
    readonly given: Readonly<Record<string, string>>;
  }[];
}

export function readAction(path: string): Action {
  return parse(readFileSync(path, 'utf8')) as Action;
}

interface ActionPlace {
  /** The folder of the action. */
  readonly actionPath: string;
  readonly workspace: string;
  /** What `actions/cache` says; a text that is empty means that nothing was found. */
  readonly cacheHit: 'true' | '';
}

export async function runAction(
  action: Action,
  given: Readonly<Record<string, string>>,
  place: ActionPlace,
): Promise<ActionRun> {
  const runner = new Runner(action, given, place);
  for (const step of action.runs.steps) await runner.step(step);
  return runner.result();
}

class Runner {
  readonly #action: Action;
  readonly #place: ActionPlace;
  readonly #values = new Map<string, string>();
  readonly #folder: string;
  readonly #used: ActionRun['used'][number][] = [];
  #output = '';
  #exitCode = 0;
  #count = 0;

  constructor(action: Action, given: Readonly<Record<string, string>>, place: ActionPlace) {
    this.#action = action;
    this.#place = place;
    this.#folder = join(place.workspace, '.runner');
    mkdirSync(this.#folder, { recursive: true });
    for (const file of ['output', 'path', 'summary']) writeFileSync(this.#file(file), '');
    for (const name of Object.keys(given))
      if (!(name in action.inputs)) throw new Error(`the action has no input ${name}`);
    for (const [name, input] of Object.entries(action.inputs)) {
      const value = given[name] ?? input.default;
      if (value === undefined) throw new Error(`the action needs the input ${name}`);
      this.#values.set(`inputs.${name}`, value);
    }
    this.#values.set('github.action_path', place.actionPath);
    this.#values.set('runner.os', 'Linux').set('runner.arch', 'X64');
  }

  async step(step: ActionStep): Promise<void> {
    if (!this.#isWanted(step)) return;
    if (step.uses !== undefined) {
      const entries = Object.entries(step.with ?? {});
      const given = Object.fromEntries(entries.map(([name, text]) => [name, this.#filled(text)]));
      this.#used.push({ uses: step.uses, given });
      if (step.uses.startsWith('actions/cache@'))
        this.#values.set(`steps.${step.id ?? ''}.outputs.cache-hit`, this.#place.cacheHit);
      return;
    }
    await this.#runStep(step);
  }

  result(): ActionRun {
    const outputs = Object.entries(this.#action.outputs).map(
      ([name, { value }]) => [name, this.#filled(value)] as const,
    );
    return {
      exitCode: this.#exitCode,
      output: this.#output,
      outputs: Object.fromEntries(outputs),
      summary: readFileSync(this.#file('summary'), 'utf8'),
      used: this.#used,
    };
  }

  /** After a step that failed, only those with `always()` run. */
  #isWanted({ if: condition }: ActionStep): boolean {
    if (condition === undefined) return this.#exitCode === 0;
    const inner = /^\$\{\{(.*)\}\}$/.exec(condition)?.[1] ?? condition;
    const terms = inner.split('&&').map((term) => term.trim());
    if (!terms.includes('always()') && this.#exitCode !== 0) return false;
    return terms.every((term) => {
      if (term === 'always()') return true;
      const [, name = ''] = /^([\w.-]+) != ''$/.exec(term) ?? [];
      if (name === '') throw new Error(`this runner does not know the condition ${term}`);
      return (this.#values.get(name) ?? '') !== '';
    });
  }

  async #runStep(step: ActionStep): Promise<void> {
    if (step.shell !== 'bash') throw new Error('a step of a composite action names its shell');
    const script = join(this.#folder, `${(this.#count += 1)}.sh`);
    writeFileSync(script, this.#filled(step.run ?? ''));
    writeFileSync(this.#file('output'), '');
    const extra = readFileSync(this.#file('path'), 'utf8').trim().split('\n').toReversed();
    const env = Object.entries(step.env ?? {}).map(([name, text]) => [name, this.#filled(text)]);
    const { exitCode, all } = await execa(
      'bash',
      ['--noprofile', '--norc', '-eo', 'pipefail', script],
      {
        cwd: join(this.#place.workspace, this.#filled(step['working-directory'] ?? '.')),
        env: {
          ...(Object.fromEntries(env) as Record<string, string>),
          PATH: [...extra, process.env['PATH'] ?? ''].filter((one) => one !== '').join(delimiter),
          ...{ GITHUB_ACTIONS: 'true', CI: 'true', NO_COLOR: '1' },
          GITHUB_OUTPUT: this.#file('output'),
          GITHUB_PATH: this.#file('path'),
          GITHUB_STEP_SUMMARY: this.#file('summary'),
        },
        ...{ reject: false, all: true, timeout: 300_000 },
      },
    );
    this.#output += `${all}\n`;
    if (exitCode !== 0) this.#exitCode = exitCode ?? -1;
    this.#keepOutputs(step.id);
  }

  #keepOutputs(id: string | undefined): void {
    if (id === undefined) return;
    for (const line of readFileSync(this.#file('output'), 'utf8').split('\n')) {
      const [, name, value = ''] = /^([\w-]+)=(.*)$/.exec(line) ?? [];
      if (name !== undefined) this.#values.set(`steps.${id}.outputs.${name}`, value);
    }
  }

  #filled(text: string): string {
    return text.replace(/\$\{\{\s*([\w.-]+)\s*\}\}/g, (_, name: string) => {
      const value = this.#values.get(name);
      // What a step that did not run would have said is empty, as with GitHub.
      if (value === undefined && !name.startsWith('steps.'))
        throw new Error(`this runner does not know ${name}`);
      return value ?? '';
    });
  }

  #file(name: string): string {
    return join(this.#folder, name);
  }
}
