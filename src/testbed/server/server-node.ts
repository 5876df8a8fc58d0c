/**
 * One server: its process (a new one after each kill), and whether it runs. Changes of one
 * node happen one after the other.
 */
import { TargetError } from '../../base/errors.ts';
import type { NodeProgram } from '../../contract/target.ts';
import type { NodeState } from '../../contract/testbed.ts';
import type { NodeId } from '../../fault/fault.ts';
import { crashReport, detail, type LastWords } from '../process/crash-report.ts';
import type { Guardian } from '../process/guardian.ts';
import type { LogFile } from '../process/log-file.ts';
import { NodeProcess } from '../process/node-process.ts';
import type { NodePipes } from '../process/pipes.ts';
import { nothingToPause } from '../process/process-group.ts';

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
  /** Hears of its process in the tick of the spawn. */
  readonly joined: (node: NodeId, pid: number) => void;
}

/** What to start: the server itself, and the command that starts it on its host. */
export interface Launch {
  readonly shown: NodeProgram;
  readonly run: NodeProgram;
}

interface Incarnation {
  readonly process: NodeProcess;
  readonly shown: NodeProgram;
  /** True once dsx has decided to end it. */
  isDoomed: boolean;
}

/** A longer line of stdout is cut in what is shown; the file has it whole. */
const lineCharactersMax = 64 * 1024;

export class ServerNode {
  readonly name: NodeId;
  readonly #options: ServerNodeOptions;
  #current: Incarnation | undefined;
  #state: NodeState = 'down';
  #isHeld = false;
  #fate: Promise<TargetError | undefined> = Promise.resolve(undefined);
  #lastChange: Promise<unknown> = Promise.resolve();

  constructor(options: ServerNodeOptions) {
    this.name = options.name;
    this.#options = options;
  }

  get state(): NodeState {
    return this.#state;
  }

  /** The number of its first process, which is that of its process group; undefined if down. */
  get group(): number | undefined {
    return this.#state === 'down' ? undefined : this.#current?.process.group;
  }

  /** True from before the first SIGSTOP of a pause until before the SIGCONT that ends it. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  /**
   * Settles when the present incarnation has ended: to the error that says so if it ended by
   * itself, to undefined if dsx ended it.
   */
  get fate(): Promise<TargetError | undefined> {
    return this.#fate;
  }

  /** Runs `change` when the changes before it are done. */
  async inTurn<T>(signal: AbortSignal, change: () => Promise<T>): Promise<T> {
    const turn = this.#lastChange.then(async () => {
      signal.throwIfAborted();
      return change();
    });
    this.#lastChange = turn.catch(() => undefined);
    return turn;
  }

  /** Spawns a new incarnation in this very tick. */
  launch({ shown, run }: Launch, pipes: NodePipes): void {
    const { name, stdoutLog, stderrLine } = this.#options;
    const log = (line: string): void => {
      stdoutLog.write(`${line}\n`);
    };
    const process = new NodeProcess(
      {
        ...this.#options,
        node: name,
        program: run,
        lineCharactersMax,
        stdoutLine: log,
        longLine: log,
        stderrLine: (line) => {
          stderrLine(name, line);
        },
      },
      pipes,
    );
    const incarnation = { process, shown, isDoomed: false };
    this.#current = incarnation;
    this.#state = 'running';
    this.#isHeld = false;
    this.#fate = this.#watch(incarnation);
  }

  /** SIGKILL; resolves when the whole process tree is gone. */
  async kill(): Promise<void> {
    const incarnation = this.#current;
    if (incarnation === undefined) return;
    incarnation.isDoomed = true;
    this.#state = 'down';
    await incarnation.process.kill();
  }

  async pause(program?: string): Promise<void> {
    if (this.#state === 'paused') return;
    this.#isHeld = true;
    const count = this.#state === 'down' ? 0 : ((await this.#current?.process.pause(program)) ?? 0);
    if (count === 0) throw new TargetError(nothingToPause(this.name, this.#state, program));
    this.#state = 'paused';
  }

  async resume(): Promise<void> {
    if (this.#state !== 'paused') return;
    this.#isHeld = false;
    await this.#current?.process.resume();
    if (this.group !== undefined) this.#state = 'running';
  }

  /** The last lines of the present incarnation and where its log is, for an error message. */
  lastWords(): string[] {
    return this.#current === undefined ? [] : detail(this.#words(this.#current));
  }

  async #watch(incarnation: Incarnation): Promise<TargetError | undefined> {
    const { process } = incarnation;
    await process.exited;
    // A kill that comes now, before all its output is read, does not make its crash unseen.
    const { isDoomed } = incarnation;
    if (this.#current === incarnation) this.#state = 'down';
    const end = await process.drained;
    if (isDoomed) return undefined;
    const error = new TargetError(crashReport(end, this.#words(incarnation)));
    this.#options.crashed(this.name, error);
    // Children that it left behind are not a node any more.
    await process.kill().catch(() => undefined);
    return error;
  }

  #words({ process, shown }: Incarnation): LastWords {
    return {
      node: this.name,
      program: shown,
      stdout: process.lastStdout.list(),
      stderr: process.lastStderr.list(),
      logPath: this.#options.stderrLog.path,
    };
  }
}
