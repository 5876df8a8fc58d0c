/**
 * A node that keeps logs in `lin-kv`: the message at offset 7 of log `a` is the value of the key
 * `["a", 7]`, which is written once. A send tries to write one place after the other, from the
 * end that the node knows of, until it finds one that is empty. So places have no gaps, and what
 * a node has read it need not read again.
 */
import {
  anyField,
  type Body,
  errorCode,
  integerField,
  type Json,
  listField,
  type NodeContext,
  RpcError,
  textField,
  variantOf,
} from '../../src/node/node.ts';

const store = 'lin-kv';
const storeTimeoutMs = 800;
/** Messages of one log that one poll shows at most. */
const pollMax = 50;
/** Places beyond the known end that a poll looks at. */
const lookAhead = 4;
/** How long `early-ack` keeps messages back, as a log does that is flushed every second. */
const writeDelayMs = 1000;

const variants = [
  'write-once',
  'offset-reuse',
  'early-ack',
  'skips-gaps',
  'forgets-commits',
] as const;
type Variant = (typeof variants)[number];

/** The program of a node. */
export function kafkaLog(context: NodeContext): void {
  const variant = variantOf(context, variants);
  const node = new LogNode(context, variant);
  context.serve('send', ({ body }) => node.send(textField(body, 'key'), anyField(body, 'msg')));
  context.serve('poll', ({ body }) => node.poll(offsetsIn(body)));
  context.serve('commit_offsets', ({ body }) => node.commit(offsetsIn(body)));
  context.serve('list_committed_offsets', ({ body }) =>
    node.committed(listField(body, 'keys').map(String)),
  );
}

class LogNode {
  readonly #context: NodeContext;
  readonly #variant: Variant;
  /** What was read or written so far, by log and offset. */
  readonly #known = new Map<string, Map<number, Json>>();

  /** What `forgets-commits` keeps here alone. */
  readonly #committed = new Map<string, number>();

  constructor(context: NodeContext, variant: Variant) {
    this.#context = context;
    this.#variant = variant;
  }

  async send(log: string, message: Json): Promise<Body> {
    if (this.#variant === 'early-ack' || this.#variant === 'skips-gaps')
      return { type: 'send_ok', offset: await this.#sendNumbered(log, message) };
    for (let offset = this.#known.get(log)?.size ?? 0; ; offset += 1)
      if (await this.#take(log, offset, message)) return { type: 'send_ok', offset };
  }

  async poll(from: Readonly<Record<string, number>>): Promise<Body> {
    const lists = Object.entries(from).map(
      async ([log, offset]) => [log, await this.#messages(log, offset)] as const,
    );
    const messages = (await Promise.all(lists)).filter(([, list]) => list.length > 0);
    return { type: 'poll_ok', msgs: Object.fromEntries(messages) };
  }

  async commit(offsets: Readonly<Record<string, number>>): Promise<Body> {
    if (this.#variant === 'forgets-commits') {
      // The mistake: other nodes do not hear of it, and with this process it is gone.
      for (const [log, offset] of Object.entries(offsets))
        this.#committed.set(log, Math.max(this.#committed.get(log) ?? -1, offset));
      return { type: 'commit_offsets_ok' };
    }
    const commits = Object.entries(offsets).map(([log, offset]) =>
      this.#raise(['committed', log], (before) => Math.max(before ?? -1, offset)),
    );
    await Promise.all(commits);
    return { type: 'commit_offsets_ok' };
  }

  async committed(logs: readonly string[]): Promise<Body> {
    const ask = async (log: string): Promise<Json | undefined> =>
      this.#variant === 'forgets-commits'
        ? this.#committed.get(log)
        : this.#read(['committed', log]);
    const found = await Promise.all(logs.map(async (log) => [log, await ask(log)] as const));
    const offsets = found.flatMap(([log, offset]) => (offset === undefined ? [] : [[log, offset]]));
    return { type: 'list_committed_offsets_ok', offsets: Object.fromEntries(offsets) as Json };
  }

  /** True if the place was empty and is now this message's. */
  async #take(log: string, offset: number, message: Json): Promise<boolean> {
    const key = [log, offset];
    if (this.#variant === 'offset-reuse') {
      const there = await this.#read(key);
      // The mistake: somebody else may have found it empty too.
      if (there === undefined) await this.#ask({ type: 'write', key, value: message });
      this.#learn(log, offset, there ?? message);
      return there === undefined;
    }
    if (await this.#cas(key, undefined, message)) {
      this.#learn(log, offset, message);
      return true;
    }
    const there = await this.#read(key);
    if (there !== undefined) this.#learn(log, offset, there);
    return false;
  }

  async #sendNumbered(log: string, message: Json): Promise<number> {
    const offset = (await this.#raise(['count', log], (before) => (before ?? 0) + 1)) - 1;
    const write = (): Promise<Body> =>
      this.#ask({ type: 'write', key: [log, offset], value: message });
    if (this.#variant === 'skips-gaps') await write();
    else
      this.#context.setTimer(writeDelayMs, () => {
        write().catch(() => undefined);
      });
    return offset;
  }

  /** Messages from an offset on, up to the first place that is empty. */
  async #messages(log: string, from: number): Promise<readonly Json[]> {
    const messages: (readonly [number, Json])[] = [];
    let gapLength = 0;
    for (let offset = from; offset < from + pollMax; offset += 1) {
      const message = this.#known.get(log)?.get(offset) ?? (await this.#read([log, offset]));
      if (message === undefined) {
        gapLength += 1;
        if (this.#variant !== 'skips-gaps' || gapLength > lookAhead) break;
        continue;
      }
      this.#learn(log, offset, message);
      messages.push([offset, message]);
    }
    return messages;
  }

  #learn(log: string, offset: number, message: Json): void {
    const known = this.#known.get(log) ?? new Map<number, Json>();
    this.#known.set(log, known.set(offset, message));
  }

  // The store.

  /** Changes a number until nobody else changes it at the same time. */
  async #raise(key: Json, raised: (before: number | undefined) => number): Promise<number> {
    for (;;) {
      const before = (await this.#read(key)) as number | undefined;
      const after = raised(before);
      if (after === before || (await this.#cas(key, before, after))) return after;
    }
  }

  /** @param from undefined: the key must not be there. */
  async #cas(key: Json, from: Json | undefined, to: Json): Promise<boolean> {
    // No value is this one, so that a key that is there is never changed.
    const nobodys = { never: true };
    const request = { type: 'cas', key, from: from ?? nobodys, to };
    try {
      await this.#ask({ ...request, create_if_not_exists: from === undefined });
      return true;
    } catch (error) {
      if (error instanceof RpcError && error.code === errorCode.preconditionFailed) return false;
      throw error;
    }
  }

  async #read(key: Json): Promise<Json | undefined> {
    try {
      return (await this.#ask({ type: 'read', key }))['value'];
    } catch (error) {
      if (error instanceof RpcError && error.code === errorCode.keyDoesNotExist) return undefined;
      throw error;
    }
  }

  #ask(request: Body): Promise<Body> {
    return this.#context.rpc(store, request, storeTimeoutMs);
  }
}

function offsetsIn(body: Body): Readonly<Record<string, number>> {
  const offsets = anyField(body, 'offsets') as Body;
  return Object.fromEntries(Object.keys(offsets).map((key) => [key, integerField(offsets, key)]));
}
