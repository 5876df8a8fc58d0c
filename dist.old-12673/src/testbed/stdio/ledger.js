import { lineOf } from './endpoint.js';

/** Of each link this many messages are logged before sampling begins, and then one in as many. */
const sampleSize = 100;
/** Lines are gathered to this many characters before they are written. */
const batchCharacters = 64 * 1024;
/** A line waits no longer than this. */
const batchMs = 200;
/** If the disk is this far behind, the log leaves messages out and says so. */
const waitingBytesMax = 64 * 1024 * 1024;
class Counter {
  sendCount = 0;
  receiveCount = 0;
  /** Each sending has an id of its own, so there are as many messages as were sent. */
  counts() {
    const { sendCount, receiveCount } = this;
    return { sendCount, receiveCount, messageCount: sendCount };
  }
}
export class Ledger {
  #options;
  #clients = new Counter();
  #servers = new Counter();
  /** Messages seen on each link so far, for sampling. */
  #seen = new Map();
  #droppedCount = 0;
  #duplicatedCount = 0;
  #corruptedCount = 0;
  #batch = [];
  #batchLength = 0;
  #skippedCount = 0;
  #timer;
  constructor(options) {
    this.#options = options;
  }
  /** Decides, before a message is sent, whether it is to be logged. */
  shallLog(from, to) {
    const { networkLog } = this.#options;
    if (networkLog !== 'sample') return networkLog === 'all';
    const link = `${linkEnd(from)}>${linkEnd(to)}`;
    const seen = this.#seen.get(link) ?? 0;
    this.#seen.set(link, seen + 1);
    return seen < sampleSize || seen % sampleSize === 0;
  }
  sent(message) {
    const counter = this.#counter(message);
    if (counter !== undefined) counter.sendCount += 1;
    if (message.isLogged) this.#log('send', message, '');
    this.#options.onSend?.(lineOf(message));
  }
  received(message) {
    const counter = this.#counter(message);
    if (counter !== undefined) counter.receiveCount += 1;
    if (message.isLogged) this.#log('recv', message, '');
    this.#options.onReceive?.(lineOf(message));
  }
  dropped(message, reason) {
    this.#droppedCount += 1;
    if (message.isLogged) this.#log('drop', message, `,"reason":"${reason}"`);
  }
  duplicated() {
    this.#duplicatedCount += 1;
  }
  corrupted() {
    this.#corruptedCount += 1;
  }
  stats() {
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
    };
  }
  async close() {
    this.#flush();
    await this.#options.file?.close();
  }
  /** Undefined for what dsx asks on its own behalf. */
  #counter({ from, to }) {
    if (from.kind !== 'client' && to.kind !== 'client') return this.#servers;
    return from.isCounted && to.isCounted ? this.#clients : undefined;
  }
  #log(event, message, more) {
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
  #flush() {
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
function linkEnd(endpoint) {
  return endpoint.kind === 'client' ? 'c' : endpoint.name;
}
