/**
 * Pipes for a node's standard streams.
 *
 * What Node makes for `stdio: 'pipe'` are sockets, and a socket cannot be opened by name: in
 * a shell script `echo … > /dev/stderr` would fail with "No such device or address", and so
 * would `cat /dev/stdin`. Under other harnesses these programs work, so they get real pipes:
 * FIFOs, made in a temporary folder and unlinked as soon as both ends are open.
 */
import { closeSync, constants, openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import { messageOf, TargetError } from '../../base/errors.ts';
import { hostPid } from '../netns/sandbox.ts';
import { temporaryPrefix } from './janitor.ts';

/** The standard streams of one process: descriptors for it, sockets over the other ends for dsx. */
export interface NodePipes {
  readonly childFds: readonly [stdin: number, stdout: number, stderr: number];
  readonly stdin: Socket;
  readonly stdout: Socket;
  readonly stderr: Socket;
  /** Call after the spawn: dsx must not hold the child's ends, or it never sees their end. */
  closeChildEnds(): void;
  /** For pipes that no process will get. */
  dispose(): void;
}

interface Ends {
  readonly readFd: number;
  readonly writeFd: number;
}

/** Pipes for `count` processes. @throws TargetError if the system has no FIFOs. */
export async function openNodePipes(count: number): Promise<NodePipes[]> {
  const folder = await mkdtemp(temporaryPrefix('pipes', hostPid()));
  try {
    const paths = Array.from({ length: count * 3 }, (_, i) => join(folder, String(i)));
    await execa('mkfifo', ['-m', '600', ...paths]);
    const ends = paths.map(openBoth);
    return Array.from({ length: count }, (_, i) => nodePipes(ends.slice(i * 3, i * 3 + 3)));
  } catch (thrown) {
    throw new TargetError(
      `cannot make pipes for the nodes in ${folder}: ${messageOf(thrown)}\n` +
        '  dsx needs the POSIX command "mkfifo" and a temporary folder (TMPDIR) that allows it',
      { cause: thrown },
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function openBoth(path: string): Ends {
  // Opening one end blocks until the other is open; opening for both never does.
  const both = openSync(path, constants.O_RDWR);
  const readFd = openSync(path, constants.O_RDONLY);
  const writeFd = openSync(path, constants.O_WRONLY);
  closeSync(both);
  return { readFd, writeFd };
}

function nodePipes([stdin, stdout, stderr]: readonly Ends[]): NodePipes {
  if (stdin === undefined || stdout === undefined || stderr === undefined) {
    throw new TargetError('a process needs three pipes');
  }
  const childFds = [stdin.readFd, stdout.writeFd, stderr.writeFd] as const;
  const sockets = {
    stdin: new Socket({ fd: stdin.writeFd, readable: false, writable: true }),
    stdout: new Socket({ fd: stdout.readFd, readable: true, writable: false }),
    stderr: new Socket({ fd: stderr.readFd, readable: true, writable: false }),
  };
  const closeChildEnds = (): void => {
    for (const fd of childFds) closeSync(fd);
  };
  const dispose = (): void => {
    closeChildEnds();
    for (const socket of Object.values(sockets)) socket.destroy();
  };
  return { childFds, ...sockets, closeChildEnds, dispose };
}
