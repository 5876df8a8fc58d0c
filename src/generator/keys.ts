/**
 * Independent objects: a generator for each key, so that a run is many short histories, each
 * cheap to check, instead of one long one that is not.
 */
import { UsageError } from '../base/errors.ts';
import { canonical, type Json } from '../base/json.ts';
import { askParts } from './assignment.ts';
import { exhausted, replaced, Soonest } from './emission.ts';
import type { Emission, Generator, GeneratorContext } from './generator.ts';
import { type Allot, allotting } from './threads.ts';
import { map } from './transform.ts';

/** Keys in order: a list, or the key at each position (`(i) => i` never ends). */
export type Keys = readonly Json[] | ((position: number) => Json | undefined);

/**
 * The generator of one key's ops; `key` is set on them afterwards. Pure: a key may be asked
 * for more than once, and must get an equal generator each time.
 */
export type ForKey = (key: Json, position: number) => Generator;

/** 0, 1, 2, … without end. */
export function naturals(): Keys {
  return (position) => position;
}

/** All threads on one key, until its generator has nothing more; then on the next. */
export function sequentialKeys(keys: Keys, forKey: ForKey): Generator {
  return sequentialFrom(keys, forKey, 0, keyedAt(keys, forKey, 0));
}

function sequentialFrom(
  keys: Keys,
  forKey: ForKey,
  position: number,
  current: Keyed | undefined,
): Generator {
  const self: Generator = {
    next(context) {
      let at = position;
      let keyed = current;
      for (;;) {
        if (keyed === undefined) return exhausted;
        const emission = keyed.generator.next(context);
        if (emission.kind !== 'exhausted') {
          const state = keyed;
          const isMoved = at !== position;
          const wrap = (then: Generator): Generator =>
            sequentialFrom(keys, forKey, at, { key: state.key, generator: then });
          return keptMoving(emission, isMoved ? state.generator : undefined, wrap);
        }
        at += 1;
        keyed = keyedAt(keys, forKey, at);
      }
    },
    update(context, event) {
      if (current === undefined || !isSameKey(event.key, current.key)) return self;
      const generator = current.generator.update(context, event);
      if (generator === current.generator) return self;
      return sequentialFrom(keys, forKey, position, { key: current.key, generator });
    },
  };
  return self;
}

/** `moved`: the state to keep even if the answer is only "pending", for asking changed it. */
function keptMoving(
  emission: Emission,
  moved: Generator | undefined,
  wrap: (then: Generator) => Generator,
): Emission {
  if (emission.kind === 'exhausted') return emission;
  const then = emission.kind === 'pending' ? (emission.then ?? moved) : emission.then;
  return then === undefined ? emission : { ...emission, then: wrap(then) };
}

/**
 * `threadsPerKey` threads on each key at a time. A group whose key has nothing more takes the
 * next key that nobody had; it does not wait for the others. Client threads only: the nemesis
 * is left alone.
 * @throws UsageError (when it is first asked) if the client threads that it is given are not
 *   a multiple of `threadsPerKey`.
 */
export function concurrentKeys(threadsPerKey: number, keys: Keys, forKey: ForKey): Generator {
  if (!Number.isInteger(threadsPerKey) || threadsPerKey < 1)
    throw new UsageError(
      `each key needs a whole number of threads, at least 1; ${threadsPerKey} was given`,
    );
  const plan: KeyPlan = { keys, forKey, allot: groupsOf(threadsPerKey) };
  const self: Generator = {
    next: (context) => begun(plan, context).next(context),
    // Nothing that happened before its first op can be about one of its keys.
    update() {
      return self;
    },
  };
  return self;
}

interface KeyPlan {
  readonly keys: Keys;
  readonly forKey: ForKey;
  readonly allot: Allot;
}

interface Keyed {
  readonly key: Json;
  readonly generator: Generator;
}

/** The groups' keys and generators, and how many keys were given out. */
interface Groups {
  readonly keyOf: readonly (Json | undefined)[];
  readonly states: readonly Generator[];
  readonly keysTaken: number;
}

function groupsOf(threadsPerKey: number): Allot {
  return allotting((threads) => {
    const clientCount = threads.filter((thread) => thread !== 'nemesis').length;
    if (clientCount < threadsPerKey || clientCount % threadsPerKey !== 0)
      throw new UsageError(
        `the workload needs ${threadsPerKey} threads for each key, and the concurrency of ${clientCount} is not a multiple of that; use --concurrency ${nextMultiple(clientCount, threadsPerKey)}`,
      );
    let position = -1;
    const parts = threads.map((thread) => {
      if (thread === 'nemesis') return -1;
      position += 1;
      return Math.floor(position / threadsPerKey);
    });
    return { partCount: clientCount / threadsPerKey, parts };
  });
}

function nextMultiple(count: number, of: number): number {
  return Math.max(1, Math.ceil(count / of)) * of;
}

function begun(plan: KeyPlan, context: GeneratorContext): Generator {
  const count = plan.allot(context).parts.length;
  const keyOf: (Json | undefined)[] = [];
  const states: Generator[] = [];
  for (let group = 0; group < count; group += 1) {
    const keyed = keyedAt(plan.keys, plan.forKey, group);
    keyOf.push(keyed?.key);
    states.push(keyed?.generator ?? noMoreKeys);
  }
  return concurrentFrom(plan, { keyOf, states, keysTaken: count });
}

const noMoreKeys: Generator = { next: () => exhausted, update: () => noMoreKeys };

function concurrentFrom(plan: KeyPlan, groups: Groups): Generator {
  const self: Generator = {
    next(context) {
      let { keyOf, keysTaken } = groups;
      const soonest = new Soonest(groups.states, context);
      askParts(context, plan.allot(context), (group, narrow) => {
        let emission = soonest.states[group]?.next(narrow) ?? exhausted;
        while (emission.kind === 'exhausted' && keyOf[group] !== undefined) {
          const keyed = keyedAt(plan.keys, plan.forKey, keysTaken);
          keysTaken += 1;
          keyOf = replaced(keyOf, group, keyed?.key);
          soonest.keep(group, keyed?.generator ?? noMoreKeys);
          emission = keyed?.generator.next(narrow) ?? exhausted;
        }
        return soonest.offer(group, emission);
      });
      return soonest.answer((states) => concurrentFrom(plan, { keyOf, states, keysTaken }));
    },
    update(context, event) {
      if (event.process === 'nemesis' || event.key === undefined) return self;
      const allotment = plan.allot(context);
      const group = allotment.partOf(context.threadOf(event.process));
      const state = groups.states[group];
      const filter = allotment.parts[group];
      // An answer to the key that the group had before is none of the new one's business.
      if (state === undefined || filter === undefined) return self;
      if (!isSameKey(event.key, groups.keyOf[group])) return self;
      const updated = state.update(filter.narrow(context), event);
      if (updated === state) return self;
      return concurrentFrom(plan, { ...groups, states: replaced(groups.states, group, updated) });
    },
  };
  return self;
}

function keyedAt(keys: Keys, forKey: ForKey, position: number): Keyed | undefined {
  const key = typeof keys === 'function' ? keys(position) : keys[position];
  if (key === undefined) return undefined;
  return { key, generator: map((op) => ({ ...op, key }), forKey(key, position)) };
}

function isSameKey(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  return canonical(a) === canonical(b);
}
