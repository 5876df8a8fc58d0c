/**
 * One node on the simulated network: its process (a new one after each kill), its inbox, and
 * whether it runs. Changes of one node happen one after the other.
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
import type { Endpoint, Message } from './endpoint.ts';
import { type Envelope, parseEnvelope } from './envelope.ts';
import { Inbox, type InboxEvents } from './inbox.ts';

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
  /** Hears of its process in the tick of the spawn. */
  readonly joined: (node: NodeId, pid: number) => void;
  readonly events: InboxEvents & {
    sent(node: StdioNode, envelope: Envelope): void;
    /** A line that is no message. `reason` is the same for lines with the same fault. */
    badLine(node: NodeId, reason: string, line: string): void;
    /** The node ended and nobody in dsx had ended it. */
    crashed(node: NodeId, error: TargetError): void;
    stderrLine(node: NodeId, line: string): void;
  };
}

interface Incarnation {
  readonly process: NodeProcess;
  readonly inbox: Inbox;
  /** True once dsx has decided to end it. */
  isDoomed: boolean;
}

export class StdioNode implements Endpoint {
  readonly kind = 'node';
  readonly isCounted = true;
  readonly name: NodeId;
  readonly quoted: string;
  readonly index: number;
  readonly #options: StdioNodeOptions;
  #current: Incarnation | undefined;
  #state: NodeState = 'down';
  #isHeld = false;
  #fate: Promise<TargetError | undefined> = Promise.resolve(undefined);
  #lastChange: Promise<unknown> = Promise.resolve();

  constructor(options: StdioNodeOptions) {
    this.name = options.name;
    this.quoted = JSON.stringify(options.name);
    this.index = options.index;
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

  deliver(message: Message): boolean {
    return this.#state !== 'down' && this.#current?.inbox.push(message) === true;
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
  launch(pipes: NodePipes): void {
    const { name, events } = this.#options;
    const process = new NodeProcess(
      {
        ...this.#options,
        node: name,
        stdoutLine: (line) => {
          this.#readLine(line);
        },
        stderrLine: (line) => {
          events.stderrLine(name, line);
        },
        longLine: (start) => {
          const limit = this.#options.lineCharactersMax.toLocaleString('en-US');
          this.#badLine(`longer than ${limit} characters`, `${start}…`);
        },
      },
      pipes,
    );
    const inbox = new Inbox(process.stdin, events, this.#options.inboxCharactersMax);
    const incarnation = { process, inbox, isDoomed: false };
    this.#current = incarnation;
    this.#state = 'running';
    this.#isHeld = false;
    this.#fate = this.#watch(incarnation);
  }

  /** SIGKILL; resolves when the whole process tree is gone. What waits for the node is lost. */
  async kill(): Promise<void> {
    const incarnation = this.#current;
    if (incarnation === undefined) return;
    incarnation.isDoomed = true;
    this.#state = 'down';
    incarnation.inbox.discard('down');
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
    return detail(this.#words(this.#current?.process));
  }

  #readLine(line: string): void {
    const envelope = parseEnvelope(line);
    if (typeof envelope === 'string') this.#badLine(envelope, line);
    else this.#options.events.sent(this, envelope);
  }

  #badLine(reason: string, line: string): void {
    // Only what is no message goes to the log: messages are in the network's own log.
    this.#options.stdoutLog.write(`${line}\n`);
    this.#options.events.badLine(this.name, reason, line);
  }

  async #watch(incarnation: Incarnation): Promise<TargetError | undefined> {
    const { process, inbox } = incarnation;
    await process.exited;
    // Not a moment later: what is sent to it from now on is lost. And a kill that comes now,
    // before all its output is read, does not make its crash unseen.
    const { isDoomed } = incarnation;
    if (this.#current === incarnation) this.#state = 'down';
    inbox.discard('down');
    const end = await process.drained;
    const unfinished = process.takeUnfinishedLine();
    if (isDoomed) return undefined;
    if (unfinished !== '') {
      process.lastStdout.push(unfinished);
      this.#badLine('a line without an end, the last one before the node ended', unfinished);
    }
    const error = new TargetError(crashReport(end, this.#words(process)));
    this.#options.events.crashed(this.name, error);
    // Children that it left behind are not a node any more.
    await process.kill().catch(() => undefined);
    return error;
  }

  #words(process: NodeProcess | undefined): LastWords {
    return {
      node: this.name,
      program: this.#options.program,
      stdout: process?.lastStdout.list() ?? [],
      stderr: process?.lastStderr.list() ?? [],
      logPath: this.#options.stderrLog.path,
    };
  }
}
