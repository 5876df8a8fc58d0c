/**
 * A grow-only set, judged by its last read (Jepsen's `checker/set`).
 *
 * | op | value of invoke | value of ok |
 * |---|---|---|
 * | `add` | the element | – |
 * | `read` | null | the list of all elements |
 *
 * The last read must show every element whose add was acknowledged before it began, none that
 * nobody tried to add, and none twice.
 */
import type { Json } from '../../base/json.ts';
import { canonical } from '../../base/json.ts';
import type { Checker } from '../checker.ts';
import { elementsAdded, phantomReason } from './elements.ts';
import {
  AnomalyList,
  elementKey,
  elementsOf,
  type Finding,
  invariant,
  type Part,
  some,
  tooFew,
} from './invariant.ts';

export interface SetFunctions {
  /** Default `add`. */
  readonly add?: string;
  /** Default `read`. */
  readonly read?: string;
}

export function setByLastRead(functions: SetFunctions = {}): Checker {
  const { add = 'add', read = 'read' } = functions;
  return invariant({
    name: 'set',
    summary: 'the last read shows every acknowledged element, and nothing else',
    method: `the last ok ${read} is compared with the ${add}s acknowledged before it and attempted at all; reads before it are not judged`,
    judge: (part) => judge(part, add, read),
  });
}

/** The row of the read that returned last with a list; -1 if there is none. */
function lastRead(part: Part, read: string): number {
  let last = -1;
  for (const row of part.rowsOf(read))
    if (part.isOk(row) && (last < 0 || part.returned(row) > part.returned(last)))
      if (elementsOf(part.output(row)) !== undefined) last = row;
  return last;
}

interface Lists {
  readonly lost: Json[];
  readonly unexpected: Json[];
  readonly duplicated: Json[];
}

function summaryOf({ lost, unexpected, duplicated }: Lists): Record<string, Json> {
  return {
    lostCount: lost.length,
    unexpectedCount: unexpected.length,
    duplicatedCount: duplicated.length,
    lost: some(lost),
    unexpected: some(unexpected),
    duplicated: some(duplicated),
  };
}

function judge(part: Part, add: string, read: string): Finding {
  const anomalies = new AnomalyList(part);
  const elements = elementsAdded(part, part.rowsOf(add));
  const last = lastRead(part, read);
  const acknowledgedCount = [...elements.values()].filter((e) => e.acknowledged < Infinity).length;
  const counts = { attemptCount: elements.size, acknowledgedCount };
  if (last < 0) return { anomalies, details: counts, ...tooFew(`no ${read} of the set succeeded`) };

  const shown = elementsOf(part.output(last)) ?? [];
  const [begun, ended] = [part.invoke(last), part.returned(last)];
  const times = new Map<number | string, number>();
  const lists: Lists = { lost: [], unexpected: [], duplicated: [] };
  let [okCount, recoveredCount] = [0, 0];
  for (const value of shown) {
    const key = elementKey(value);
    const count = (times.get(key) ?? 0) + 1;
    times.set(key, count);
    if (count === 2) {
      lists.duplicated.push(value);
      anomalies.add(() => ({
        type: 'duplicate-element',
        model: 'set',
        operations: [begun],
        explanation: `The last ${read} (events ${begun} to ${ended}) shows ${canonical(value)} more than once.`,
        evidence: { element: value },
      }));
    }
    if (count > 1) continue;
    const element = elements.get(key);
    const reason = phantomReason(part, element, last);
    if (reason === undefined) {
      okCount += 1;
      if (element?.acknowledged === Infinity) recoveredCount += 1;
      continue;
    }
    lists.unexpected.push(value);
    anomalies.add(() => ({
      type: 'phantom',
      model: 'set',
      operations: element === undefined ? [begun] : [element.invoke, begun],
      explanation: `The last ${read} (events ${begun} to ${ended}) shows ${canonical(value)}, but ${reason}.`,
      evidence: { element: value },
    }));
  }
  for (const [key, { value, acknowledged, acknowledgedRow }] of elements) {
    if (acknowledged > begun || times.has(key)) continue;
    lists.lost.push(value);
    const added = part.invoke(acknowledgedRow);
    anomalies.add(() => ({
      type: 'lost',
      model: 'set',
      operations: [added, begun],
      explanation: `The ${add} of ${canonical(value)} (event ${added}) was acknowledged at event ${acknowledged}, but the last ${read}, which began after that (event ${begun}, ok at ${ended}), does not show it.`,
      evidence: { element: value },
    }));
  }
  const details = { ...counts, okCount, recoveredCount, ...summaryOf(lists) };
  if (elements.size === 0 && shown.length === 0)
    return { anomalies, details, ...tooFew(`no ${add} was attempted`) };
  return { anomalies, details };
}
