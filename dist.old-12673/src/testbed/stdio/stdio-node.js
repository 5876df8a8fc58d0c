/**
 * One node on the simulated network: its process (a new one after each kill), its inbox, and
 * whether it runs. Changes of one node happen one after the other.
 */
import { TargetError } from '../../base/errors.js';
import { crashReport, detail } from '../process/crash-report.js';
import { NodeProcess } from '../process/node-process.js';
import { parseEnvelope } from './envelope.js';
import { Inbox } from './inbox.js';
export class StdioNode {
  kind = 'node';
  isCounted = true;
  name;
  quoted;
  index;
  #options;
  #current;
  #state = 'down';
  #isHeld = false;
  #fate = Promise.resolve(undefined);
  #lastChange = Promise.resolve();
  constructor(options) {
    this.name = options.name;
    this.quoted = JSON.stringify(options.name);
    this.index = options.index;
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
  deliver(message) {
    return this.#state !== 'down' && this.#current?.inbox.push(message) === true;
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
  launch(pipes) {
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
  async kill() {
    const incarnation = this.#current;
    if (incarnation === undefined) return;
    incarnation.isDoomed = true;
    this.#state = 'down';
    incarnation.inbox.discard('down');
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
    return detail(this.#words(this.#current?.process));
  }
  #readLine(line) {
    const envelope = parseEnvelope(line);
    if (typeof envelope === 'string') this.#badLine(envelope, line);
    else this.#options.events.sent(this, envelope);
  }
  #badLine(reason, line) {
    // Only what is no message goes to the log: messages are in the network's own log.
    this.#options.stdoutLog.write(`${line}\n`);
    this.#options.events.badLine(this.name, reason, line);
  }
  async #watch(incarnation) {
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
  #words(process) {
    return {
      node: this.name,
      program: this.#options.program,
      stdout: process?.lastStdout.list() ?? [],
      stderr: process?.lastStderr.list() ?? [],
      logPath: this.#options.stderrLog.path,
    };
  }
}
