/** Connections over TCP that are given up in time. */
import { connect, type Socket } from 'node:net';

/** Resolves when the port accepts a connection, which is closed at once; rejects if it does not. */
export async function acceptsConnections(
  address: string,
  port: number,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const socket = connect({ host: address, port, signal });
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });
}

/** @throws the system's error if there is no connection; then nothing was sent */
export async function openSocket(
  address: string,
  port: number,
  signal: AbortSignal,
): Promise<Socket> {
  signal.throwIfAborted();
  const socket = connect({ host: address, port });
  await new Promise<void>((resolve, reject) => {
    const abort = (): void => {
      socket.destroy();
      // As the system says it, so that it is known that nothing was sent.
      const late = new Error(`no connection to ${address}:${port} in time`);
      reject(Object.assign(late, { code: 'ETIMEDOUT', syscall: 'connect' }));
    };
    signal.addEventListener('abort', abort, { once: true });
    socket.once('error', reject);
    socket.once('connect', () => {
      signal.removeEventListener('abort', abort);
      socket.off('error', reject);
      resolve();
    });
  });
  return socket;
}

/** Sends without delay, and tells `ended` why the connection is over: its error, or its close. */
export function watchSocket(socket: Socket, peer: string, ended: (error: Error) => void): void {
  socket.setNoDelay(true);
  socket.on('error', ended);
  socket.on('close', () => {
    ended(new Error(`${peer} closed the connection`));
  });
}
