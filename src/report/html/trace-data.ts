/** Messages, logs and clock offsets as the page carries them. */
import { isObject } from '../../base/json.ts';
import { escapeScriptJson } from '../escape.ts';
import type { RunReport } from '../report.ts';
import type { RunTraces } from '../traces.ts';

/** Undefined if there is neither a message nor a line to show. */
export function shownTraces({ traces }: RunReport): RunTraces | undefined {
  return traces === undefined || traces.messages.length + traces.logs.length === 0
    ? undefined
    : traces;
}

/** One node's clock while a fault had it wrong. */
export interface ClockSkewShown {
  readonly node: string;
  /** In ticks. */
  readonly start: number;
  readonly end: number;
  readonly offsetMs: number;
  /** Extra seconds a second. */
  readonly rate: number;
  /** Between two jumps to and fro; 0 if it does not jump. */
  readonly periodMs: number;
}

/** From the faults that name skews, whatever their kind. */
export function clockSkews({ summary }: RunReport, tickNs: number): readonly ClockSkewShown[] {
  return summary.faults.flatMap(({ window: { fault, startNs, endNs } }) => {
    const { skews } = fault.detail;
    if (!isObject(skews)) return [];
    return Object.entries(skews).flatMap(([node, skew]) => {
      if (!isObject(skew) || !fault.nodes.includes(node)) return [];
      const numberOf = (name: string): number => {
        const value = skew[name];
        return typeof value === 'number' ? value : 0;
      };
      return [
        {
          node,
          start: Math.floor(startNs / tickNs),
          end: Math.floor(endNs / tickNs),
          offsetMs: numberOf('offsetMs'),
          rate: numberOf('rate'),
          periodMs: numberOf('periodMs'),
        },
      ];
    });
  });
}

const chunkLength = 2_000;

/**
 * A script element of JSON: tables of names, and one array a message (`[id, from, to, sent,
 * received or -1, reason, type, text]`) and a line (`[node, stream, at, text]`).
 */
export function* traceParts({ messages, logs }: RunTraces, tickNs: number): Generator<string> {
  const [names, types, reasons] = [new Names(), new Names(), new Names()];
  reasons.of('');
  const tick = (ns: number): number => Math.floor(ns / tickNs);
  const messageRows = messages.map((message) => [
    message.id,
    names.of(message.from),
    names.of(message.to),
    tick(message.sentNs),
    message.receivedNs === null ? -1 : tick(message.receivedNs),
    reasons.of(message.lost ?? ''),
    types.of(message.type),
    message.text,
  ]);
  const logRows = logs.map(({ node, stream, timeNs, text }) => [
    names.of(node),
    stream,
    tick(timeNs),
    text,
  ]);
  yield '<script type="application/json" id="dsx-traces">{';
  const tables = { names: names.list, types: types.list, reasons: reasons.list };
  yield escapeScriptJson(JSON.stringify(tables)).slice(1, -1);
  yield* rowParts('messages', messageRows);
  yield* rowParts('logs', logRows);
  yield '}</script>\n';
}

function* rowParts(name: string, rows: readonly (readonly unknown[])[]): Generator<string> {
  yield `,"${name}":[`;
  for (let start = 0; start < rows.length; start += chunkLength) {
    const chunk = JSON.stringify(rows.slice(start, start + chunkLength)).slice(1, -1);
    yield `${start === 0 ? '' : ','}${escapeScriptJson(chunk)}`;
  }
  yield ']';
}

/** Texts by number, each once. */
class Names {
  readonly list: string[] = [];
  readonly #places = new Map<string, number>();

  of(text: string): number {
    const known = this.#places.get(text);
    if (known !== undefined) return known;
    const place = this.list.push(text) - 1;
    this.#places.set(text, place);
    return place;
  }
}
