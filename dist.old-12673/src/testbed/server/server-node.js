/**
 * One server: its process (a new one after each kill), and whether it runs. Changes of one
 * node happen one after the other.
 */
import { TargetError } from '../../base/errors.js';
import { crashReport, detail } from '../process/crash-report.js';
import { NodeProcess } from '../process/node-process.js';

/** A longer line of stdout is cut in what is shown; the file has it whole. */
const lineCharactersMax = 64 * 1024;
export class ServerNode {
  name;
  #options;
  #current;
  #state = 'down';
  #isHeld = false;
  #fate = Promise.resolve(undefined);
  #lastChange = Promise.resolve();
  constructor(options) {
    this.name = options.name;
    this.#options = options;
  }
  get state() {
    return this.#state;
  }
  /** The number of its first process, which is that of its process group; undefined if down. */
  get group() {
    return this.#state === 'down' ? undefined : this.#current?.process.group;
  }
  /** True from before the first SIGSTOP of a pause until before the SIGCONT that ends it. */
  get isHeld() {
    return this.#isHeld;
  }
  /**
   * Settles when the present incarnation has ended: to the error that says so if it ended by
   * itself, to undefined if dsx ended it.
   */
  get fate() {
    return this.#fate;
  }
  /** Runs `change` when the changes before it are done. */
  async inTurn(signal, change) {
    const turn = this.#lastChange.then(async () => {
      signal.throwIfAborted();
      return change();
    });
    this.#lastChange = turn.catch(() => undefined);
    return turn;
  }
  /** Spawns a new incarnation in this very tick. */
  launch({ shown, run }, pipes) {
    const { name, stdoutLog, stderrLine } = this.#options;
    const log = (line) => {
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
  async kill() {
    const incarnation = this.#current;
    if (incarnation === undefined) return;
    incarnation.isDoomed = true;
    this.#state = 'down';
    await incarnation.process.kill();
  }
  async pause() {
    if (this.#state === 'paused') return;
    this.#isHeld = true;
    const count = this.#state === 'down' ? 0 : ((await this.#current?.process.pause()) ?? 0);
    if (count === 0) throw new TargetError(`cannot pause node ${this.name}: it is down`);
    this.#state = 'paused';
  }
  async resume() {
    if (this.#state !== 'paused') return;
    this.#isHeld = false;
    await this.#current?.process.resume();
    if (this.group !== undefined) this.#state = 'running';
  }
  /** The last lines of the present incarnation and where its log is, for an error message. */
  lastWords() {
    return this.#current === undefined ? [] : detail(this.#words(this.#current));
  }
  async #watch(incarnation) {
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
  #words({ process, shown }) {
    return {
      node: this.name,
      program: shown,
      stdout: process.lastStdout.list(),
      stderr: process.lastStderr.list(),
      logPath: this.#options.stderrLog.path,
    };
  }
}
