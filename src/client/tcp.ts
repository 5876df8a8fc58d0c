/** Does a server listen? */
import { connect } from 'node:net';

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
