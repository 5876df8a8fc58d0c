/**
 * Words into numbers, and settings into a plan: flags beat `dsx.yaml`, which beats the
 * defaults of the target and the workload. What is wrong is said with the nearest right word.
 */
import { UsageError } from '../base/errors.ts';
import { didYouMean, listed } from '../base/text.ts';
import type { LatencyDistribution, NemesisSpec } from './plan.ts';

/** A number, with its bounds. `name` is the flag, for the message. */
export function parseNumber(
  name: string,
  text: string,
  bounds: { readonly min: number; readonly max?: number; readonly integer?: boolean },
): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  const max = bounds.max ?? Number.MAX_SAFE_INTEGER;
  const whole = bounds.integer !== true || Number.isInteger(value);
  if (Number.isFinite(value) && whole && value >= bounds.min && value <= max) return value;
  const kind = bounds.integer === true ? 'a whole number' : 'a number';
  const range =
    bounds.max === undefined ? `${bounds.min} or more` : `from ${bounds.min} to ${bounds.max}`;
  throw new UsageError(`--${name} takes ${kind}, ${range}; got "${text}"`);
}

export function parseChoice<T extends string>(
  name: string,
  text: string,
  choices: readonly T[],
): T {
  const found = choices.find((choice) => choice === text);
  if (found !== undefined) return found;
  const meant = didYouMean(text, choices);
  throw new UsageError(`--${name} takes ${listed(choices, 'or')}; got "${text}".${meant}`);
}

/** `2n` is twice the number of nodes. */
export function parseConcurrency(text: string, nodeCount: number): number {
  const parsed = /^(\d+)(n?)$/.exec(text);
  const count = Number(parsed?.[1] ?? 0) * (parsed?.[2] === 'n' ? nodeCount : 1);
  if (count >= 1 && count <= 10_000) return count;
  throw new UsageError(
    `--concurrency takes a number of clients, as in 10, or a multiple of the nodes, as in 4n; got "${text}"`,
  );
}

/** Nodes are n1 … n5, but with a count n0 … n(count - 1), as Maelstrom names them. */
export function nodeNames(count: number, from: 0 | 1): string[] {
  return Array.from({ length: count }, (_, i) => `n${i + from}`);
}

/** `partition:majority,pause,packet:loss:probability=0.3`. */
export function parseNemeses(text: string): NemesisSpec[] {
  const specs = text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '' && item !== 'none')
    .map(parseNemesis);
  const names = specs.map((spec) => spec.name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new UsageError(`--nemesis names ${twice} twice; each nemesis runs once at a time`);
  return specs;
}

function parseNemesis(text: string): NemesisSpec {
  const [name = '', ...rest] = text.split(':');
  let shape: string | null = null;
  const parameters: Record<string, string> = {};
  for (const part of rest) {
    const at = part.indexOf('=');
    if (at > 0) parameters[part.slice(0, at)] = part.slice(at + 1);
    else if (shape === null && part !== '') shape = part;
    else
      throw new UsageError(
        `--nemesis ${text}: expected NAME, NAME:SHAPE or NAME:SHAPE:PARAMETER=VALUE, cannot read "${part}"`,
      );
  }
  return { name, shape, parameters };
}

/** As text again, for the command that repeats a run. */
export function nemesisText(spec: NemesisSpec): string {
  const parameters = Object.entries(spec.parameters).map(([name, value]) => `${name}=${value}`);
  return [spec.name, ...(spec.shape === null ? [] : [spec.shape]), ...parameters].join(':');
}

/** `5s`, `200ms`, `1.5` (seconds) → milliseconds. */
export function parseDurationMs(name: string, text: string): number {
  const parsed = /^(\d+(?:\.\d+)?)(ms|s|min|m|h)?$/.exec(text.trim());
  if (parsed === null)
    throw new UsageError(`${name} takes a time such as 5s, 200ms, 2m or 1h; got "${text}"`);
  const unitMs = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 }[parsed[2] ?? 's'] ?? 1000;
  return Number(parsed[1]) * unitMs;
}

/** `total` or a fraction from 0 to 1. */
export function parseAvailability(text: string | undefined): number | null {
  if (text === undefined) return null;
  return text === 'total' ? 1 : parseNumber('availability', text, { min: 0, max: 1 });
}

export const latencyDistributions: readonly LatencyDistribution[] = [
  'constant',
  'uniform',
  'exponential',
];

/** Every option that the workload declares, given or default; what it does not know is refused. */
export function completeOptions(
  workload: string,
  declared: Readonly<
    Record<string, { readonly default: string; readonly choices?: readonly string[] }>
  >,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const names = Object.keys(declared);
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue;
    const has = names.length === 0 ? 'it has none' : `it has: ${listed(names)}`;
    throw new UsageError(
      `workload ${workload} has no option "${name}".${didYouMean(name, names)}\n${has}`,
    );
  }
  const complete: Record<string, string> = {};
  for (const [name, option] of Object.entries(declared)) {
    const value = given[name] ?? option.default;
    complete[name] =
      option.choices === undefined ? value : parseChoice(name, value, option.choices);
  }
  return complete;
}
