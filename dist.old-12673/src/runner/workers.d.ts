import type { Json } from '../base/json.ts';
import type { OpenClient } from '../contract/client.ts';
import type { NodeId } from '../fault/fault.ts';
import type { OpRequest, ThreadId } from '../generator/generator.ts';
import type { EventType, OpError, ProcessId } from '../history/event.ts';
/** How a call ended, for the record. */
export interface Settled {
  readonly type: Exclude<EventType, 'invoke'>;
  /** Absent if there was no answer: then the value of the invocation stands. */
  readonly value?: Json;
  readonly error?: OpError;
}
/** An operation between its invocation and its completion. */
export declare class OpenCall {
  #private;
  readonly thread: ThreadId;
  readonly process: ProcessId;
  readonly op: OpRequest;
  /** When its signal aborts, and when nobody waits for it any more. */
  deadlineNs: number;
  giveUpNs: number;
  constructor(
    request: {
      thread: ThreadId;
      process: ProcessId;
      op: OpRequest;
    },
    times: {
      deadlineNs: number;
      giveUpNs: number;
    },
    settle: (call: OpenCall, settled: Settled) => void,
  );
  /** True once the client has it: before that, it certainly did not happen. */
  get isSent(): boolean;
  get isSettled(): boolean;
  get isAborted(): boolean;
  markSent(): void;
  markAborted(): void;
  /** Brings its end forward: the run is being stopped. */
  hurry(nowNs: number, giveUpNs: number): void;
  /** The first word counts; an answer that comes after is nobody's. */
  settle(settled: Settled): void;
}
/** Signals for one thread's calls. */
export declare class Signals {
  #private;
  next(): AbortSignal;
  /** Aborts the signal that was handed out last. */
  abort(reason: Error): void;
}
export declare class ClientWorker {
  #private;
  readonly node: NodeId;
  constructor(node: NodeId, open: OpenClient, closing: Set<Promise<void>>);
  begin(call: OpenCall, process: number): void;
  /** Aborts the signal of the open call. */
  abort(reason: Error): void;
  /** Ends the connection in the background; the next call opens a new one. */
  close(): void;
}
