import { Socket } from 'node:net';
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
/** Pipes for `count` processes. @throws TargetError if the system has no FIFOs. */
export declare function openNodePipes(count: number): Promise<NodePipes[]>;
