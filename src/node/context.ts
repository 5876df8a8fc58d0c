/**
 * What the code of a node may touch.
 *
 * Node code is handed a `NodeContext` and takes everything from it: network, clocks,
 * timers, chance, storage. It reaches for no global, so the same code runs as a real
 * process (`runNode`) and inside a simulation where time is virtual and a seed decides all.
 */

/** A value that survives JSON. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [name: string]: Json };

/** The payload of a message. `msg_id` and `in_reply_to` are put in by the SDK. */
export interface Body {
  readonly type: string;
  readonly [name: string]: Json;
}

/** A message of the Maelstrom protocol. */
export interface Message {
  readonly src: string;
  readonly dest: string;
  readonly body: Body;
}

export interface Timer {
  /** The callback will not run (again). Safe to call twice. */
  cancel(): void;
}

/** What a node says of itself when asked with `{"type":"dsx_status"}`. */
export interface NodeStatus {
  /** `leader`, `follower`, `primary`, `backup`, … `leader` and `primary` count as primaries. */
  readonly role: string;
}

/**
 * Storage that outlives the process.
 *
 * Changes are made in the order in which they were asked for, and none is promised before
 * `sync()` resolves: after a crash a log holds a prefix of what was appended, at least as
 * long as the last `sync()` made it. If the disk fails, the node ends: one that no longer
 * knows what is durable must not answer.
 */
export interface Storage {
  /** Adds a line (without `\n`) to the end of a log. */
  append(log: string, line: string): void;
  /** Makes `lines` the whole log, atomically: after a crash it is the old one or the new one. */
  rewrite(log: string, lines: readonly string[]): void;
  /** The lines of a log, as far as they survived. To be asked before the log is changed. */
  readLog(log: string): readonly string[];
  /** Replaces a named value, atomically. */
  write(name: string, value: string): void;
  /** The value last written, whether synced or not; undefined if there is none. */
  read(name: string): string | undefined;
  /** Resolves when every change asked for before the call is on the disk (fsync). */
  sync(): Promise<void>;
}

export interface NodeContext {
  readonly nodeId: string;
  /** All nodes of the cluster, this one included. */
  readonly nodeIds: readonly string[];
  /** The words after the program's name on its command line. */
  readonly args: readonly string[];
  readonly storage: Storage;

  /** Sends and forgets. May be lost, doubled, delayed and overtaken. */
  send(dest: string, body: Body): void;
  reply(request: Message, body: Body): void;
  /** Answers with an error: an RpcError as itself, anything else as 13 (crash), logged. */
  replyError(request: Message, error: unknown): void;
  /**
   * Sends a request and resolves to the body of the reply.
   * Rejects with the RpcError of an error reply, or with RpcError 0 after `timeoutMs`.
   */
  rpc(dest: string, body: Body, timeoutMs: number): Promise<Body>;
  /** Calls `handler` for each message of this type. An RpcError it throws becomes the reply. */
  on(type: string, handler: (message: Message) => void): void;
  /** Answers each request of this type with the body that `handler` returns or resolves to. */
  serve(type: string, handler: (request: Message) => Body | Promise<Body>): void;

  /** Milliseconds since 1970 by this node's wall clock, which may be wrong and may jump. */
  wallMs(): number;
  /** Milliseconds since some fixed moment; never goes back, whatever the wall clock does. */
  monotonicMs(): number;
  setTimer(delayMs: number, callback: () => void): Timer;
  every(periodMs: number, callback: () => void): Timer;

  /** A number in [0, 1), from the node's seed. */
  random(): number;
  /**
   * An integer that this node never used before, restarts included, greater than all
   * earlier ones. Made from the machine's monotonic clock (microseconds since it booted).
   */
  nextId(): number;

  /** Writes a line to the node's log (stderr). */
  log(text: string): void;
  /** Tells how to answer `dsx_status`. */
  status(describe: () => NodeStatus): void;
}

/** The program of a node: registers handlers and timers. `init_ok` is sent when it is done. */
export type NodeProgram = (context: NodeContext) => void | Promise<void>;
