/**
 * One incarnation of a node: a process in a group of its own, on real pipes, known to the
 * guardian from the moment it exists. It notices by itself how the process ended; pausing and
 * killing are for whoever owns it.
 */
import type { Socket } from 'node:net';
import type { NodeProgram } from '../../contract/target.ts';
import type { NodeId } from '../../fault/fault.ts';
import type { Guardian } from './guardian.ts';
import { LastLines } from './last-lines.ts';
import type { LogFile } from './log-file.ts';
import type { NodePipes } from './pipes.ts';
export type ProcessEnd =
  | {
      readonly end: 'exited';
      readonly code: number;
    }
  | {
      readonly end: 'killed';
      readonly signal: string;
    }
  | {
      readonly end: 'not-started';
      readonly reason: string;
    };
export interface NodeProcessOptions {
  readonly node: NodeId;
  readonly program: NodeProgram;
  /** The working folder; also DSX_DATA_DIR. Survives a kill and a restart. */
  readonly dataFolder: string;
  /** DSX_RUN, by which leftovers are found. */
  readonly mark: string;
  readonly guardian: Guardian;
  readonly stderrLog: LogFile;
  /** Longer lines are skipped, and `longLine` hears of it. */
  readonly lineCharactersMax: number;
  readonly stdoutLine: (line: string) => void;
  readonly stderrLine: (line: string) => void;
  /** A line of stdout that is over the limit (its beginning). */
  readonly longLine: (start: string) => void;
}
export declare class NodeProcess {
  #private;
  readonly stdin: Socket;
  /** Settles the moment the process is gone. Never rejects. */
  readonly exited: Promise<ProcessEnd>;
  /** As `exited`, but all its output was read as well. */
  readonly drained: Promise<ProcessEnd>;
  readonly lastStdout: LastLines;
  readonly lastStderr: LastLines;
  /** Its number as a process and as a group; undefined if it could not be started. */
  readonly group: number | undefined;
  /** Spawns at once, in this very tick. */
  constructor(options: NodeProcessOptions, pipes: NodePipes);
  /** SIGKILL to the whole tree; resolves when it is gone and what it wrote was read. */
  kill(): Promise<void>;
  /** Resolves to the number of processes when every one was seen to be stopped. */
  pause(): Promise<number>;
  resume(): Promise<void>;
  /** A line of stdout that was begun and not ended when the process ended, or ''. */
  takeUnfinishedLine(): string;
}
