/**
 * Reliable broadcast (Hadzilacos and Toueg, "A modular approach to fault-tolerant broadcasts and
 * related problems", 1994), and its FIFO and causal orders. Total order: see `total-order.ts`.
 *
 * | op | value of invoke | value of ok |
 * |---|---|---|
 * | `broadcast`, to the event's `node` | the message; each is sent once | – |
 * | `read`, of the event's `node` | null | the messages that it has delivered, in its order |
 *
 * - Integrity: no message is delivered twice, or without having been sent.
 * - Validity and agreement, by final reads: each shows all that was acknowledged, or shown by any
 *   read, before it began. Without final reads the verdict is open.
 * - FIFO: of two messages sent to one node, the second after the first was acknowledged, nobody
 *   delivers the second without having delivered the first before.
 * - Causal: also if a read of the node showed the first before the second was sent to it.
 *
 * Orders are judged by what a node delivered: what it has once shown, it goes on showing, in the
 * same order.
 */
import { canonical, type Json } from '../../base/json.ts';
import type { Checker } from '../checker.ts';
import { type Element, elementsAdded, phantomReason } from './elements.ts';
import {
  AnomalyList,
  elementKey,
  elementsOf,
  type Finding,
  invariant,
  type Part,
  tooFew,
  undetermined,
} from './invariant.ts';

export interface BroadcastOptions {
  readonly broadcast?: string;
  readonly read?: string;
  /** Which order of delivery was promised. Default none. */
  readonly order?: 'none' | 'fifo' | 'causal';
}

type Id = number | string;

interface Delivered {
  readonly row: number;
  readonly messages: readonly Json[];
  readonly ids: readonly Id[];
}

export function broadcast(options: BroadcastOptions = {}): Checker {
  const { broadcast: send = 'broadcast', read = 'read', order = 'none' } = options;
  return invariant({
    name: order === 'none' ? 'broadcast' : `${order}-broadcast`,
    summary: `what one delivers all deliver, once${order === 'none' ? '' : `, in ${order} order`}`,
    method: `each ok ${read} against all ${send}s; validity and agreement by final ${read}s${order === 'none' ? '; order is not judged' : `; ${order} order by what each node delivered`}`,
    judge: (part) => new Judge(part, { send, read, order }).judge(),
  });
}

/** What a node delivered in all, what its reads showed one after the other, what it sent. */
interface NodeStory {
  readonly own: Delivered;
  readonly seen: readonly Delivered[];
  readonly sent: readonly Element[];
}

interface Names {
  readonly send: string;
  readonly read: string;
  readonly order: 'none' | 'fifo' | 'causal';
}

class Judge {
  readonly #part: Part;
  readonly #names: Names;
  readonly #anomalies: AnomalyList;
  #sent: ReadonlyMap<Id, Element> = new Map();

  constructor(part: Part, names: Names) {
    this.#part = part;
    this.#names = names;
    this.#anomalies = new AnomalyList(part);
  }

  judge(): Finding {
    const part = this.#part;
    const { send, read, order } = this.#names;
    this.#sent = elementsAdded(part, part.rowsOf(send));
    const reads: Delivered[] = [];
    for (const row of part.rowsOf(read)) {
      const messages = part.isOk(row) ? elementsOf(part.output(row)) : undefined;
      if (messages !== undefined) reads.push({ row, messages, ids: messages.map(elementKey) });
    }
    for (const each of reads) this.#judgeIntegrity(each);
    const finalCount = this.#judgeFinal(reads);
    const logs = order === 'none' ? new Map<string, Delivered>() : this.#nodeLogs(reads);
    if (order !== 'none') this.#judgeFifo(logs);
    if (order === 'causal') this.#judgeCausal(reads, logs);
    const details = { broadcastCount: this.#sent.size, readCount: reads.length, finalCount };
    const finding = { anomalies: this.#anomalies, details };
    if (reads.length === 0) return { ...finding, ...tooFew(`no ${read} succeeded`) };
    if (![...this.#sent.values()].some(({ allFailed }) => !allFailed))
      return { ...finding, ...tooFew(`no ${send} took effect`) };
    if (finalCount > 0) return finding;
    const message = `no final ${read}: whether all deliver what one did was not seen; end the workload with ${read}s of every node after recovery`;
    return { ...finding, ...undetermined(message) };
  }

  #say(type: string, rows: readonly number[], explanation: string, element?: Json): void {
    const operations = rows.map((row) => this.#part.invoke(row));
    const model = this.#names.order === 'none' ? 'broadcast' : `${this.#names.order}-broadcast`;
    const evidence = element === undefined ? {} : { evidence: { element } };
    this.#anomalies.add(() => ({ type, model, operations, explanation, ...evidence }));
  }

  #judgeIntegrity({ row, messages, ids }: Delivered): void {
    const met = new Set<Id>();
    for (const [i, id] of ids.entries()) {
      const text = canonical(messages[i] ?? null);
      if (met.has(id)) this.#say('duplicate', [row], `${this.#read(row)} has ${text} twice.`);
      met.add(id);
      const element = this.#sent.get(id);
      const reason = phantomReason(this.#part, element, row);
      if (reason === undefined) continue;
      const rows = element === undefined ? [row] : [element.row, row];
      this.#say('phantom', rows, `${this.#read(row)} shows ${text}, but ${reason}.`);
    }
  }

  /** @returns how many final reads there were */
  #judgeFinal(reads: readonly Delivered[]): number {
    const part = this.#part;
    const finals = reads.filter(({ row }) => part.isFinal(row));
    // The earliest moment from which each message was known to be delivered, and who showed it.
    const shown = new Map<Id, Delivered>();
    for (const each of reads)
      for (const id of each.ids) {
        const known = shown.get(id);
        if (known === undefined || part.returned(each.row) < part.returned(known.row))
          shown.set(id, each);
      }
    for (const final of finals) {
      const has = new Set(final.ids);
      for (const [id, { row, value, acknowledged, acknowledgedRow }] of this.#sent) {
        if (has.has(id)) continue;
        const text = `${this.#read(final.row)} is a final one and lacks ${canonical(value)}`;
        const other = shown.get(id);
        if (acknowledged < part.invoke(final.row))
          this.#say(
            'lost',
            [acknowledgedRow, final.row],
            `${text}, whose ${this.#names.send} (event ${part.invoke(acknowledgedRow)}) was acknowledged at event ${acknowledged}.`,
            value,
          );
        else if (other !== undefined && part.returned(other.row) < part.invoke(final.row))
          this.#say(
            'divergence',
            [row, other.row, final.row],
            `${text}, which ${this.#where(other.row)} had delivered by then: ${this.#read(other.row)} shows it.`,
            value,
          );
      }
    }
    return finals.length;
  }

  /** What each node delivered, by its longest read; what it showed must not change. */
  #nodeLogs(reads: readonly Delivered[]): ReadonlyMap<string, Delivered> {
    const part = this.#part;
    /** Reads that were longer than all that had returned before them. */
    const logs = new Map<string, Delivered[]>();
    const byReturn = reads.toSorted((a, b) => part.returned(a.row) - part.returned(b.row));
    for (const each of byReturn) {
      const node = part.node(each.row);
      if (node === undefined) continue;
      const longer = logs.get(node) ?? [];
      logs.set(node, longer);
      const known = longer.at(-1);
      if (known !== undefined) this.#judgeSame(node, known, each);
      // A longer one may have returned only after this one began.
      const before = longer.findLast(({ row }) => part.returned(row) < part.invoke(each.row));
      if (before !== undefined && before.ids.length > each.ids.length && isPrefix(each, before))
        this.#say(
          'lost',
          [before.row, each.row],
          `Both are of ${node}: ${this.#read(before.row)} shows ${before.ids.length} messages, and ${this.#read(each.row)}, which began later, only ${each.ids.length}.`,
        );
      if (known === undefined || each.ids.length >= known.ids.length) longer.push(each);
    }
    return new Map(
      [...logs].flatMap(([node, longer]) => longer.slice(-1).map((log) => [node, log])),
    );
  }

  #judgeSame(node: string, known: Delivered, each: Delivered): void {
    const [short, long] = each.ids.length < known.ids.length ? [each, known] : [known, each];
    const at = short.ids.findIndex((id, i) => id !== long.ids[i]);
    if (at < 0) return;
    this.#say(
      'out-of-order',
      [known.row, each.row],
      `Both are of ${node}: ${this.#read(known.row)} has ${canonical(known.messages[at] ?? null)} at place ${at}, and ${this.#read(each.row)} has ${canonical(each.messages[at] ?? null)} there. What was delivered stays as it is.`,
    );
  }

  #judgeFifo(logs: ReadonlyMap<string, Delivered>): void {
    const bySender = new Map<string, { readonly id: Id; readonly element: Element }[]>();
    for (const [id, element] of this.#sent) {
      const node = this.#part.node(element.row);
      if (node === undefined || element.acknowledged === Infinity) continue;
      const list = bySender.get(node) ?? [];
      list.push({ id, element });
      bySender.set(node, list);
    }
    for (const list of bySender.values())
      list.sort((a, b) => a.element.acknowledged - b.element.acknowledged);
    for (const log of logs.values()) {
      // By sender: how many of its messages, in order of acknowledgement, came without a gap.
      const arrived = new Set<Id>();
      const whole = new Map<string, number>();
      for (const id of log.ids) {
        const element = this.#sent.get(id);
        const node = element === undefined ? undefined : this.#part.node(element.row);
        arrived.add(id);
        if (element === undefined || node === undefined) continue;
        const list = bySender.get(node) ?? [];
        let count = whole.get(node) ?? 0;
        while (count < list.length && arrived.has(list[count]?.id ?? '')) count += 1;
        whole.set(node, count);
        const gap = list[count];
        if (gap === undefined || gap.element.acknowledged > element.invoke) continue;
        this.#outOfOrder(
          log,
          gap.element,
          element,
          `both were sent to ${node}, ${canonical(gap.element.value)} (event ${gap.element.invoke}) being acknowledged at event ${gap.element.acknowledged}, before ${canonical(element.value)} was sent (event ${element.invoke})`,
        );
        break;
      }
    }
  }

  /** A message comes after all that its node was seen to have delivered when it was sent. */
  #judgeCausal(reads: readonly Delivered[], logs: ReadonlyMap<string, Delivered>): void {
    const part = this.#part;
    for (const [node, own] of logs) {
      const seen = reads
        .filter(({ row }) => part.node(row) === node)
        .toSorted((a, b) => part.returned(a.row) - part.returned(b.row));
      const sent = [...this.#sent.values()]
        .filter((element) => part.node(element.row) === node)
        .toSorted((a, b) => a.invoke - b.invoke);
      for (const log of logs.values()) this.#judgeCauses(node, { own, seen, sent }, log);
    }
  }

  /** What one node has sent and seen, in order, against what another delivered. */
  #judgeCauses(node: string, { own, seen, sent }: NodeStory, log: Delivered): void {
    const part = this.#part;
    const place = new Map<Id, number>();
    for (const [i, id] of log.ids.entries()) if (!place.has(id)) place.set(id, i);
    // Of what the node has shown so far: how much, and what the log has last.
    let [shown, next, last] = [0, 0, -1];
    let lastId: Id = '';
    let witness = own;
    for (const element of sent) {
      for (let read = seen[next]; read !== undefined; read = seen[next]) {
        if (part.returned(read.row) > element.invoke) break;
        next += 1;
        for (; shown < read.ids.length; shown += 1) {
          const at = place.get(read.ids[shown] ?? '') ?? Infinity;
          if (at > last) [last, lastId, witness] = [at, read.ids[shown] ?? '', read];
        }
      }
      const at = place.get(elementKey(element.value));
      const cause = this.#sent.get(lastId);
      if (at === undefined || cause === undefined || cause === element || last < at) continue;
      const why = `${node} had shown ${canonical(cause.value)} (${this.#read(witness.row)}) before ${canonical(element.value)} was sent to it (event ${element.invoke})`;
      this.#outOfOrder(log, cause, element, why, witness.row);
      return;
    }
  }

  // eslint-disable-next-line max-params -- two messages, where, and why
  #outOfOrder(log: Delivered, first: Element, second: Element, why: string, by = first.row): void {
    const had = log.ids.includes(elementKey(first.value)) ? 'before' : 'without';
    this.#say(
      'out-of-order',
      [first.row, second.row, by, log.row],
      `${this.#where(log.row)} delivered ${canonical(second.value)} ${had} ${canonical(first.value)} (${this.#read(log.row)}). But ${why}.`,
    );
  }

  #read(row: number): string {
    return `the ${this.#names.read} of event ${this.#part.invoke(row)}`;
  }

  #where(row: number): string {
    return this.#part.node(row) ?? `process ${this.#part.process(row)}`;
  }
}

function isPrefix(short: Delivered, long: Delivered): boolean {
  return short.ids.every((id, i) => id === long.ids[i]);
}
