/**
 * A session with one server of ZooKeeper: requests in a row, answers in the same order.
 *
 * What an error means:
 *
 * | answer | definite | because |
 * |---|---|---|
 * | no connection, no session | yes | nothing was sent |
 * | -101 no node, -103 bad version, -110 node exists, -111 not empty | yes | the leader refused it |
 * | -6 unimplemented, -8 bad arguments, -102 no permission, -119 read-only server | yes | refused before it is proposed |
 * | any other error, a lost connection, no answer in time | no | nothing is known |
 */
import { connect, type Socket } from 'node:net';
import { watchSocket } from '../tcp.ts';
import { untilAborted } from '../until-aborted.ts';
import { framesIn, JuteReader, JuteWriter } from './jute.ts';

const definiteCodes: ReadonlySet<number> = new Set([-6, -8, -101, -102, -103, -110, -111, -119]);

export const zookeeperCodes = { noNode: -101, badVersion: -103, nodeExists: -110 } as const;

/** An error that the server answered with. */
export class ZookeeperError extends Error {
  override readonly name = 'ZookeeperError';
  readonly code: number;
  /** True if the request certainly changed nothing. */
  readonly definite: boolean;

  constructor(code: number) {
    super(`ZooKeeper answered with error ${code}`);
    this.code = code;
    this.definite = definiteCodes.has(code);
  }
}

const port = 2181;
const operations = {
  create: 1,
  getData: 4,
  setData: 5,
  getChildren: 8,
  ping: 11,
} as const;
const pingXid = -2;
const sessionMs = 10_000;
const pingMs = 2_000;
/** Longs and ints of a stat before the version: czxid, mzxid, ctime, mtime. */
const longsBeforeVersion = 4;

interface Waiting {
  readonly xid: number;
  readonly resolve: (reply: JuteReader) => void;
  readonly reject: (error: Error) => void;
}

export class ZookeeperSession {
  readonly #socket: Socket;
  readonly #waiting: Waiting[] = [];
  readonly #pinger: NodeJS.Timeout;
  #received: Buffer = Buffer.alloc(0);
  #lastXid = 0;
  #failure: Error | undefined;
  /** Settles the handshake; undefined once that is done. */
  #greeted: ((error?: Error) => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#receive(chunk);
    });
    watchSocket(socket, 'the server', (error) => {
      this.#fail(error);
    });
    this.#pinger = setInterval(() => {
      if (this.#failure === undefined && this.#greeted === undefined)
        socket.write(new JuteWriter().int(pingXid).int(operations.ping).frame());
    }, pingMs);
    this.#pinger.unref();
  }

  /** @throws Error if there is no session; then nothing but the question for one was sent */
  static async open(address: string, signal: AbortSignal): Promise<ZookeeperSession> {
    signal.throwIfAborted();
    const session = new ZookeeperSession(connect({ host: address, port }));
    const abort = (): void => {
      session.#break(new Error(`no session with ${address}:${port} in time`));
    };
    signal.addEventListener('abort', abort, { once: true });
    try {
      await new Promise<void>((resolve, reject) => {
        session.#greeted = (error) => {
          session.#greeted = undefined;
          if (error === undefined) resolve();
          else reject(error);
        };
        const greeting = new JuteWriter().int(0).long(0n).int(sessionMs).long(0n);
        session.#socket.write(greeting.bytes(Buffer.alloc(16)).bool(false).frame());
      });
    } finally {
      signal.removeEventListener('abort', abort);
    }
    return session;
  }

  /** True once it can carry no more requests. */
  get isBroken(): boolean {
    return this.#failure !== undefined;
  }

  /** @throws ZookeeperError if the server says so; any other error if there was no answer */
  async getData(
    path: string,
    signal: AbortSignal,
  ): Promise<{ readonly data: Buffer; readonly version: number }> {
    const reply = await this.#ask(operations.getData, signal, (to) => to.text(path).bool(false));
    const data = Buffer.from(reply.bytes());
    return { data, version: versionIn(reply) };
  }

  /** `version` -1: whatever it is. Returns the new one. */
  async setData(path: string, data: Buffer, version: number, signal: AbortSignal): Promise<number> {
    const reply = await this.#ask(operations.setData, signal, (to) =>
      to.text(path).bytes(data).int(version),
    );
    return versionIn(reply);
  }

  /** A node that stays, which everyone may do everything with. */
  async create(path: string, data: Buffer, signal: AbortSignal): Promise<void> {
    const everything = 31;
    await this.#ask(operations.create, signal, (to) =>
      to.text(path).bytes(data).int(1).int(everything).text('world').text('anyone').int(0),
    );
  }

  async getChildren(path: string, signal: AbortSignal): Promise<readonly string[]> {
    const reply = await this.#ask(operations.getChildren, signal, (to) =>
      to.text(path).bool(false),
    );
    return reply.texts();
  }

  close(): void {
    this.#break(new Error('the session was closed'));
  }

  async #ask(
    operation: number,
    signal: AbortSignal,
    payload: (to: JuteWriter) => JuteWriter,
  ): Promise<JuteReader> {
    signal.throwIfAborted();
    if (this.#failure !== undefined) throw this.#failure;
    this.#lastXid += 1;
    const xid = this.#lastXid;
    const answer = new Promise<JuteReader>((resolve, reject) => {
      this.#waiting.push({ xid, resolve, reject });
      this.#socket.write(payload(new JuteWriter().int(xid).int(operation)).frame());
    });
    // Its answer may come yet, and must not be taken for that of another.
    return untilAborted(answer, signal, (late) => {
      this.#break(late);
    });
  }

  #receive(chunk: Buffer): void {
    const { frames, rest } = framesIn(Buffer.concat([this.#received, chunk]));
    this.#received = rest;
    for (const frame of frames) {
      if (this.#greeted === undefined) this.#answer(new JuteReader(frame));
      else this.#greet(new JuteReader(frame));
    }
  }

  /** Protocol version, time-out, session: a time-out of 0 says that there is none. */
  #greet(reply: JuteReader): void {
    reply.int();
    const granted = reply.int() > 0;
    if (granted) this.#greeted?.();
    else this.#break(new Error('the server gave no session'));
  }

  #answer(reply: JuteReader): void {
    const xid = reply.int();
    reply.long();
    const code = reply.int();
    // Pings and watches have numbers below zero.
    if (xid < 0) return;
    const waiting = this.#waiting.shift();
    if (waiting === undefined) return;
    if (waiting.xid !== xid) {
      waiting.reject(new Error(`answer ${xid} came where ${waiting.xid} was due`));
      this.#break(new Error('answers came out of order'));
    } else if (code === 0) waiting.resolve(reply);
    else waiting.reject(new ZookeeperError(code));
  }

  #break(error: Error): void {
    this.#fail(error);
    this.#socket.destroy();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    clearInterval(this.#pinger);
    this.#greeted?.(this.#failure);
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
  }
}

function versionIn(stat: JuteReader): number {
  for (let i = 0; i < longsBeforeVersion; i += 1) stat.long();
  return stat.int();
}
