/**
 * Logs in the manner of Kafka (after Jepsen's `tests.kafka`): each key is a log of messages,
 * each message has one offset, and consumers go through the offsets in order.
 *
 * | op | value of invoke | value of ok |
 * |---|---|---|
 * | `send`, `poll`, `txn` | `[["send", key, message], ["poll"], …]` | the same with answers: `["send", key, [offset, message]]`, `["poll", {key: [[offset, message], …]}]` |
 * | `assign`, `subscribe` | the keys, or `{"keys": […], "seek": "beginning"}` | – |
 * | `crash` | null | ends in `info`, so that the process gets a new number |
 *
 * Each message is sent once to a key. A consumer keeps its place in the keys that a new `assign`
 * keeps, and starts anywhere in the others; with `seek` in all.
 *
 * An op that polled may say what its consumer committed then: `["commit", {key: offset}]` after
 * its answers, with a third element if the commit was not answered. The ok of an `assign` may be
 * `{"keys": […], "committed": {key: offset}, "from": {key: offset}}`: what it was told of commits,
 * and where it goes on. Both are judged where they are there.
 *
 * As in Jepsen, gaps between the sends of one operation are as they should be, and so are jumps
 * between the polls of consumers that subscribed, since keys then move between them; these are
 * counted in `details.allowed`. A message that nobody polled is `unseen` only if the history ends
 * with final polls of its key, begun after it was acknowledged; otherwise the verdict is open.
 */
import { canonical, type Json, type JsonObject } from '../../../base/json.ts';
import { plural } from '../../../base/text.ts';
import { nsToMs } from '../../../base/units.ts';
import type { Checker } from '../../checker.ts';
import {
  AnomalyList,
  type Finding,
  invariant,
  type Part,
  some,
  tooFew,
  undetermined,
} from '../invariant.ts';
import { type CommitCounts, judgeCommits } from './commits.ts';
import { judgeCycles } from './cycles.ts';
import { firstAbove, type KafkaLogs, type KeyLog, kafkaLogs, type Message } from './log.ts';
import { type Assignments, assignedKeys, judgeOrder, type Say } from './order.ts';

export interface KafkaOptions {
  /** True: the order of offsets must agree with real time and processes (G0 and its kin). */
  readonly orderedSends?: boolean;
  /** True: the history ends with polls of everything that do not carry the mark `final`. */
  readonly drained?: boolean;
  /** Anomalies that are counted and do not fail the check. */
  readonly allow?: readonly string[];
}

/** Anomalies of one type that are explained. */
const explainedMax = 8;
const reassignable = [
  'poll-skip',
  'nonmonotonic-poll',
  'int-poll-skip',
  'int-nonmonotonic-poll',
] as const;

export function kafka(options: KafkaOptions = {}): Checker {
  const { orderedSends = false, drained = false, allow = ['int-send-skip'] } = options;
  return invariant({
    name: 'kafka',
    summary: 'logs whose messages keep one offset each and reach consumers in order, none left out',
    method: `messages and offsets of all sends and polls, places of each consumer and producer, committed offsets, cycles of ${orderedSends ? 'ww and wr' : 'wr'} dependencies; valid says that nothing acknowledged is missing from the final polls; allowed: ${allow.join(', ')}`,
    whole: true,
    judge: (part) => new Judge(part, { orderedSends, drained, allow }).judge(),
  });
}

/** A poll that showed nothing more of a key, and what had assigned the key to its process. */
interface Look {
  readonly row: number;
  readonly assignedBy: number;
}

class Judge {
  readonly #part: Part;
  readonly #options: Required<KafkaOptions>;
  readonly #anomalies: AnomalyList;
  readonly #counts: Record<string, number> = {};
  readonly #allowed: Record<string, number> = {};
  #allow: ReadonlySet<string> = new Set();
  #logs: KafkaLogs = { keys: new Map(), ops: new Map() };

  constructor(part: Part, options: Required<KafkaOptions>) {
    this.#part = part;
    this.#options = options;
    this.#anomalies = new AnomalyList(part);
  }

  judge(): Finding {
    const part = this.#part;
    const assigned = part.rowsOf('assign', 'subscribe');
    const subscribed = assigned.some((row) => part.f(row) === 'subscribe');
    const assignments: Assignments = { rows: new Set(assigned), subscribed };
    this.#allow = new Set([...this.#options.allow, ...(subscribed ? reassignable : [])]);
    this.#logs = kafkaLogs(part, part.rowsOf('send', 'poll', 'txn'));
    const unseen: Message[] = [];
    for (const log of this.#logs.keys.values()) {
      this.#judgePlaces(log);
      this.#judgeMessages(log);
      this.#judgeNotPolled(log, unseen);
    }
    const open = this.#judgeUnseen(unseen);
    const rows = part.rows;
    judgeOrder(part, this.#logs, rows, assignments, this.#say);
    judgeCycles(part, this.#logs, this.#options.orderedSends, this.#say);
    const commits = judgeCommits(part, this.#logs, assigned, this.#say);
    return this.#finding(unseen, open, commits);
  }

  readonly #say: Say = (type, rows, explanation) => {
    if (this.#allow.has(type)) {
      this.#allowed[type] = (this.#allowed[type] ?? 0) + 1;
      return;
    }
    const count = (this.#counts[type] ?? 0) + 1;
    this.#counts[type] = count;
    if (count > explainedMax) this.#anomalies.count += 1;
    else
      this.#anomalies.add(() => ({
        type,
        model: 'kafka',
        operations: rows.map((row) => this.#part.invoke(row)),
        explanation,
      }));
  };

  /** Two messages at one place. */
  #judgePlaces(log: KeyLog): void {
    for (const [offset, there] of log.places) {
      const [first, second] = there;
      if (first === undefined || second === undefined) continue;
      const [a, b] = [first.places.get(offset) ?? 0, second.places.get(offset) ?? 0];
      this.#say(
        'inconsistent-offsets',
        [a, b],
        `At offset ${offset} of ${log.key}, ${this.#event(a)} has ${canonical(first.value)} and ${this.#event(b)} has ${canonical(second.value)}.`,
      );
    }
  }

  #judgeMessages(log: KeyLog): void {
    for (const message of log.messages) {
      this.#judgeDuplicate(message);
      if (message.polledBy >= 0) this.#judgeOrigin(message);
    }
  }

  /** One message at two places, though it was sent fewer times. */
  #judgeDuplicate({ key, value, places, sends }: Message): void {
    if (places.size <= Math.max(1, sends.length)) return;
    const texts = [...places]
      .slice(0, explainedMax)
      .map(([offset, row]) => `at ${offset} (${this.#event(row)})`);
    this.#say(
      'duplicate',
      [...places.values()].slice(0, explainedMax),
      `${canonical(value)} of ${key} was sent ${sends.length < 2 ? 'once' : `${sends.length} times`} and lies ${texts.join(' and ')}.`,
    );
  }

  /** Polled, but from where? */
  #judgeOrigin(message: Message): void {
    const { key, value, sends, failed, polledBy } = message;
    const shown = `${capitalized(this.#event(polledBy))} polled ${canonical(value)} of ${key}`;
    const [first] = sends;
    const [refused] = failed;
    if (first !== undefined) {
      const firstSent = Math.min(...sends.map((row) => this.#part.invoke(row)));
      if (firstSent < this.#part.returned(polledBy)) return;
      const why = `but its send began only later, at event ${firstSent}`;
      this.#say('future-read', [polledBy, first], `${shown}, ${why}.`);
    } else if (refused === undefined)
      this.#say('phantom', [polledBy], `${shown}, which nobody sent.`);
    else
      this.#say(
        'G1a',
        [refused, polledBy],
        `${shown}, whose send (event ${this.#part.invoke(refused)}) failed, which says that it did not happen.`,
      );
  }

  /** Acknowledged and polled by nobody: lost if it lies below a polled offset, else unseen. */
  #judgeNotPolled(log: KeyLog, unseen: Message[]): void {
    for (const message of log.messages) {
      const { value, acknowledgedBy, polledBy, places } = message;
      if (acknowledgedBy < 0 || polledBy >= 0) continue;
      // Another message may have been polled at the same offset: that dispute is told elsewhere.
      const [offset] = [...places.keys()].toSorted((a, b) => a - b);
      if (offset === undefined || offset > log.highestPolled) {
        unseen.push(message);
        continue;
      }
      this.#say(
        'lost-write',
        [acknowledgedBy, log.highestPolledBy],
        `The send of ${canonical(value)} to ${log.key} (${this.#event(acknowledgedBy)}) was acknowledged at event ${message.acknowledgedAt} with offset ${offset}. Nobody ever polled it, though ${this.#event(log.highestPolledBy)} went on to offset ${log.highestPolled}.`,
      );
    }
  }

  /** @returns the messages of which it cannot be said whether they are lost */
  #judgeUnseen(unseen: readonly Message[]): number {
    if (unseen.length === 0) return 0;
    const looks = this.#lastLooks();
    let open = 0;
    for (const { key, value, acknowledgedBy, acknowledgedAt } of unseen) {
      const look = looks.get(key);
      if (look === undefined || this.#part.invoke(look.row) < acknowledgedAt) {
        open += 1;
        continue;
      }
      this.#say(
        'unseen',
        [acknowledgedBy, look.assignedBy, look.row],
        `The send of ${canonical(value)} to ${key} (${this.#event(acknowledgedBy)}) was acknowledged at event ${acknowledgedAt}. Nobody ever polled it, and ${this.#event(look.row)}, the last one that had ${key} to poll (since ${this.#event(look.assignedBy)}), showed nothing more.`,
      );
    }
    return open;
  }

  /** For each key the last poll at the end, by somebody who has it, if it showed nothing more. */
  #lastLooks(): ReadonlyMap<string, Look> {
    const part = this.#part;
    const assigned = new Map<number, { readonly row: number; readonly keys: readonly string[] }>();
    const looks = new Map<string, Look>();
    for (const row of part.rows) {
      const f = part.f(row);
      if (f === 'assign' || f === 'subscribe') {
        const keys = part.isOk(row) ? assignedKeys(part.input(row)) : [];
        assigned.set(part.process(row), { row, keys });
        continue;
      }
      const op = this.#logs.ops.get(row);
      if (op === undefined || op.pollCount === 0 || !part.isOk(row)) continue;
      if (!this.#options.drained && !part.isFinal(row)) continue;
      const own = assigned.get(part.process(row));
      const shown = new Set(op.polled.map(({ message }) => message.key));
      // A poll that still showed something may have left more behind it.
      for (const key of shown) looks.delete(key);
      for (const key of own?.keys ?? [])
        if (!shown.has(key)) looks.set(key, { row, assignedBy: own?.row ?? row });
    }
    return looks;
  }

  #event(row: number): string {
    return `the ${this.#part.f(row)} of event ${this.#part.invoke(row)}`;
  }

  #finding(unseen: readonly Message[], openCount: number, commits: CommitCounts): Finding {
    const logs = [...this.#logs.keys.values()];
    const messages = logs.flatMap((log) => log.messages);
    const acknowledgedCount = messages.filter((each) => each.acknowledgedBy >= 0).length;
    const polledCount = messages.filter(({ polledBy }) => polledBy >= 0).length;
    const details: JsonObject = {
      logCount: logs.length,
      acknowledgedCount,
      polledCount,
      unseenCount: unseen.length,
      ...commits,
      unseen: some(unseen.map(({ key, value }): Json => [key, value])),
      anomalyTypes: this.#counts,
      allowed: this.#allowed,
      ...lagOf(this.#part, this.#logs),
    };
    const finding = { anomalies: this.#anomalies, details };
    if (acknowledgedCount === 0) return { ...finding, ...tooFew('no send was acknowledged') };
    if (polledCount === 0 && this.#anomalies.count === 0)
      return { ...finding, ...tooFew('no poll showed a message') };
    const { acknowledgedCommits, unknownCommits } = commits;
    if (unknownCommits > 0 && acknowledgedCommits === 0)
      return {
        ...finding,
        ...tooFew(`${plural(unknownCommits, 'commit')} of offsets, and none was answered`),
      };
    if (openCount === 0) return finding;
    return {
      ...finding,
      ...undetermined(
        `${plural(openCount, 'acknowledged message')} never came out of a poll, and no final poll of their keys shows that they are lost; end the workload with polls until nothing more comes`,
      ),
    };
  }
}

/**
 * How far behind real time a consumer was at most: the time since a message beyond its place was
 * acknowledged, when it began a poll after which it still had not got there.
 */
function lagOf(part: Part, { keys, ops }: KafkaLogs): JsonObject {
  const first = new Map<string, Float64Array>();
  for (const [key, log] of keys) {
    const earliest = new Float64Array(log.offsets.length + 1).fill(Number.POSITIVE_INFINITY);
    for (let i = log.offsets.length - 1; i >= 0; i -= 1) {
      const there = log.places.get(log.offsets[i] ?? 0) ?? [];
      const events = there.map(({ acknowledgedAt }) => acknowledgedAt);
      earliest[i] = Math.min(earliest[i + 1] ?? Infinity, ...events);
    }
    first.set(key, earliest);
  }
  let highestNs = 0;
  for (const { row, polled } of ops.values()) {
    const places = new Map<string, number>();
    for (const { message, offset } of polled)
      places.set(message.key, Math.max(offset, places.get(message.key) ?? offset));
    for (const [key, offset] of places) {
      const next = firstAbove(keys.get(key)?.offsets ?? [], offset);
      const acknowledged = first.get(key)?.[next] ?? Infinity;
      const begun = part.invoke(row);
      if (acknowledged < begun)
        highestNs = Math.max(highestNs, part.timeNs(begun) - part.timeNs(acknowledged));
    }
  }
  return { highestRealtimeLagMs: nsToMs(highestNs) };
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
