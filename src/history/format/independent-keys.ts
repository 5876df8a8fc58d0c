/**
 * Jepsen's tests of many independent objects write `[key value]` where one object's test
 * writes `value`. The files do not say which they are.
 *
 * A history is taken for one of independent registers only if nothing else fits: every
 * client operation is a `read`, `write` or `cas`; every read is invoked with `[key nil]`,
 * every write with `[key value]`, every cas with `[key [from to]]`; every completion with a
 * value has its invocation's key; and there is a read or cas. Of sets, queues and the like
 * one cannot tell a tuple from an element, so those are split only when asked for.
 */
import { HistoryError } from '../../base/errors.ts';
import { isArray, type Json } from '../../base/json.ts';
import { nemesisProcess, noEvent, typeCode } from '../columns.ts';
import type { History } from '../history.ts';
import { noValue } from '../values.ts';

/** `auto`: if nothing else fits. `tuples`: every value is one. `plain`: none is. */
export type KeyNotation = 'auto' | 'tuples' | 'plain';

/**
 * Moves the keys of tuples into the key column. The history must be new: nobody has asked for
 * its operations yet. Returns whether it did.
 * @throws HistoryError if `tuples` was asked for and a client's value is none
 */
export function splitKeys(history: History, notation: KeyNotation): boolean {
  if (notation === 'plain') return false;
  if (notation === 'auto' && !mustBeTuples(history)) return false;
  const { process, key, value } = history.events;
  const { values } = history;
  // An invocation and its failed completion may share one tuple.
  const known = new Map<number, readonly [key: number, value: number]>();
  for (let i = 0; i < process.length; i += 1) {
    const id = value[i] ?? noValue;
    if (process[i] === nemesisProcess || id === noValue || key[i] !== noValue) continue;
    const tuple = values.value(id);
    if (!isPair(tuple))
      throw new HistoryError(
        `event ${i}: expected a [key value] tuple, as --keys tuples says, found ${JSON.stringify(tuple)}`,
      );
    const parts = known.get(id) ?? [values.internComposite(tuple[0]), values.id(tuple[1])];
    known.set(id, parts);
    [key[i], value[i]] = parts;
  }
  fillKeys(history);
  return true;
}

/** A completion that had no value, and so no tuple, has its invocation's key. */
function fillKeys(history: History): void {
  const { key, pair } = history.events;
  for (let i = 0; i < key.length; i += 1) {
    const other = pair[i] ?? noEvent;
    if (key[i] === noValue && other !== noEvent) key[i] = key[other] ?? noValue;
  }
}

function mustBeTuples(history: History): boolean {
  const { type, process, f, key, value, pair } = history.events;
  let telling = 0;
  for (let i = 0; i < type.length; i += 1) {
    if (process[i] === nemesisProcess) continue;
    if (key[i] !== noValue) return false;
    const name = history.functions[f[i] ?? 0] ?? '';
    const tuple = history.values.value(value[i] ?? noValue);
    if (type[i] === typeCode.invoke) {
      if (!isInvokedTuple(name, tuple)) return false;
      if (name !== 'write') telling += 1;
    } else if (tuple !== undefined && pair[i] !== noEvent) {
      const asked = history.values.value(value[pair[i] ?? 0] ?? noValue);
      if (!isPair(tuple) || !isPair(asked) || tuple[0] !== asked[0]) return false;
    }
  }
  return telling > 0;
}

function isInvokedTuple(f: string, value: Json | undefined): boolean {
  if (!isPair(value) || (typeof value[0] !== 'string' && typeof value[0] !== 'number'))
    return false;
  if (f === 'read') return value[1] === null;
  if (f === 'cas') return isPair(value[1]);
  return f === 'write' && value[1] !== null && !isArray(value[1]);
}

function isPair(value: Json | undefined): value is readonly [Json, Json] {
  return isArray(value) && value.length === 2;
}
