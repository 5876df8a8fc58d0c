/**
 * Cycles of transactions over logs (Adya's G0 and G1c): wr from a sender to who polled the
 * message, ww from a message to the next of its log, the order of each process, and real time.
 * Anti-dependencies are left out: consumers are free to lag behind.
 */
import { canonical } from '../../../base/json.ts';
import { EdgeList, shortCycles } from '../../digraph.ts';
import type { Part } from '../invariant.ts';
import type { KafkaLogs, KeyLog, Message } from './log.ts';
import type { Say } from './order.ts';

const kinds = { wr: 0, ww: 1, process: 2, realtime: 3 } as const;
const cyclesMax = 8;
const orders = ['', '-process', '-realtime'] as const;

/** @param orderedSends true: messages must lie in their logs in the order of their sends. */
export function judgeCycles(part: Part, logs: KafkaLogs, orderedSends: boolean, say: Say): void {
  const rows = [...logs.ops.keys()].filter((row) => !part.failed(row));
  const told = new Set<number>();
  for (const order of orders) {
    const graph = dependencies(logs, rows, orderedSends);
    if (order === '-process') addProcessOrder(part, rows, graph);
    if (order === '-realtime') addRealTime(part, rows, graph);
    // Twice the rows: the upper half stands for moments in real time.
    for (const steps of shortCycles(graph.toDigraph(2 * rows.length), cyclesMax)) {
      const real = steps.filter(({ from }) => from < rows.length);
      const onCycle = real.map(({ from }) => rows[from] ?? 0);
      // What is a cycle without the order of processes is one with it, too: told already.
      if (onCycle.some((row) => told.has(row))) continue;
      for (const row of onCycle) told.add(row);
      const base = steps.some(({ relation }) => relation === kinds.wr) ? 'G1c' : 'G0';
      const labels = real.map(({ relation }) => relation);
      say(base + order, onCycle, cycleText(part, logs, onCycle, labels));
    }
  }
}

function dependencies(logs: KafkaLogs, rows: readonly number[], orderedSends: boolean): EdgeList {
  const vertexOf = new Map(rows.map((row, vertex) => [row, vertex]));
  const graph = new EdgeList();
  const add = (from: number, to: number, label: number): void => {
    const [a, b] = [vertexOf.get(from), vertexOf.get(to)];
    if (a !== undefined && b !== undefined && a !== b) graph.add(a, b, label);
  };
  for (const { row, polled } of logs.ops.values())
    for (const { message } of polled) {
      const sender = senderOf(message);
      if (sender !== undefined) add(sender, row, kinds.wr);
    }
  if (!orderedSends) return graph;
  for (const log of logs.keys.values())
    for (const [before, after] of neighbours(log)) add(before, after, kinds.ww);
  return graph;
}

/** Senders of messages that follow each other in a log. A disputed place breaks the chain. */
function* neighbours(log: KeyLog): Generator<readonly [number, number]> {
  let before: number | undefined;
  for (const offset of log.offsets) {
    const there = log.places.get(offset) ?? [];
    const [message] = there;
    const sender = there.length === 1 && message !== undefined ? senderOf(message) : undefined;
    if (before !== undefined && sender !== undefined) yield [before, sender];
    before = sender;
  }
}

/** The only one who may have sent it, if no other's send of it is in the history. */
function senderOf({ sends, failed }: Message): number | undefined {
  return sends.length === 1 && failed.length === 0 ? sends[0] : undefined;
}

function addProcessOrder(part: Part, rows: readonly number[], graph: EdgeList): void {
  const last = new Map<number, number>();
  for (const [vertex, row] of rows.entries()) {
    const before = last.get(part.process(row));
    if (before !== undefined) graph.add(before, vertex, kinds.process);
    last.set(part.process(row), vertex);
  }
}

/** A chain of the moments in which operations ended; each begins after the last such moment. */
function addRealTime(part: Part, rows: readonly number[], graph: EdgeList): void {
  const vertexOf = new Map(rows.map((row, vertex) => [row, vertex]));
  let moment = rows.length - 1;
  for (const { row, begins } of part.moments(rows)) {
    const vertex = vertexOf.get(row) ?? 0;
    if (begins) {
      if (moment >= rows.length) graph.add(moment, vertex, kinds.realtime);
      continue;
    }
    if (moment >= rows.length) graph.add(moment, moment + 1, kinds.realtime);
    moment += 1;
    graph.add(vertex, moment, kinds.realtime);
  }
}

function cycleText(
  part: Part,
  logs: KafkaLogs,
  rows: readonly number[],
  labels: readonly number[],
): string {
  const lines = rows.map((row, i) => {
    const next = rows[(i + 1) % rows.length] ?? row;
    const [a, b] = [part.invoke(row), part.invoke(next)];
    return `event ${a} comes before event ${b}: ${reasonText(part, logs, row, next, labels[i] ?? 0)}`;
  });
  return [...lines, 'So each of them comes before itself.'].join('\n');
}

// eslint-disable-next-line max-params -- both ends of an edge, and where to look it up
function reasonText(part: Part, logs: KafkaLogs, row: number, next: number, label: number): string {
  switch (label) {
    case kinds.wr: {
      const polled = logs.ops.get(next)?.polled ?? [];
      const met = polled.find(({ message }) => senderOf(message) === row);
      return `the latter polled ${canonical(met?.message.value ?? null)} of ${met?.message.key ?? ''} (offset ${met?.offset ?? ''}), which the former sent`;
    }
    case kinds.ww:
      return `in log ${logBetween(logs, row, next)} the message of the former lies right before that of the latter`;
    case kinds.process:
      return `process ${part.process(row)} did them in this order`;
    default:
      return `the former ended (event ${part.returned(row)}) before the latter began`;
  }
}

function logBetween(logs: KafkaLogs, row: number, next: number): string {
  for (const log of logs.keys.values())
    for (const [before, after] of neighbours(log))
      if (before === row && after === next) return log.key;
  return '';
}
