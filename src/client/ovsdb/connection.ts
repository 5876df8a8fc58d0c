/**
 * One connection to ovsdb-server: JSON-RPC 1.0 over TCP, values one after the other without
 * anything between (RFC 7047).
 */
import type { Socket } from 'node:net';
import { isArray, isObject, type Json, type JsonObject } from '../../base/json.ts';
import { openSocket, watchSocket } from '../tcp.ts';
import { untilAborted } from '../until-aborted.ts';

export const ovsdbPort = 6641;

interface Waiting {
  readonly resolve: (reply: JsonObject) => void;
  readonly reject: (error: Error) => void;
}

export class OvsdbConnection {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  #received = '';
  #lastId = 0;
  #failure: Error | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      const { values, rest } = jsonValuesIn(this.#received + chunk);
      this.#received = rest;
      for (const value of values) this.#receive(value);
    });
    watchSocket(socket, 'the server', (error) => {
      this.#fail(error);
    });
  }

  /** @throws the system's error if there is no connection; then nothing was sent */
  static async open(address: string, signal: AbortSignal): Promise<OvsdbConnection> {
    return new OvsdbConnection(await openSocket(address, ovsdbPort, signal));
  }

  /** True once it can carry no more requests. */
  get isBroken(): boolean {
    return this.#failure !== undefined;
  }

  /** The whole answer, with `result` and `error`. @throws if there was none */
  async ask(method: string, params: readonly Json[], signal: AbortSignal): Promise<JsonObject> {
    signal.throwIfAborted();
    if (this.#failure !== undefined) throw this.#failure;
    this.#lastId += 1;
    const id = this.#lastId;
    const answer = new Promise<JsonObject>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#socket.write(JSON.stringify({ method, params, id }));
    });
    return untilAborted(answer, signal, (late) => {
      this.#fail(late);
      this.#socket.destroy();
    });
  }

  close(): void {
    this.#fail(new Error('the connection was closed'));
    this.#socket.destroy();
  }

  #receive(value: Json): void {
    if (!isObject(value)) return;
    const { id = null, method } = value;
    // The server asks from time to time whether anybody is there.
    if (method === 'echo') {
      const result = isArray(value['params']) ? value['params'] : [];
      this.#socket.write(JSON.stringify({ result, error: null, id }));
      return;
    }
    const waiting = this.#waiting.get(Number(id));
    this.#waiting.delete(Number(id));
    waiting?.resolve(value);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    const left = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of left) reject(this.#failure);
  }
}

/** The objects that are whole in `text`, and what is left of it. */
export function jsonValuesIn(text: string): {
  readonly values: readonly Json[];
  readonly rest: string;
} {
  const values: Json[] = [];
  let [start, depth, isText, isEscaped] = [0, 0, false, false];
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (isText) {
      if (isEscaped) isEscaped = false;
      else if (character === '\\') isEscaped = true;
      else if (character === '"') isText = false;
    } else if (character === '"') isText = true;
    else if (character === '{') depth += 1;
    else if (character === '}') {
      depth -= 1;
      if (depth > 0) continue;
      values.push(JSON.parse(text.slice(start, at + 1)) as Json);
      start = at + 1;
    }
  }
  return { values, rest: text.slice(start) };
}
