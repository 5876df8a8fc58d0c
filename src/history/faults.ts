/**
 * Faults as the history tells them: from when to when each was in force.
 *
 * The nemesis completes a start with `{fault, evidence}` and a stop with `{stopped, evidence}`
 * (one kind, or a list of them when all is healed), so that this needs to know no nemesis.
 */
import { isObject, type Json } from '../base/json.ts';
import type { Fault } from '../fault/fault.ts';
import { nemesisProcess } from './columns.ts';
import type { History } from './history.ts';

export interface FaultWindow {
  readonly fault: Fault;
  readonly evidence: string;
  /** Event index of the completion that says it took hold, and of the one that says it ended. */
  readonly startIndex: number;
  /** Null if it was in force to the end of the history. */
  readonly endIndex: number | null;
  readonly startNs: number;
  readonly endNs: number;
}

/** In order of their starts. A fault ends when its nemesis stops, or starts the next one. */
export function faultWindows(history: History): readonly FaultWindow[] {
  const { process, timeNs, value } = history.events;
  const windows: FaultWindow[] = [];
  const open = new Map<string, number>();
  const end = timeNs.at(-1) ?? 0;
  const close = (kind: string, index: number): void => {
    const at = open.get(kind);
    const window = at === undefined ? undefined : windows[at];
    open.delete(kind);
    if (at === undefined || window === undefined) return;
    windows[at] = { ...window, endIndex: index, endNs: timeNs[index] ?? end };
  };
  for (let index = 0; index < process.length; index += 1) {
    if (process[index] !== nemesisProcess) continue;
    const said = history.values.value(value[index] ?? -1);
    // Evidence tells a completion from an invocation, which names the fault too.
    if (!isObject(said) || typeof said['evidence'] !== 'string') continue;
    // One nemesis, or all that were healed at once.
    for (const kind of [said['stopped']].flat()) if (typeof kind === 'string') close(kind, index);
    const fault = faultOf(said['fault']);
    if (fault === undefined) continue;
    close(fault.kind, index);
    open.set(fault.kind, windows.length);
    const startNs = timeNs[index] ?? 0;
    windows.push({
      fault,
      evidence: said['evidence'],
      startIndex: index,
      endIndex: null,
      startNs,
      endNs: end,
    });
  }
  return windows;
}

function faultOf(value: Json | undefined): Fault | undefined {
  if (!isObject(value) || typeof value['kind'] !== 'string') return undefined;
  return {
    kind: value['kind'],
    f: textOf(value['f']),
    shape: textOf(value['shape']),
    nodes: Array.isArray(value['nodes']) ? value['nodes'].filter(isText) : [],
    detail: isObject(value['detail']) ? value['detail'] : {},
    description: textOf(value['description']),
  };
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
