/**
 * Redis Cluster as one connection: a command goes to the node of its client and is passed on to
 * where that one says the key is (MOVED). What was not executed there was not executed at all, so
 * a redirection never repeats anything.
 */
import type { Json } from '../base/json.ts';
import { RedisConnection, RedisError } from './redis.ts';
import type { RedisCommands } from './redis-objects.ts';

const redirectionsMax = 5;

export class RedisClusterConnection implements RedisCommands {
  readonly #home: string;
  readonly #port: number;
  readonly #connections = new Map<string, RedisConnection>();
  /** Where each key was found last. */
  readonly #places = new Map<string, string>();
  /** The node of the last command: a WAIT is about that. */
  #last: string;
  #isClosed = false;

  constructor(address: string, port: number) {
    this.#home = address;
    this.#last = address;
    this.#port = port;
  }

  get isBroken(): boolean {
    return this.#isClosed;
  }

  async command(words: readonly (string | number)[], signal: AbortSignal): Promise<Json> {
    const key = keyOf(words);
    let address = key === undefined ? this.#last : (this.#places.get(key) ?? this.#home);
    for (let redirections = 0; ; redirections += 1) {
      const connection = await this.#connected(address, signal);
      try {
        const reply = await connection.command(words, signal);
        this.#last = address;
        if (key !== undefined) this.#places.set(key, address);
        return reply;
      } catch (thrown) {
        const moved = thrown instanceof RedisError ? movedTo(thrown.message) : undefined;
        if (moved === undefined || redirections >= redirectionsMax) throw thrown;
        address = moved;
      }
    }
  }

  close(): void {
    this.#isClosed = true;
    for (const connection of this.#connections.values()) connection.close();
    this.#connections.clear();
  }

  async #connected(address: string, signal: AbortSignal): Promise<RedisConnection> {
    const present = this.#connections.get(address);
    if (present?.isBroken === false) return present;
    const connection = await RedisConnection.open(address, this.#port, signal);
    this.#connections.set(address, connection);
    return connection;
  }
}

/** The first key of a command; undefined if it has none. */
function keyOf(words: readonly (string | number)[]): string | undefined {
  if (words[0] === 'WAIT') return undefined;
  return String(words[0] === 'EVAL' ? words[3] : words[1]);
}

/** The address in `MOVED 3999 10.0.0.2:6379`; undefined in any other error. */
export function movedTo(message: string): string | undefined {
  return /^MOVED \d+ ([^ ]+):\d+$/.exec(message)?.[1];
}
