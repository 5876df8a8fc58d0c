/**
 * A node as a real process: messages on stdin and stdout, one JSON object a line; log on
 * stderr; data in the folder DSX_DATA_DIR; chance from DSX_NODE_SEED.
 */
import process from 'node:process';
import type { Message, NodeContext, NodeProgram, Storage, Timer } from './context.ts';
import { Endpoint } from './endpoint.ts';
import { isBody, listField, textField } from './fields.ts';
import { FileStorage } from './file-storage.ts';
import { randomFrom } from './random.ts';

/**
 * Runs `program` as this process. Reads `init`, calls `program`, sends `init_ok`; messages
 * that come in between wait. Ends when stdin ends, or when the disk fails (exit code 74).
 */
export function runNode(program: NodeProgram): void {
  const lines = new LineWriter();
  let endpoint: Endpoint | undefined;
  let early: Message[] = [];

  const start = async (init: Message): Promise<void> => {
    const nodeId = textField(init.body, 'node_id');
    const nodeIds = listField(init.body, 'node_ids').map(String);
    const own = new Endpoint({
      nodeId,
      transmit: (message) => {
        lines.write(message);
      },
      setTimer,
      nextId,
      log,
    });
    await program(contextOf(own, nodeId, nodeIds));
    own.reply(init, { type: 'init_ok' });
    endpoint = own;
    for (const message of early) own.receive(message);
    early = [];
  };

  let begun = false;
  readLines((line) => {
    const message = parsed(line);
    if (message === undefined) log(`ignored a line that is not a message: ${line.slice(0, 200)}`);
    else if (endpoint !== undefined) endpoint.receive(message);
    else if (message.body.type === 'init' && !begun) {
      begun = true;
      // A rejection is a bug of the program: it ends the process, with its stack on stderr.
      void start(message);
    } else early.push(message);
  });
}

function contextOf(endpoint: Endpoint, nodeId: string, nodeIds: readonly string[]): NodeContext {
  const seed = process.env['DSX_NODE_SEED'] ?? `${process.hrtime.bigint()} ${process.pid}`;
  return {
    nodeId,
    nodeIds,
    args: process.argv.slice(2),
    storage: new LazyStorage(),
    send: (dest, body) => {
      endpoint.send(dest, body);
    },
    reply: (request, body) => {
      endpoint.reply(request, body);
    },
    replyError: (request, error) => {
      endpoint.replyError(request, error);
    },
    rpc: (dest, body, timeoutMs) => endpoint.rpc(dest, body, timeoutMs),
    on: (type, handler) => {
      endpoint.on(type, handler);
    },
    serve: (type, handler) => {
      endpoint.serve(type, handler);
    },
    wallMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    setTimer,
    every: (periodMs, callback) => {
      const timer = setInterval(callback, periodMs);
      return {
        cancel: () => {
          clearInterval(timer);
        },
      };
    },
    random: randomFrom(`${seed} ${nodeId}`),
    nextId,
    log,
    status: (describe) => {
      endpoint.status(describe);
    },
  };
}

/** Nodes that store nothing need no folder; the others are told at their first use. */
class LazyStorage implements Storage {
  #files: FileStorage | undefined;

  get #storage(): FileStorage {
    const folder = process.env['DSX_DATA_DIR'];
    if (folder === undefined || folder === '')
      throw new Error(
        'this node stores data, and DSX_DATA_DIR is not set. dsx sets it for the nodes that it ' +
          'starts; elsewhere set it to a folder of this node alone: DSX_DATA_DIR=/tmp/n1 …',
      );
    this.#files ??= new FileStorage(folder, (error) => {
      log(`the disk failed, so this node ends: ${String(error)}`);
      process.exit(74);
    });
    return this.#files;
  }

  append(name: string, line: string): void {
    this.#storage.append(name, line);
  }

  rewrite(name: string, lines: readonly string[]): void {
    this.#storage.rewrite(name, lines);
  }

  readLog(name: string): readonly string[] {
    return this.#storage.readLog(name);
  }

  write(name: string, value: string): void {
    this.#storage.write(name, value);
  }

  read(name: string): string | undefined {
    return this.#storage.read(name);
  }

  sync(): Promise<void> {
    return this.#storage.sync();
  }
}

/** Gathers the lines of one turn of the event loop into one write. */
class LineWriter {
  #lines: string[] = [];

  constructor() {
    // The reader of our stdout is gone: so is the run.
    process.stdout.on('error', () => process.exit(0));
  }

  write(message: Message): void {
    if (this.#lines.length === 0)
      setImmediate(() => {
        const text = this.#lines.join('');
        this.#lines = [];
        process.stdout.write(text);
      });
    this.#lines.push(`${JSON.stringify(message)}\n`);
  }
}

function readLines(take: (line: string) => void): void {
  let rest = '';
  process.stdin.setEncoding('utf8');
  process.stdin.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') take(line);
  });
  process.stdin.on('end', () => process.exit(0));
  process.stdin.on('error', () => process.exit(0));
}

function parsed(line: string): Message | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { src, dest, body } = value as { src?: unknown; dest?: unknown; body?: unknown };
  if (typeof src !== 'string' || typeof dest !== 'string' || !isBody(body)) return undefined;
  return { src, dest, body };
}

function setTimer(delayMs: number, callback: () => void): Timer {
  const timer = setTimeout(callback, delayMs);
  return {
    cancel: () => {
      clearTimeout(timer);
    },
  };
}

let lastId = 0;

function nextId(): number {
  lastId = Math.max(lastId + 1, Number(process.hrtime.bigint() / 1000n));
  return lastId;
}

function log(text: string): void {
  process.stderr.write(`${text}\n`);
}
