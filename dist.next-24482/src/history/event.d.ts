/**
 * One line of a history.
 *
 * Field names are Jepsen's, so that people and tools know them. A client operation is an
 * `invoke` followed by `ok` (it happened), `fail` (it certainly did not happen) or `info`
 * (unknown: it may have happened, or may yet). The nemesis records `info` for both halves
 * of each of its operations, as Jepsen's does.
 */
import type { Json } from '../base/json.ts';
import type { NodeId } from '../fault/fault.ts';
export type EventType = 'invoke' | 'ok' | 'fail' | 'info';
/**
 * A logical, single-threaded client. A thread whose operation ended in `info` goes on
 * under a new process number, since the old operation may still take effect.
 */
export type ProcessId = number | 'nemesis';
/** A stable code such as `timeout` or `precondition-failed`, and a text for people. */
export type OpError = readonly [code: string, text: string];
export interface HistoryEvent {
  /** Position in the history: 0, 1, 2, … with no gaps. */
  readonly index: number;
  /** Nanoseconds since the run began, monotonic. */
  readonly time: number;
  readonly type: EventType;
  readonly process: ProcessId;
  readonly f: string;
  /** The object that it acts on, where the workload has independent objects. */
  readonly key?: Json;
  /** On invoke the argument, on ok the result. For `cas` both are `[from, to]`. */
  readonly value?: Json;
  readonly node?: NodeId;
  readonly error?: OpError;
  /** True for the reads made after the system was healed and given time to recover. */
  readonly final?: boolean;
}
/** An event before the recorder gives it `index` and `time`. */
export type EventBody = Omit<HistoryEvent, 'index' | 'time'>;
/** How a call ended, as far as the client can know. When in doubt: `info`. */
export type Outcome =
  | {
      readonly type: 'ok';
      readonly value: Json;
    }
  | {
      readonly type: 'fail';
      readonly error: OpError;
    }
  | {
      readonly type: 'info';
      readonly error: OpError;
    };
/**
 * An invocation joined with its completion. An `info` operation has no return, in the
 * type: nobody needs to remember what its return time would mean.
 */
export type Operation = {
  /** Row in `History.operations`, in order of invocation. */
  readonly id: number;
  readonly process: number;
  readonly f: string;
  readonly key: Json | undefined;
  readonly input: Json;
  readonly node: NodeId | undefined;
  readonly final: boolean;
  readonly invokeIndex: number;
  readonly invokeNs: number;
} & (
  | {
      readonly outcome: 'ok';
      readonly output: Json;
      readonly returnIndex: number;
      readonly returnNs: number;
    }
  | {
      readonly outcome: 'fail';
      readonly error: OpError;
      readonly returnIndex: number;
      readonly returnNs: number;
    }
  | {
      readonly outcome: 'info';
      readonly error: OpError;
    }
);
