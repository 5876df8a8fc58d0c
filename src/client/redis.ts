/**
 * A client of Redis and of what speaks its protocol (RESP2): one connection, requests in a
 * row, answers in the same order.
 *
 * What an error means:
 *
 * | answer | definite | because |
 * |---|---|---|
 * | no connection | yes | nothing was sent |
 * | READONLY, LOADING, MASTERDOWN, NOREPLICAS, MISCONF, CLUSTERDOWN, MOVED, OOM, NOAUTH, WRONGTYPE, EXECABORT | yes | refused before it is executed |
 * | any other error, a lost connection, no answer in time | no | nothing is known |
 */
import type { Socket } from 'node:net';
import { isArray, type Json } from '../base/json.ts';
import { openSocket, watchSocket } from './tcp.ts';
import { untilAborted } from './until-aborted.ts';

/** An error that the server answered with. */
export class RedisError extends Error {
  override readonly name = 'RedisError';
  /** `READONLY`, `ERR`, … */
  readonly code: string;
  /** True if the command was certainly not executed. */
  readonly definite: boolean;

  constructor(text: string) {
    super(text);
    this.code = text.split(' ')[0] ?? '';
    this.definite = refusals.has(this.code);
  }
}

const refusals: ReadonlySet<string> = new Set([
  ...['READONLY', 'LOADING', 'MASTERDOWN', 'NOREPLICAS', 'MISCONF', 'CLUSTERDOWN', 'MOVED'],
  ...['OOM', 'NOAUTH', 'WRONGTYPE', 'EXECABORT'],
]);

/** A text, a number, null, or a list of such. */
export type RedisReply = Json | RedisError;

interface Waiting {
  readonly resolve: (reply: RedisReply) => void;
  readonly reject: (error: Error) => void;
}

export class RedisConnection {
  readonly #socket: Socket;
  readonly #waiting: Waiting[] = [];
  #received: Buffer = Buffer.alloc(0);
  #failure: Error | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
      this.#parse();
    });
    watchSocket(socket, 'the server', (error) => {
      this.#fail(error);
    });
  }

  /** @throws the system's error if there is no connection; then nothing was sent */
  static async open(address: string, port: number, signal: AbortSignal): Promise<RedisConnection> {
    return new RedisConnection(await openSocket(address, port, signal));
  }

  /** True once it can carry no more commands. */
  get isBroken(): boolean {
    return this.#failure !== undefined;
  }

  /** @throws RedisError if the server says so; any other error if there was no answer */
  async command(words: readonly (string | number)[], signal: AbortSignal): Promise<Json> {
    signal.throwIfAborted();
    if (this.#failure !== undefined) throw this.#failure;
    const answer = new Promise<RedisReply>((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#socket.write(encode(words));
    });
    const reply = await untilAborted(answer, signal, (late) => {
      // Its answer may come yet, and must not be taken for that of another.
      this.#fail(late);
      this.#socket.destroy();
    });
    if (reply instanceof RedisError) throw reply;
    return reply;
  }

  close(): void {
    this.#fail(new Error('the connection was closed'));
    this.#socket.destroy();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
  }

  #parse(): void {
    let at = 0;
    for (;;) {
      const parsed = parseReply(this.#received, at);
      if (parsed === undefined) break;
      at = parsed.end;
      this.#waiting.shift()?.resolve(parsed.reply);
    }
    this.#received = this.#received.subarray(at);
  }
}

function encode(words: readonly (string | number)[]): string {
  const parts = words.map((word) => {
    const text = String(word);
    return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
  });
  return `*${words.length}\r\n${parts.join('')}`;
}

/** One reply from `at`, and where it ends; undefined while it is not whole. */
export function parseReply(
  bytes: Buffer,
  at: number,
): { readonly reply: RedisReply; readonly end: number } | undefined {
  const lineEnd = bytes.indexOf('\r\n', at);
  if (lineEnd === -1) return undefined;
  const line = bytes.toString('utf8', at + 1, lineEnd);
  const next = lineEnd + 2;
  switch (String.fromCharCode(bytes[at] ?? 0)) {
    case '+':
      return { reply: line, end: next };
    case '-':
      return { reply: new RedisError(line), end: next };
    case ':':
      return { reply: Number(line), end: next };
    case '$': {
      const length = Number(line);
      if (length < 0) return { reply: null, end: next };
      const end = next + length + 2;
      if (bytes.length < end) return undefined;
      return { reply: bytes.toString('utf8', next, next + length), end };
    }
    case '*':
      return parseList(bytes, next, Number(line));
    default:
      return { reply: new RedisError(`PROTOCOL not a reply: ${line.slice(0, 80)}`), end: next };
  }
}

function parseList(bytes: Buffer, start: number, count: number): ReturnType<typeof parseReply> {
  if (count < 0) return { reply: null, end: start };
  const items: Json[] = [];
  let at = start;
  while (items.length < count) {
    const item = parseReply(bytes, at);
    if (item === undefined) return undefined;
    items.push(item.reply instanceof RedisError ? item.reply.message : item.reply);
    at = item.end;
  }
  return { reply: items, end: at };
}

/** A list of names and values in turn, as Redis has its tables. */
export function tableOf(reply: Json): ReadonlyMap<Json, Json> {
  const items = isArray(reply) ? reply : [];
  const table = new Map<Json, Json>();
  for (let i = 0; i + 1 < items.length; i += 2) table.set(items[i] ?? null, items[i + 1] ?? null);
  return table;
}
