/** Counts every message, and writes down those that were asked for. */
import type { Clock } from '../../contract/clock.ts';
import type { Lateness, MessageCounts, NetworkStats } from '../../contract/testbed.ts';
import type { LogFile } from '../process/log-file.ts';
import { type DropReason, type Endpoint, lineOf, type Message } from './endpoint.ts';

export interface LedgerOptions {
  readonly clock: Clock;
  /** `sample`: the first messages of each link and then one in a hundred. */
  readonly networkLog: 'off' | 'sample' | 'all';
  /** Where it goes; undefined if the log is off. */
  readonly file: LogFile | undefined;
  readonly onSend: ((line: string) => void) | undefined;
  readonly onReceive: ((line: string) => void) | undefined;
}

/** Of each link this many messages are logged before sampling begins, and then one in as many. */
const sampleSize = 100;
/** Lines are gathered to this many characters before they are written. */
const batchCharacters = 64 * 1024;
/** A line waits no longer than this. */
const batchMs = 200;
/** If the disk is this far behind, the log leaves messages out and says so. */
const waitingBytesMax = 64 * 1024 * 1024;

/** Fewer messages say nothing of how late they come. */
const lateCountMin = 100;
/** Lateness is counted by the millisecond, up to this. */
const lateMsMax = 1000;

class Counter {
  sendCount = 0;
  receiveCount = 0;

  /** Each sending has an id of its own, so there are as many messages as were sent. */
  counts(): MessageCounts {
    const { sendCount, receiveCount } = this;
    return { sendCount, receiveCount, messageCount: sendCount };
  }
}

export class Ledger {
  readonly #options: LedgerOptions;
  readonly #clients = new Counter();
  readonly #servers = new Counter();
  /** Messages seen on each link so far, for sampling. */
  readonly #seen = new Map<string, number>();
  /** Messages by the whole milliseconds that they were overdue. */
  readonly #late = new Uint32Array(lateMsMax + 1);
  #lateCount = 0;
  #droppedCount = 0;
  #duplicatedCount = 0;
  #corruptedCount = 0;
  #batch: string[] = [];
  #batchLength = 0;
  #skippedCount = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LedgerOptions) {
    this.#options = options;
  }

  /** Decides, before a message is sent, whether it is to be logged. */
  shallLog(from: Endpoint, to: Endpoint): boolean {
    const { networkLog } = this.#options;
    if (networkLog !== 'sample') return networkLog === 'all';
    const link = `${linkEnd(from)}>${linkEnd(to)}`;
    const seen = this.#seen.get(link) ?? 0;
    this.#seen.set(link, seen + 1);
    return seen < sampleSize || seen % sampleSize === 0;
  }

  sent(message: Message): void {
    const counter = this.#counter(message);
    if (counter !== undefined) counter.sendCount += 1;
    if (message.isLogged) this.#log('send', message, '');
    this.#options.onSend?.(lineOf(message));
  }

  received(message: Message): void {
    const counter = this.#counter(message);
    if (counter !== undefined) counter.receiveCount += 1;
    if (message.isLogged) this.#log('recv', message, '');
    this.#options.onReceive?.(lineOf(message));
  }

  dropped(message: Message, reason: DropReason): void {
    this.#droppedCount += 1;
    if (message.isLogged) this.#log('drop', message, `,"reason":"${reason}"`);
  }

  duplicated(): void {
    this.#duplicatedCount += 1;
  }

  corrupted(): void {
    this.#corruptedCount += 1;
  }

  late(lateMs: number): void {
    const bucket = Math.min(lateMsMax, Math.max(0, Math.floor(lateMs)));
    this.#late[bucket] = (this.#late[bucket] ?? 0) + 1;
    this.#lateCount += 1;
  }

  stats(): NetworkStats {
    const lateness = this.#lateness();
    const clients = this.#clients.counts();
    const servers = this.#servers.counts();
    return {
      all: {
        sendCount: clients.sendCount + servers.sendCount,
        receiveCount: clients.receiveCount + servers.receiveCount,
        messageCount: clients.messageCount + servers.messageCount,
      },
      clients,
      servers,
      dropped: this.#droppedCount,
      duplicated: this.#duplicatedCount,
      corrupted: this.#corruptedCount,
      ...(lateness === undefined ? {} : { lateness }),
    };
  }

  #lateness(): Lateness | undefined {
    if (this.#lateCount < lateCountMin) return undefined;
    return { p50Ms: this.#lateQuantile(0.5), p99Ms: this.#lateQuantile(0.99) };
  }

  #lateQuantile(share: number): number {
    let left = share * this.#lateCount;
    for (const [ms, count] of this.#late.entries()) {
      left -= count;
      if (left <= 0) return ms;
    }
    return lateMsMax;
  }

  async close(): Promise<void> {
    this.#flush();
    await this.#options.file?.close();
  }

  /** Undefined for what dsx asks on its own behalf. */
  #counter({ from, to }: Message): Counter | undefined {
    if (from.kind !== 'client' && to.kind !== 'client') return this.#servers;
    return from.isCounted && to.isCounted ? this.#clients : undefined;
  }

  #log(event: 'send' | 'recv' | 'drop', message: Message, more: string): void {
    const { clock, file } = this.#options;
    if (file === undefined) return;
    if (file.waitingBytes > waitingBytesMax) {
      this.#skippedCount += 1;
      return;
    }
    const { id, source, to } = message;
    // A corrupted body may be no JSON any more; it is shown as the text that it is.
    const body = message.isCorrupted
      ? `${JSON.stringify(message.body)},"corrupted":true`
      : message.body;
    const line = `{"timeNs":${clock.nowNs()},"event":"${event}","id":${id},"src":${source},"dest":${to.quoted},"body":${body}${more}}\n`;
    this.#batch.push(line);
    this.#batchLength += line.length;
    if (this.#batchLength >= batchCharacters) this.#flush();
    else
      this.#timer ??= setTimeout(() => {
        this.#flush();
      }, batchMs).unref();
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#skippedCount > 0) {
      this.#batch.push(
        `{"timeNs":${this.#options.clock.nowNs()},"event":"skipped","count":${this.#skippedCount}}\n`,
      );
      this.#skippedCount = 0;
    }
    if (this.#batch.length === 0) return;
    this.#options.file?.write(this.#batch.join(''));
    this.#batch = [];
    this.#batchLength = 0;
  }
}

/** All clients are one end: their number grows without limit. */
function linkEnd(endpoint: Endpoint): string {
  return endpoint.kind === 'client' ? 'c' : endpoint.name;
}
