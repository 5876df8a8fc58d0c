/**
 * Models by name, for `--model` and `dsx list models`.
 *
 * A table, not a registry: whoever has more names puts its own table behind this one and
 * hands both to `findEntry`.
 */
import { UsageError } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import { didYouMean } from '../base/text.ts';
import { appendList } from './append-list.ts';
import { counter, fetchAndIncrement } from './counter.ts';
import { fencedWrites } from './fenced-writes.ts';
import { kv } from './kv.ts';
import { fencedMutex, mutex, ownerlessMutex, reentrantMutex } from './lock.ts';
import type { Model } from './model.ts';
import { multiRegister } from './multi-register.ts';
import { priorityQueue } from './priority-queue.ts';
import { fifoQueue, unorderedQueue } from './queue.ts';
import { casRegister, register } from './register.ts';
import { semaphore } from './semaphore.ts';
import { set } from './set.ts';
import { stack } from './stack.ts';
import { versionedRegister } from './versioned-register.ts';

/** A name that `--model` takes. Other checkers have tables of such names too. */
export interface NamedEntry {
  readonly name: string;
  /** One line. */
  readonly summary: string;
}

export interface ModelEntry extends NamedEntry {
  /** What may follow the name after a colon, as in `cas-register:0`; absent if nothing may. */
  readonly parameter?: string;
  /** @throws UsageError if the parameter makes no sense, or is missing where it must be given */
  make(parameter?: Json): AnyModel;
}

/** A model whose state is its own business: the search only hands it back. */
export type AnyModel = Model<unknown>;

export const modelLibrary: readonly ModelEntry[] = [
  entry('register', register().summary, 'the initial value (null)', register),
  entry('cas-register', casRegister().summary, 'the initial value (null)', casRegister),
  entry('multi-register', multiRegister().summary, 'the initial value (null)', multiRegister),
  plain(versionedRegister),
  entry('kv', kv().summary, 'the initial text ("")', kv),
  plain(set),
  plain(fifoQueue),
  plain(unorderedQueue),
  plain(stack),
  entry('priority-queue', priorityQueue().summary, 'max (default) or min', priorityQueue),
  plain(mutex),
  plain(ownerlessMutex),
  entry('reentrant-mutex', reentrantMutex().summary, 'most holds (no limit)', reentrantMutex),
  plain(fencedMutex),
  plain(fencedWrites),
  entry('semaphore', 'a semaphore', 'the number of permits (must be given)', semaphoreOf),
  entry('counter', counter().summary, 'the initial value (0)', counter),
  entry(
    'fetch-and-increment',
    fetchAndIncrement().summary,
    'the first number (0)',
    fetchAndIncrement,
  ),
  plain(appendList),
];

/** The entry named `name`. @throws UsageError that names the nearest word */
export function findEntry<Entry extends NamedEntry>(
  name: string,
  entries: readonly Entry[],
): Entry {
  const found = entries.find((each) => each.name === name);
  if (found !== undefined) return found;
  const names = entries.map((each) => each.name);
  throw new UsageError(
    `there is no model "${name}".${didYouMean(name, names)} Known: ${names.join(', ')}`,
  );
}

/**
 * The model of a specification such as `register` or `cas-register:0`. What follows the colon
 * is JSON, or a text if it is none.
 * @throws UsageError if there is no such model or its parameter makes no sense
 */
export function modelNamed(specification: string): AnyModel {
  const { name, parameter } = parsedSpecification(specification);
  const found = findEntry(name, modelLibrary);
  if (parameter === undefined) return found.make();
  if (found.parameter === undefined)
    throw new UsageError(`the model "${name}" takes no parameter; write it without ":"`);
  return found.make(parameter);
}

/** `cas-register:0` as its name and what follows the colon; undefined if there is no colon. */
export function parsedSpecification(specification: string): {
  readonly name: string;
  readonly parameter: Json | undefined;
} {
  const colon = specification.indexOf(':');
  if (colon === -1) return { name: specification, parameter: undefined };
  const name = specification.slice(0, colon);
  return { name, parameter: jsonOrText(specification.slice(colon + 1)) };
}

function jsonOrText(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

function entry<State>(
  name: string,
  summary: string,
  parameter: string,
  make: (parameter?: Json) => Model<State>,
): ModelEntry {
  return { name, summary, parameter, make: (given) => make(given) };
}

function plain<State>(model: Model<State>): ModelEntry {
  return { name: model.name, summary: model.summary, make: () => model };
}

function semaphoreOf(permits: Json = null): Model<number> {
  return semaphore(permits);
}
