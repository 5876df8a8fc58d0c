/** The four-letter words of ZooKeeper: a question over a connection of its own. */
import { connect } from 'node:net';

const port = 2181;

/** The whole answer. @throws the error of the system if there is no connection */
export async function askWord(address: string, word: string, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted();
  const socket = connect({ host: address, port, signal });
  socket.write(word);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
