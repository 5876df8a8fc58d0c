/**
 * Locks that anyone may release: an object of two states, free and held. An operation that was
 * refused claims the state that it found.
 */
import { noValue } from '../../../history/values.ts';
import { lockCode } from './holds.ts';
import { linearizable, type PolyResult, type Violation, violation } from './result.ts';
import { never, type Timeline } from './timeline.ts';
import { type Blocked, blockedOperation, twoStateKind } from './two-states.ts';

/** The lock's whole history up to the violation is listed if it is no longer than this. */
const listedMax = 24;

export function checkOwnerlessMutex(timeline: Timeline): PolyResult {
  const { history, count, row, code } = timeline;
  const { output } = history.operations;
  const no = history.values.find(false);
  const kind = new Uint8Array(count);
  for (let op = 0; op < count; op += 1) {
    const result = timeline.return[op] === never ? noValue : (output[row[op] ?? 0] ?? noValue);
    const isRefused = result !== noValue && result === no;
    if (code[op] === lockCode.acquire)
      kind[op] = isRefused ? twoStateKind.seeOn : twoStateKind.turnOn;
    else kind[op] = isRefused ? twoStateKind.seeOff : twoStateKind.turnOff;
  }
  const blocked = blockedOperation(timeline, kind, new Int32Array(count), 1);
  return blocked === undefined ? linearizable : explainBlocked(timeline, kind, blocked);
}

function explainBlocked(
  timeline: Timeline,
  kind: Uint8Array,
  { operation, isOn, since }: Blocked,
): Violation {
  const { row, count } = timeline;
  const end = timeline.return[operation] ?? never;
  const begun = timeline.invoke.findIndex((time) => time > end);
  const before = begun === -1 ? count : begun;
  const isWhole = before <= listedMax;
  const roles = {
    blocked: row[operation] ?? 0,
    ...(since === -1 ? {} : { since: row[since] ?? 0 }),
  };
  const wantsOn =
    kind[operation] === twoStateKind.turnOff || kind[operation] === twoStateKind.seeOn;
  return violation(
    wantsOn ? 'release-without-hold' : 'two-holders',
    since === -1 ? 'blocked' : 'blocked-since',
    roles,
    {
      facts: {
        needText: `the lock ${wantsOn ? 'held' : 'free'}`,
        stateText: `it is ${isOn ? 'held' : 'free'}`,
      },
      also: isWhole ? [...row.subarray(0, before)] : [],
      standalone: isWhole,
    },
  );
}
