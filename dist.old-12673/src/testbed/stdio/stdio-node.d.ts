/**
 * One node on the simulated network: its process (a new one after each kill), its inbox, and
 * whether it runs. Changes of one node happen one after the other.
 */
import { TargetError } from '../../base/errors.ts';
import type { NodeProgram } from '../../contract/target.ts';
import type { NodeState } from '../../contract/testbed.ts';
import type { NodeId } from '../../fault/fault.ts';
import type { Guardian } from '../process/guardian.ts';
import type { LogFile } from '../process/log-file.ts';
import type { NodePipes } from '../process/pipes.ts';
import type { Endpoint, Message } from './endpoint.ts';
import { type Envelope } from './envelope.ts';
import { type InboxEvents } from './inbox.ts';
export interface StdioNodeOptions {
  readonly name: NodeId;
  readonly index: number;
  readonly program: NodeProgram;
  readonly dataFolder: string;
  readonly mark: string;
  readonly guardian: Guardian;
  readonly stdoutLog: LogFile;
  readonly stderrLog: LogFile;
  readonly lineCharactersMax: number;
  readonly inboxCharactersMax: number;
  readonly events: InboxEvents & {
    sent(node: StdioNode, envelope: Envelope): void;
    /** A line that is no message. `reason` is the same for lines with the same fault. */
    badLine(node: NodeId, reason: string, line: string): void;
    /** The node ended and nobody in dsx had ended it. */
    crashed(node: NodeId, error: TargetError): void;
    stderrLine(node: NodeId, line: string): void;
  };
}
export declare class StdioNode implements Endpoint {
  #private;
  readonly kind = 'node';
  readonly isCounted = true;
  readonly name: NodeId;
  readonly quoted: string;
  readonly index: number;
  constructor(options: StdioNodeOptions);
  get state(): NodeState;
  /** The number of its first process, which is that of its process group; undefined if down. */
  get group(): number | undefined;
  /** True from before the first SIGSTOP of a pause until before the SIGCONT that ends it. */
  get isHeld(): boolean;
  /**
   * Settles when the present incarnation has ended: to the error that says so if it ended by
   * itself, to undefined if dsx ended it.
   */
  get fate(): Promise<TargetError | undefined>;
  deliver(message: Message): boolean;
  /** Runs `change` when the changes before it are done. */
  inTurn<T>(signal: AbortSignal, change: () => Promise<T>): Promise<T>;
  /** Spawns a new incarnation in this very tick. */
  launch(pipes: NodePipes): void;
  /** SIGKILL; resolves when the whole process tree is gone. What waits for the node is lost. */
  kill(): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** The last lines of the present incarnation and where its log is, for an error message. */
  lastWords(): string[];
}
