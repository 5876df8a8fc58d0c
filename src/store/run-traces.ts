/** Reads `network.jsonl` and the logs of nodes, with their times, from a run's folder. */
import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { isObject } from '../base/json.ts';
import {
  type LogLine,
  type MessageTrace,
  Room,
  type RunTraces,
  type Stretch,
} from '../report/traces.ts';
import { cutText } from '../report/words.ts';

/** What a page has room for. */
const messagesMax = 30_000;
const logLinesMax = 20_000;
const textMax = 240;

export interface TraceRequest {
  readonly nodes: readonly string[];
  readonly isSampled: boolean;
  /** Where to look first. */
  readonly focus: readonly Stretch[];
}

/** Empty lists where a run has no such files, as one of an older dsx or of another testbed. */
export function readTraces(folder: string, request: TraceRequest): RunTraces {
  const messages = new MessageReader(request.focus);
  const network = join(folder, 'network.jsonl');
  if (existsSync(network)) for (const { text } of linesOf(network)) messages.line(text);
  const logs = new Room<LogLine>(logLinesMax, request.focus);
  for (const node of request.nodes)
    for (const stream of ['stderr', 'stdout'] as const) readLog(folder, { node, stream }, logs);
  return {
    messages: messages.messages(),
    messagesOmitted: messages.omitted,
    isSampled: request.isSampled,
    logs: logs.items().toSorted((a, b) => a.timeNs - b.timeNs),
    logsOmitted: logs.omitted,
  };
}

type Draft = { -readonly [name in keyof MessageTrace]: MessageTrace[name] };

const header = /^\{"timeNs":([\d.]+),"event":"(send|recv|drop)","id":(\d+),/;

class MessageReader {
  readonly #room: Room<Draft>;
  /** Kept messages by their ids. */
  readonly #known = new Map<number, Draft>();
  #skipped = 0;

  constructor(focus: readonly Stretch[]) {
    this.#room = new Room(messagesMax, focus);
  }

  /** Of most lines of a large file no more than the beginning is looked at. */
  line(line: string): void {
    const [, time, event, name] = header.exec(line) ?? [];
    if (name === undefined) {
      this.#skipped += skippedIn(line);
      return;
    }
    const [timeNs, id] = [Number(time), Number(name)];
    if (event === 'send') {
      const kept = this.#room.add(timeNs, () => draftOf(line, timeNs, id));
      if (kept !== undefined) this.#known.set(id, kept);
      return;
    }
    const known = this.#known.get(id);
    if (known === undefined) return;
    if (event === 'recv') known.receivedNs ??= timeNs;
    else known.lost = /"reason":"([^"]*)"\}$/.exec(line)?.[1] ?? 'lost';
  }

  messages(): readonly MessageTrace[] {
    return this.#room.items().toSorted((a, b) => a.sentNs - b.sentNs);
  }

  get omitted(): number {
    return this.#room.omitted + this.#skipped;
  }
}

function draftOf(line: string, sentNs: number, id: number): Draft {
  const message = parsed(line);
  const body = message?.['body'];
  const type = isObject(body) ? body['type'] : undefined;
  return {
    id,
    from: textOf(message?.['src']),
    to: textOf(message?.['dest']),
    sentNs,
    receivedNs: null,
    lost: null,
    type: textOf(type),
    text: cutText(typeof body === 'string' ? body : JSON.stringify(body ?? null), textMax),
  };
}

/** `{"event":"skipped","count":12}`: what the disk was too slow for. */
function skippedIn(line: string): number {
  const message = parsed(line);
  const count = message?.['event'] === 'skipped' ? message['count'] : 0;
  return typeof count === 'number' ? count : 0;
}

function parsed(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : undefined;
  } catch {
    // The last line of a run that was killed.
    return undefined;
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function readLog(
  folder: string,
  { node, stream }: Pick<LogLine, 'node' | 'stream'>,
  room: Room<LogLine>,
): void {
  const log = join(folder, 'nodes', node, `${stream}.log`);
  const times = timesOf(join(folder, 'nodes', node, `${stream}.times`));
  // Without times it is a file to read, and none to lay beside what happened.
  if (times.length === 0 || !existsSync(log)) return;
  let at = 0;
  for (const { text, offset } of linesOf(log)) {
    for (
      let next = times[at + 1];
      next !== undefined && next.offset <= offset;
      next = times[at + 1]
    )
      at += 1;
    const timeNs = times[at]?.timeNs ?? 0;
    if (text !== '')
      room.add(timeNs, () => ({ node, stream, timeNs, text: cutText(text, textMax) }));
  }
}

/** Ascending. Empty if there is no such file. */
function timesOf(path: string): readonly { readonly offset: number; readonly timeNs: number }[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .map((line) => line.split(' ').map(Number))
    .flatMap(([offset, timeNs]) =>
      offset === undefined || timeNs === undefined ? [] : [{ offset, timeNs }],
    );
}

const chunkBytes = 1 << 20;

interface Line {
  readonly text: string;
  /** Bytes from the beginning of the file to the line. */
  readonly offset: number;
}

/** The lines of a file that may be too long to be one string. */
function* linesOf(path: string): Generator<Line> {
  const file = openSync(path, 'r');
  try {
    const chunk = Buffer.alloc(chunkBytes);
    let [rest, offset] = [Buffer.alloc(0), 0];
    for (let size = readSync(file, chunk); size > 0; size = readSync(file, chunk)) {
      const bytes = Buffer.concat([rest, chunk.subarray(0, size)]);
      let begin = 0;
      for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, begin)) {
        yield { text: bytes.toString('utf8', begin, end), offset: offset + begin };
        begin = end + 1;
      }
      rest = Buffer.from(bytes.subarray(begin));
      offset += begin;
    }
    if (rest.length > 0) yield { text: rest.toString('utf8'), offset };
  } finally {
    closeSync(file);
  }
}
