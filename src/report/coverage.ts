/**
 * What the faults of a run did to its operations. A fault that touched nothing tested
 * nothing, and a run must not pass for tested because a nemesis was asked for.
 */
import { listed, plural } from '../base/text.ts';
import { nsToMs } from '../base/units.ts';
import { nemesisProcess, typeCode } from '../history/columns.ts';
import { type FaultWindow, faultWindows } from '../history/faults.ts';
import type { History } from '../history/history.ts';
import type { FaultCoverage } from './report.ts';

/** For every fault of the history, in order of their starts. One pass over the events. */
export function faultCoverage(history: History): readonly FaultCoverage[] {
  const windows = faultWindows(history);
  if (windows.length === 0) return [];
  const { eventCount } = history;
  const bounds = new Set<number>();
  for (const window of windows) bounds.add(window.startIndex).add(window.endIndex ?? eventCount);
  const tallies = tallyAt(
    history,
    [...bounds].toSorted((a, b) => a - b),
  );
  return windows.map((window) => coverageOf(history, window, tallies));
}

/**
 * Sentences that people must read beside the verdict: faults that were asked for and not
 * injected, that touched no node or no operation, after which nothing succeeded any more.
 * `asked` names the nemeses of the plan.
 */
export function coverageWarnings(
  history: History,
  coverage: readonly FaultCoverage[],
  asked: readonly string[],
): readonly string[] {
  return [
    ...neverInjected(coverage, asked),
    ...about(
      coverage.filter(({ window }) => window.fault.nodes.length === 0),
      coverage.length,
      'touched no node',
      'Nothing went wrong in that time: more nodes, or fewer nemeses at once, help.',
    ),
    ...about(
      coverage.filter(({ overlapping: { ok, fail, info } }) => ok + fail + info === 0),
      coverage.length,
      'touched no operation',
      'Such a fault tests nothing: raise --rate, or --nemesis-interval to make faults longer.',
    ),
    ...about(
      coverage.filter((item) => item.recoveryMs === null && invokedAfter(history, item.window)),
      coverage.length,
      'ended, and no operation succeeded after it',
      'The system did not recover: see the logs of the nodes.',
    ),
  ];
}

/** How many operations, by outcome, were invoked or completed before an event. */
interface Tally {
  readonly invoked: Outcomes;
  readonly completed: Outcomes;
}
type Outcomes = readonly [ok: number, fail: number, info: number];

/**
 * Tallies just before each of `bounds` (event indices, ascending). An operation that never
 * completed is invoked and not completed for ever, so it overlaps all that follows it.
 */
function tallyAt(history: History, bounds: readonly number[]): ReadonlyMap<number, Tally> {
  const { invoke, complete, outcome, count } = history.operations;
  // Outcome of the operation that an event belongs to, by row in order of invocation.
  const completions = new Uint8Array(history.eventCount);
  for (let row = 0; row < count; row += 1) {
    const index = complete[row] ?? -1;
    if (index >= 0) completions[index] = outcome[row] ?? 0;
  }
  const invoked = new OutcomeCounts();
  const completed = new OutcomeCounts();
  const tallies = new Map<number, Tally>();
  let row = 0;
  let index = 0;
  for (const bound of bounds) {
    for (; row < count && (invoke[row] ?? 0) < bound; row += 1) invoked.add(outcome[row] ?? 0);
    for (; index < bound; index += 1) completed.add(completions[index] ?? 0);
    tallies.set(bound, { invoked: invoked.now(), completed: completed.now() });
  }
  return tallies;
}

class OutcomeCounts {
  #ok = 0;
  #fail = 0;
  #info = 0;

  /** Zero, the code of an invocation, counts nowhere: no operation has it as its outcome. */
  add(outcome: number): void {
    if (outcome === typeCode.ok) this.#ok += 1;
    else if (outcome === typeCode.fail) this.#fail += 1;
    else if (outcome === typeCode.info) this.#info += 1;
  }

  now(): Outcomes {
    return [this.#ok, this.#fail, this.#info];
  }
}

/** Overlapping: invoked before the end, less those that had completed before the start. */
function coverageOf(
  history: History,
  window: FaultWindow,
  tallies: ReadonlyMap<number, Tally>,
): FaultCoverage {
  const invoked = tallies.get(window.endIndex ?? history.eventCount)?.invoked ?? [0, 0, 0];
  const completed = tallies.get(window.startIndex)?.completed ?? [0, 0, 0];
  const overlapping = {
    ok: invoked[0] - completed[0],
    fail: invoked[1] - completed[1],
    info: invoked[2] - completed[2],
  };
  return { window, overlapping, recoveryMs: recoveryMs(history, window) };
}

function recoveryMs(history: History, window: FaultWindow): number | null {
  if (window.endIndex === null) return null;
  const { type, process, timeNs } = history.events;
  for (let index = window.endIndex + 1; index < type.length; index += 1)
    if (type[index] === typeCode.ok && process[index] !== nemesisProcess)
      return nsToMs((timeNs[index] ?? 0) - window.endNs);
  return null;
}

function invokedAfter(history: History, window: FaultWindow): boolean {
  if (window.endIndex === null) return false;
  const last = history.operations.invoke.at(-1) ?? -1;
  return last > window.endIndex;
}

function neverInjected(coverage: readonly FaultCoverage[], asked: readonly string[]): string[] {
  const seen = new Set(coverage.map(({ window }) => window.fault.kind));
  const missing = [...new Set(asked)].filter((name) => !seen.has(name));
  if (missing.length === 0) return [];
  const names = listed(missing);
  const what =
    coverage.length === 0
      ? `no fault was injected at all, though the nemesis ${names} was asked for`
      : `no fault of the nemesis ${names} was injected`;
  return [`${what}: raise --time-limit, or lower --nemesis-interval.`];
}

/** One sentence for any number of faults; the first is shown. */
function about(
  found: readonly FaultCoverage[],
  total: number,
  what: string,
  advice: string,
): string[] {
  const first = found[0]?.window;
  if (first === undefined) return [];
  const at = `at ${(first.startNs / 1e9).toFixed(1)} s`;
  const example = `${first.fault.kind} ${at} (${first.fault.description})`;
  if (found.length === 1) return [`${example} ${what}. ${advice}`];
  return [`${found.length} of ${plural(total, 'fault')} ${what}, the first ${example}. ${advice}`];
}
