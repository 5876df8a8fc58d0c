/**
 * `schedule.json`: every fault of a run as it was injected, so that a replay can inject it
 * again at the same moment.
 *
 *     { "version": 1, "seed": 42, "faults": [ { "startNs": …, "endNs": …, "fault": { … } } ] }
 *
 * Times are those at which dsx set about the fault and about ending it, in nanoseconds since
 * the load began. `endNs` is null for a fault that was never meant to end (a crash without
 * restart) or whose end did not succeed.
 */
import { UsageError } from '../base/errors.ts';
import { isArray, isObject, type Json, type JsonObject } from '../base/json.ts';
import type { Fault } from './fault.ts';

export interface RecordedFault {
  readonly startNs: number;
  readonly endNs: number | null;
  readonly fault: Fault;
}

export interface FaultSchedule {
  readonly version: 1;
  readonly seed: number;
  readonly faults: readonly RecordedFault[];
}

/** Text of `schedule.json`. */
export function scheduleText(seed: number, faults: readonly RecordedFault[]): string {
  const schedule: FaultSchedule = { version: 1, seed, faults };
  return `${JSON.stringify(schedule, null, 2)}\n`;
}

/**
 * Reads what `scheduleText` wrote.
 * @throws UsageError saying which part is not as expected.
 */
export function scheduleFrom(text: string): FaultSchedule {
  const parsed = parsedJson(text);
  if (!isObject(parsed) || parsed['version'] !== 1)
    throw new UsageError(
      'the fault schedule is not one that this dsx can read: expected {"version": 1, …}.',
    );
  const { seed, faults } = parsed;
  if (typeof seed !== 'number' || !isArray(faults))
    throw new UsageError('the fault schedule lacks a numeric "seed" or a list of "faults".');
  return { version: 1, seed, faults: faults.map(recordedFault) };
}

/** Nemeses that find out at the start of a fault who leads, if it says that it is for primaries. */
const kindsThatAim = ['kill', 'partition', 'pause'];

/**
 * A recorded fault that hit who led then, for whoever leads when it is injected again: with the
 * same seed another node may win the election. Any other fault is returned as it is.
 */
export function aimedAgain(fault: Fault): Fault {
  if (fault.shape !== 'primaries' || !kindsThatAim.includes(fault.kind)) return fault;
  const { cut: _, ...rest } = fault.detail;
  const detail = { ...rest, primaries: true, otherwise: fault.nodes[0] ?? '' };
  return { ...fault, nodes: [], detail, description: 'whoever leads' };
}

/** The fault in a JSON value; undefined if it is none. */
export function faultFrom(value: Json | undefined): Fault | undefined {
  if (!isObject(value)) return undefined;
  const { kind, f, shape, nodes, detail, description } = value;
  if (typeof kind !== 'string' || typeof f !== 'string') return undefined;
  return {
    kind,
    f,
    shape: typeof shape === 'string' ? shape : '',
    nodes: isArray(nodes) ? nodes.filter((node) => typeof node === 'string') : [],
    detail: isObject(detail) ? detail : {},
    description: typeof description === 'string' ? description : '',
  };
}

function recordedFault(value: Json, position: number): RecordedFault {
  const entry: JsonObject = isObject(value) ? value : {};
  const { startNs, endNs } = entry;
  const fault = faultFrom(entry['fault']);
  if (
    typeof startNs !== 'number' ||
    (endNs !== null && typeof endNs !== 'number') ||
    fault === undefined
  )
    throw new UsageError(
      `fault ${position} of the schedule: expected {"startNs": number, "endNs": number or null, "fault": {"kind", "f", …}}, found ${JSON.stringify(value)}.`,
    );
  return { startNs, endNs, fault };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new UsageError('the fault schedule is not JSON.', { cause });
  }
}
