/** Catches a generator that breaks its promises where it breaks them, and says how. */
import { InvariantError, messageOf } from '../base/errors.ts';
import { rewrapped } from './emission.ts';
import type { Emission, Generator, GeneratorContext } from './generator.ts';
import { emissionText } from './transform.ts';

/**
 * `inner`, with every answer looked at.
 * @throws InvariantError with the answer, a list of what is wrong with it and the context it
 *   was given; also for whatever `inner` throws, which is kept as the cause.
 */
export function validate(inner: Generator): Generator {
  const self: Generator = {
    next(context) {
      const emission = guarded('next', context, () => inner.next(context));
      const problems = problemsOf(emission, context);
      if (problems.length > 0) throw new InvariantError(complaint(emission, problems, context));
      return rewrapped(emission, validate);
    },
    update(context, event) {
      const updated = guarded('update', context, () => inner.update(context, event));
      if (updated === inner) return self;
      if (!isGenerator(updated))
        throw new InvariantError(
          `a generator's update returned something that is no generator\n  event: ${JSON.stringify(event)}\n  ${contextText(context)}`,
        );
      return validate(updated);
    },
  };
  return self;
}

function guarded<T>(call: string, context: GeneratorContext, run: () => T): T {
  try {
    return run();
  } catch (thrown) {
    // What has been said well already, and what the user must mend, passes as it is.
    if (thrown instanceof Error && ['InvariantError', 'UsageError'].includes(thrown.name))
      throw thrown;
    throw new InvariantError(
      `a generator's ${call} threw: ${messageOf(thrown)}\n  ${contextText(context)}`,
      { cause: thrown },
    );
  }
}

/** What is wrong with an answer; generators come from plugins, so nothing is taken for granted. */
function problemsOf(answer: unknown, context: GeneratorContext): readonly string[] {
  const problems: string[] = [];
  if (typeof answer !== 'object' || answer === null) return ['it should be an object with a kind'];
  const emission = answer as Partial<Record<string, unknown>>;
  const { kind, then, untilNs } = emission;
  switch (kind) {
    case 'exhausted':
      break;
    case 'pending':
      if (untilNs !== undefined) addMomentProblems(problems, 'untilNs', untilNs);
      if (then !== undefined && !isGenerator(then)) problems.push('`then` is no generator');
      break;
    case 'op':
    case 'sleep':
    case 'log':
      addStepProblems(problems, emission, context);
      break;
    default:
      problems.push(`its kind is ${String(kind)}, not op, sleep, log, pending or exhausted`);
  }
  return problems;
}

function addStepProblems(
  problems: string[],
  emission: Partial<Record<string, unknown>>,
  context: GeneratorContext,
): void {
  const { kind, op, message, process, atNs, untilNs, then } = emission;
  if (kind === 'op') addOpProblems(problems, op);
  if (kind === 'sleep') addMomentProblems(problems, 'untilNs', untilNs);
  if (kind === 'log' && typeof message !== 'string') problems.push('`message` is not a string');
  addMomentProblems(problems, 'atNs', atNs);
  addProcessProblems(problems, process, context);
  if (!isGenerator(then)) problems.push('`then` is no generator');
}

function addMomentProblems(problems: string[], name: string, value: unknown): void {
  if (typeof value !== 'number' || !Number.isFinite(value))
    problems.push(`\`${name}\` is ${String(value)}, not a number of nanoseconds`);
}

function addProcessProblems(problems: string[], process: unknown, context: GeneratorContext): void {
  if (process !== 'nemesis' && !(typeof process === 'number' && Number.isInteger(process))) {
    problems.push(`\`process\` is ${String(process)}, neither a whole number nor "nemesis"`);
    return;
  }
  const thread = context.threadOf(process);
  if (!context.threads.includes(thread)) problems.push(`process ${process} does not exist`);
  else if (context.processOf(thread) !== process)
    problems.push(`process ${process} is gone; its thread now runs ${context.processOf(thread)}`);
  else if (!context.freeThreads.includes(thread)) problems.push(`process ${process} is not free`);
}

function addOpProblems(problems: string[], op: unknown): void {
  if (typeof op !== 'object' || op === null) {
    problems.push('`op` is not an object');
    return;
  }
  const { f, value, key } = op as Partial<Record<string, unknown>>;
  if (typeof f !== 'string' || f === '') problems.push('`op.f` is not the name of a function');
  if (value !== undefined && !isJson(value)) problems.push('`op.value` would not survive JSON');
  if (key !== undefined && !isJson(key)) problems.push('`op.key` would not survive JSON');
}

function isJson(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value);
    case 'object':
      if (value === null) return true;
      return Array.isArray(value) ? value.every(isJson) : Object.values(value).every(isJson);
    default:
      return false;
  }
}

function isGenerator(value: unknown): value is Generator {
  if (typeof value !== 'object' || value === null) return false;
  const { next, update } = value as Partial<Generator>;
  return typeof next === 'function' && typeof update === 'function';
}

function complaint(
  emission: Emission,
  problems: readonly string[],
  context: GeneratorContext,
): string {
  const shown = emissionText(emission);
  const listed = problems.map((problem) => `  - ${problem}`).join('\n');
  return `a generator answered with something that is no emission: ${shown}\n${listed}\n  ${contextText(context)}`;
}

function contextText(context: GeneratorContext): string {
  const free = context.freeThreads.map((thread) => `${thread}`).join(', ');
  return `context: ${context.nowNs} ns, ${context.threads.length} threads, free: ${free === '' ? 'none' : free}`;
}
