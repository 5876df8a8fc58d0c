import type { Clock } from '../contract/clock.ts';
import type { NodeId } from '../fault/fault.ts';
import type { OpRequest } from '../generator/generator.ts';
import type { HistoryEvent, ProcessId } from '../history/event.ts';
import type { History } from '../history/history.ts';
import type { Settled } from './workers.ts';
/** Where events go as they happen. */
export interface Journal {
  append(event: HistoryEvent): void;
  /** Puts everything appended out of this program's hands; called before the run ends. */
  flush?(): Promise<void> | void;
}
/** Client operations so far. */
export interface Counts {
  readonly invoked: number;
  readonly ok: number;
  readonly fail: number;
  readonly info: number;
}
export declare class Recorder {
  #private;
  constructor(clock: Clock, journal: Journal);
  get counts(): Counts;
  history(): History;
  invoke(process: ProcessId, op: OpRequest, node: NodeId | undefined): HistoryEvent;
  complete(
    process: ProcessId,
    op: OpRequest,
    settled: Settled,
    node: NodeId | undefined,
  ): HistoryEvent;
}
