/**
 * Sets with add, remove and contains: each element is an object of two states by itself, and
 * linearizability is a matter of each object (Herlihy and Wing). Elements may be added any
 * number of times. An add or remove that does not say whether it changed anything can be judged
 * only on elements that are never removed.
 *
 * Sets with add and read of all elements: see `grow-only-set.ts`.
 */
import { noValue } from '../../../history/values.ts';
import { checkGrowOnlySet, growOnlySetCode } from './grow-only-set.ts';
import { LocalValues } from './local-values.ts';
import {
  linearizable,
  notApplicable,
  type PolyResult,
  type Violation,
  violation,
} from './result.ts';
import { never, type Timeline } from './timeline.ts';
import { type Blocked, blockedOperation, twoStateKind } from './two-states.ts';

export const setCode = { ...growOnlySetCode, remove: 3, contains: 4 } as const;

/** All operations on an element are listed as evidence up to this many. */
const listedMax = 16;

export function checkSet(timeline: Timeline): PolyResult {
  const used = new Set(timeline.code);
  if (!used.has(setCode.read)) return checkElements(timeline);
  if (used.has(setCode.remove) || used.has(setCode.contains))
    return notApplicable('reads of the whole set together with remove or contains');
  return checkGrowOnlySet(timeline);
}

function checkElements(timeline: Timeline): PolyResult {
  const { history, count, row } = timeline;
  const { input } = history.operations;
  const values = new LocalValues(history.values, count);
  const element = new Int32Array(count);
  for (let op = 0; op < count; op += 1) element[op] = values.ofId(input[row[op] ?? 0] ?? noValue);
  const kinds = kindsOf(timeline, element, values.size);
  if ('why' in kinds) return kinds;
  const blocked = blockedOperation(timeline, kinds.kind, element, values.size);
  if (blocked !== undefined)
    return explainBlocked(
      timeline,
      element,
      blocked,
      JSON.stringify(values.value(element[blocked.operation] ?? 0)),
    );
  if (kinds.undecided === undefined) return linearizable;
  return notApplicable(
    `element ${JSON.stringify(values.value(kinds.undecided))} is removed too, and an add or remove of it does not say whether it changed anything`,
  );
}

interface Kinds {
  /** 0 for operations on elements that cannot be judged here. */
  readonly kind: Uint8Array;
  /** Such an element. */
  readonly undecided: number | undefined;
}

function kindsOf(
  timeline: Timeline,
  element: Int32Array,
  elementCount: number,
): Kinds | { readonly kind: 'not-applicable'; readonly why: string } {
  const { history, count, row, code } = timeline;
  const { output } = history.operations;
  const yes = history.values.find(true);
  const no = history.values.find(false);
  const kind = new Uint8Array(count);
  const isVague = new Uint8Array(elementCount);
  const isRemoved = new Uint8Array(elementCount);
  for (let op = 0; op < count; op += 1) {
    const own = element[op] ?? 0;
    const isUnknown = timeline.return[op] === never;
    const result = isUnknown ? noValue : (output[row[op] ?? 0] ?? noValue);
    const answer =
      result === noValue ? 'none' : result === yes ? 'yes' : result === no ? 'no' : 'none';
    const isSilent = answer === 'none' && !isUnknown;
    if (code[op] === setCode.contains && isSilent)
      return notApplicable('a contains answered neither true nor false');
    if (isSilent) isVague[own] = 1;
    kind[op] = kindOf(code[op] ?? 0, answer, isSilent);
    if (kind[op] === twoStateKind.turnOff) isRemoved[own] = 1;
  }
  let undecided: number | undefined;
  for (let op = 0; op < count; op += 1) {
    const own = element[op] ?? 0;
    if (isVague[own] === 0 || isRemoved[own] === 0) continue;
    kind[op] = 0;
    undecided = own;
  }
  return { kind, undecided };
}

/** `isSilent`: it returned, but without an answer. */
function kindOf(code: number, answer: 'yes' | 'no' | 'none', isSilent: boolean): number {
  if (code === setCode.contains) return answer === 'yes' ? twoStateKind.seeOn : twoStateKind.seeOff;
  if (code === setCode.remove) return answer === 'no' ? twoStateKind.seeOff : twoStateKind.turnOff;
  if (answer === 'no') return twoStateKind.seeOn;
  return isSilent ? twoStateKind.beOn : twoStateKind.turnOn;
}

function explainBlocked(
  timeline: Timeline,
  element: Int32Array,
  { operation, isOn, since }: Blocked,
  name: string,
): Violation {
  const { row } = timeline;
  const own: number[] = [];
  const end = timeline.return[operation] ?? never;
  for (let op = 0; op < timeline.count && own.length <= listedMax; op += 1)
    if (element[op] === element[operation] && (timeline.invoke[op] ?? 0) < end) own.push(op);
  const isWhole = own.length <= listedMax;
  const roles = {
    blocked: row[operation] ?? 0,
    ...(since === -1 ? {} : { since: row[since] ?? 0 }),
  };
  return violation(
    isOn ? 'false-absence' : 'false-presence',
    since === -1 ? 'blocked' : 'blocked-since',
    roles,
    {
      facts: {
        needText: `${name} ${isOn ? 'not in' : 'in'} the set`,
        stateText: `${name} is ${isOn ? 'in' : 'not in'} it`,
      },
      also: isWhole ? own.map((op) => row[op] ?? 0) : [],
      standalone: isWhole,
    },
  );
}
