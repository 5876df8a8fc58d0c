/**
 * UDP sockets in the namespaces of the nodes, held by dsx: with them it sees for itself what
 * a link does to packets. A socket stays in the namespace in which it was made, so a
 * short-lived process in there makes it and hands it over.
 */
import { spawn } from 'node:child_process';
import { createSocket, Socket } from 'node:dgram';
import { TargetError } from '../../base/errors.ts';
import { addressOf, clientAddress, corruptedBytes } from './ruleset.ts';

/** What became of one probe. */
export interface Probe {
  readonly from: number;
  readonly to: number;
  readonly sentMs: number;
  /** When each copy arrived. */
  readonly arrivedMs: number[];
  corruptedCount: number;
}

const port = 4913;
const payloadBytes = 40;
const askAgainMs = 100;
/** Number of a probe within its payload; a byte that may be corrupted would not do. */
const numberAt = 1;

const maker = `
const s = require('node:dgram').createSocket('udp4');
s.bind(${port}, process.argv[1], () => process.send('socket', s));
`;

export class ProbeSockets {
  readonly #sockets: readonly Socket[];
  readonly #outside: Socket;
  readonly #open = new Map<number, Probe>();
  readonly #controls = new Map<number, () => void>();
  #nextNumber = 1;

  private constructor(sockets: readonly Socket[], outside: Socket) {
    this.#sockets = sockets;
    this.#outside = outside;
    for (const socket of [...sockets, outside]) {
      // A link that is down for a moment is no reason for dsx to end.
      socket.on('error', () => undefined);
      socket.unref();
    }
    for (const [to, socket] of sockets.entries())
      socket.on('message', (payload) => {
        this.#arrive(payload, to);
      });
  }

  /** @param holders a process in the namespace of each node. @throws TargetError */
  static async open(holders: readonly number[]): Promise<ProbeSockets> {
    const sockets = await Promise.all(holders.map(socketIn));
    const outside = createSocket('udp4');
    await new Promise<void>((resolve) => {
      outside.bind(port, clientAddress, resolve);
    });
    return new ProbeSockets(sockets, outside);
  }

  send(from: number, to: number): Probe {
    const probe = { from, to, sentMs: performance.now(), arrivedMs: [], corruptedCount: 0 };
    const number = this.#number();
    this.#open.set(number, probe);
    this.#sockets[from]?.send(payload(number), port, addressOf(to), () => undefined);
    return probe;
  }

  /**
   * Resolves when a packet that was sent after all probes has arrived at each of `receivers`:
   * then also what was sent to them before has, unless a fault holds it back.
   * @throws TargetError if none arrives: then the probes say nothing.
   */
  async settle(receivers: readonly number[], limitMs = 5_000): Promise<void> {
    await Promise.all(receivers.map((to) => this.#control(to, limitMs)));
  }

  /** Forgets all probes: what arrives late counts for nothing. */
  clear(): void {
    this.#open.clear();
  }

  close(): void {
    for (const socket of [...this.#sockets, this.#outside]) socket.close();
  }

  /**
   * Asks again now and then, for a packet may be lost; an answer to any of them will do. A busy
   * machine may take longer over each than one waits before the next.
   */
  async #control(to: number, limitMs: number): Promise<void> {
    const numbers: number[] = [];
    try {
      await new Promise<void>((resolve, reject) => {
        const ask = (): void => {
          const number = this.#number();
          numbers.push(number);
          this.#controls.set(number, () => {
            clearInterval(again);
            clearTimeout(end);
            resolve();
          });
          this.#outside.send(payload(number), port, addressOf(to), () => undefined);
        };
        const again = setInterval(ask, askAgainMs);
        const end = setTimeout(() => {
          clearInterval(again);
          reject(
            new TargetError(
              `no probe of dsx reaches the address ${addressOf(to)}: the network of the sandbox is broken`,
            ),
          );
        }, limitMs);
        ask();
      });
    } finally {
      for (const number of numbers) this.#controls.delete(number);
    }
  }

  #number(): number {
    const number = this.#nextNumber;
    this.#nextNumber = (number % 0xffff_fff0) + 1;
    return number;
  }

  #arrive(bytes: Buffer, to: number): void {
    if (bytes.length !== payloadBytes) return;
    const number = bytes.readUInt32LE(numberAt);
    this.#controls.get(number)?.();
    const probe = this.#open.get(number);
    if (probe?.to !== to) return;
    probe.arrivedMs.push(performance.now());
    if (corruptedBytes.some((at) => bytes[at] !== 0)) probe.corruptedCount += 1;
  }
}

function payload(number: number): Buffer {
  const bytes = Buffer.alloc(payloadBytes);
  bytes.writeUInt32LE(number, numberAt);
  return bytes;
}

async function socketIn(holder: number, index: number): Promise<Socket> {
  const child = spawn(
    'nsenter',
    ['-t', String(holder), '-n', '--', process.execPath, '-e', maker, addressOf(index)],
    { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  );
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      reject(new TargetError(`no probe socket in the network of node ${index + 1}: ${why}`));
    };
    child.on('error', (cause) => {
      fail(cause.message);
    });
    child.on('exit', (code) => {
      fail(`its maker ended with status ${code}`);
    });
    child.on('message', (_message, handle) => {
      // Its own copy of the socket would keep it alive for ever.
      child.kill('SIGKILL');
      if (handle instanceof Socket) resolve(handle);
      else fail('its maker sent none');
    });
  });
}
