/**
 * One incarnation of a node: a process in a group of its own, on real pipes, known to the
 * guardian from the moment it exists. It notices by itself how the process ended; pausing and
 * killing are for whoever owns it.
 */

import type { Socket } from 'node:net';
import { resolve as resolvePath } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { execa } from 'execa';
import type { NodeProgram } from '../../contract/target.ts';
import type { NodeId } from '../../fault/fault.ts';
import type { Guardian } from './guardian.ts';
import { LastLines } from './last-lines.ts';
import { LineSplitter } from './line-splitter.ts';
import type { LogFile } from './log-file.ts';
import type { NodePipes } from './pipes.ts';
import { killGroup, pauseGroup, resumeGroup } from './process-group.ts';
import { explainSpawnFailure } from './spawn-failure.ts';

export type ProcessEnd =
  | { readonly end: 'exited'; readonly code: number }
  | { readonly end: 'killed'; readonly signal: string }
  | { readonly end: 'not-started'; readonly reason: string };

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
  /** It has this process now; called in the tick of the spawn. */
  readonly joined?: (node: NodeId, pid: number) => void;
  /** A line of stdout that is over the limit (its beginning). */
  readonly longLine: (start: string) => void;
}

/** Once the process is gone, its output is read for this long at most: a child may hold the pipe. */
const drainLimitMs = 250;

export class NodeProcess {
  readonly stdin: Socket;
  /** Settles the moment the process is gone. Never rejects. */
  readonly exited: Promise<ProcessEnd>;
  /** As `exited`, but all its output was read as well. */
  readonly drained: Promise<ProcessEnd>;
  readonly lastStdout = new LastLines();
  readonly lastStderr = new LastLines();
  /** Its number as a process and as a group; undefined if it could not be started. */
  readonly group: number | undefined;
  readonly #options: NodeProcessOptions;
  readonly #stdoutSplitter: LineSplitter;
  #isGone = false;

  /** Spawns at once, in this very tick. */
  constructor(options: NodeProcessOptions, pipes: NodePipes) {
    this.#options = options;
    const { node, program, dataFolder, mark } = options;
    const command = commandPath(program.command);
    const child = execa(command, program.args, {
      cwd: dataFolder,
      env: { ...program.env, DSX_NODE: node, DSX_DATA_DIR: dataFolder, DSX_RUN: mark },
      // A group of its own: one signal reaches all that it starts, and Ctrl-C does not.
      detached: true,
      cleanup: false,
      reject: false,
      buffer: false,
      stdin: descriptor(pipes.childFds[0]),
      stdout: descriptor(pipes.childFds[1]),
      stderr: descriptor(pipes.childFds[2]),
    });
    this.group = child.pid;
    if (child.pid !== undefined) {
      options.guardian.add(child.pid);
      options.joined?.(node, child.pid);
    }
    pipes.closeChildEnds();
    this.stdin = pipes.stdin;
    // EPIPE, when the node is gone or has closed its input. That it is gone is noticed elsewhere.
    this.stdin.on('error', () => this.stdin.destroy());
    this.#stdoutSplitter = this.#readLines(pipes);
    this.exited = child.then((result) => {
      this.#isGone = true;
      if (child.pid === undefined) return notStarted(result, command);
      if (result.signal !== undefined) return { end: 'killed', signal: result.signal };
      return { end: 'exited', code: result.exitCode ?? 0 };
    });
    this.drained = this.#drain(pipes);
  }

  /** SIGKILL to the whole tree; resolves when it is gone and what it wrote was read. */
  async kill(): Promise<void> {
    // Even if the process itself is gone: children of it may be there.
    if (this.group !== undefined) {
      await killGroup(this.group, this.#options.node);
      this.#options.guardian.remove(this.group);
    }
    await this.drained;
  }

  /** Resolves to the number of processes when every one (of that name) was seen to be stopped. */
  async pause(program?: string): Promise<number> {
    return this.group === undefined || this.#isGone
      ? 0
      : pauseGroup(this.group, this.#options.node, program);
  }

  async resume(): Promise<void> {
    if (this.group !== undefined && !this.#isGone) {
      await resumeGroup(this.group, this.#options.node);
    }
  }

  /** A line of stdout that was begun and not ended when the process ended, or ''. */
  takeUnfinishedLine(): string {
    return this.#stdoutSplitter.takeRest();
  }

  #readLines({ stdout, stderr }: NodePipes): LineSplitter {
    const { stdoutLine, stderrLine, longLine, stderrLog, lineCharactersMax } = this.#options;
    const lines = {
      line: (text: string) => {
        this.lastStdout.push(text);
        stdoutLine(text);
      },
      tooLong: longLine,
    };
    const splitter = new LineSplitter(lines, lineCharactersMax);
    stdout.setEncoding('utf8');
    stdout.on('data', (text: string) => {
      splitter.push(text);
    });
    const logLine = (line: string): void => {
      this.lastStderr.push(line);
      stderrLine(line);
    };
    const logSplitter = new LineSplitter({ line: logLine, tooLong: logLine }, logLineCharactersMax);
    const decoder = new StringDecoder('utf8');
    stderr.on('data', (chunk: Buffer) => {
      stderrLog.writeFrom(stderr, chunk);
      logSplitter.push(decoder.write(chunk));
    });
    stderr.once('close', () => {
      const rest = logSplitter.takeRest();
      if (rest !== '') logLine(rest);
    });
    for (const stream of [stdout, stderr]) stream.on('error', () => stream.destroy());
    return splitter;
  }

  async #drain({ stdout, stderr, stdin }: NodePipes): Promise<ProcessEnd> {
    const closed = Promise.all([closeOf(stdout), closeOf(stderr)]);
    const end = await this.exited;
    stdin.destroy();
    const timer = setTimeout(() => {
      stdout.destroy();
      stderr.destroy();
    }, drainLimitMs);
    await closed;
    clearTimeout(timer);
    return end;
  }
}

/** A log line longer than this is cut in what is shown; the file has it whole. */
const logLineCharactersMax = 64 * 1024;

async function closeOf(socket: Socket): Promise<void> {
  await new Promise((resolve) => {
    socket.once('close', resolve);
  });
}

/** execa takes any descriptor; its types know the first ten only. */
function descriptor(fd: number): 3 {
  return fd as 3;
}

/** A path is meant from where dsx was started, not from the node's working folder. */
function commandPath(command: string): string {
  return command.includes('/') ? resolvePath(command) : command;
}

function notStarted(
  result: { readonly code?: string | undefined; readonly originalMessage?: string | undefined },
  command: string,
): ProcessEnd {
  const reason =
    result.code === undefined
      ? (result.originalMessage ?? 'for an unknown reason')
      : explainSpawnFailure(result.code, command);
  return { end: 'not-started', reason };
}
