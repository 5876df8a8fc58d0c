/**
 * One server: its process (a new one after each kill), and whether it runs. Changes of one
 * node happen one after the other.
 */
import { TargetError } from '../../base/errors.ts';
import type { NodeProgram } from '../../contract/target.ts';
import type { NodeState } from '../../contract/testbed.ts';
import type { NodeId } from '../../fault/fault.ts';
import type { Guardian } from '../process/guardian.ts';
import type { LogFile } from '../process/log-file.ts';
import type { NodePipes } from '../process/pipes.ts';
export interface ServerNodeOptions {
  readonly name: NodeId;
  readonly dataFolder: string;
  readonly mark: string;
  readonly guardian: Guardian;
  readonly stdoutLog: LogFile;
  readonly stderrLog: LogFile;
  /** The node ended and nobody in dsx had ended it. */
  readonly crashed: (node: NodeId, error: TargetError) => void;
  readonly stderrLine: (node: NodeId, line: string) => void;
}
/** What to start: the server itself, and the command that starts it on its host. */
export interface Launch {
  readonly shown: NodeProgram;
  readonly run: NodeProgram;
}
export declare class ServerNode {
  #private;
  readonly name: NodeId;
  constructor(options: ServerNodeOptions);
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
  /** Runs `change` when the changes before it are done. */
  inTurn<T>(signal: AbortSignal, change: () => Promise<T>): Promise<T>;
  /** Spawns a new incarnation in this very tick. */
  launch({ shown, run }: Launch, pipes: NodePipes): void;
  /** SIGKILL; resolves when the whole process tree is gone. */
  kill(): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** The last lines of the present incarnation and where its log is, for an error message. */
  lastWords(): string[];
}
