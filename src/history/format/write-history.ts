/**
 * Writes a history in pieces of moderate size, so that the file of a run of millions of
 * events is never one string.
 */
import type { Json } from '../../base/json.ts';
import { isArray, isObject } from '../../base/json.ts';
import type { HistoryEvent } from '../event.ts';
import type { History } from '../history.ts';
import { eventLine } from '../line.ts';

/** Length of a piece, in UTF-16 units, after which the next one begins. */
const pieceLength = 65_536;

export interface EdnOptions {
  /**
   * `tuples`: keys as Jepsen writes them, in front of the value: `[key value]`.
   * `field`: as `:key`, beside it.
   */
  readonly keys?: 'tuples' | 'field';
}

/** The history as dsx JSONL, in pieces that end with a line. */
export function jsonlOf(history: History): Generator<string> {
  return pieces(history, eventLine);
}

/** The history as EDN op maps, one a line, in pieces that end with a line. */
export function ednOf(history: History, options: EdnOptions = {}): Generator<string> {
  const tuples = (options.keys ?? 'tuples') === 'tuples';
  return pieces(history, (event) => ednLine(event, tuples));
}

function* pieces(history: History, lineOf: (event: HistoryEvent) => string): Generator<string> {
  let piece = '';
  for (const event of history.eachEvent()) {
    piece += `${lineOf(event)}\n`;
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

function ednLine(event: HistoryEvent, tuples: boolean): string {
  const { index, time, type, process, f, key, value, node, error, final } = event;
  const who = process === 'nemesis' ? ':nemesis' : String(process);
  const inTuple = key !== undefined && tuples;
  const what = inTuple ? [key, value ?? null] : value;
  const fields = [
    `:index ${index}`,
    `:time ${time}`,
    `:type :${type}`,
    `:process ${who}`,
    `:f ${wordOf(f)}`,
    ...(key === undefined || tuples ? [] : [`:key ${ednText(key)}`]),
    ...(what === undefined ? [] : [`:value ${valueText(event.f, what, inTuple)}`]),
    ...(node === undefined ? [] : [`:node ${ednText(node)}`]),
    ...(error === undefined ? [] : [`:error [${wordOf(error[0])} ${ednText(error[1])}]`]),
    ...(final === true ? [':final true'] : []),
  ];
  return `{${fields.join(', ')}}`;
}

/** Names of micro-operations are keywords for Elle: `[[:append 1 2] [:r 1 nil]]`. */
function valueText(f: string, value: Json, inTuple: boolean): string {
  if (f !== 'txn' || inTuple || !isArray(value)) return ednText(value);
  const micro = value.map((item) =>
    isArray(item) && typeof item[0] === 'string'
      ? `[${[wordOf(item[0]), ...item.slice(1).map(ednText)].join(' ')}]`
      : ednText(item),
  );
  return `[${micro.join(' ')}]`;
}

/** A keyword where the word can be one, else a text: both read back as the same. */
function wordOf(word: string): string {
  return /^[A-Za-z*!?_<>=][\w*!?<>=.-]*$/.test(word) ? `:${word}` : ednText(word);
}

function ednText(value: Json): string {
  if (value === null) return 'nil';
  if (typeof value === 'string') return `"${value.replace(/["\\\n\r\t]/g, escaped)}"`;
  if (isArray(value)) return `[${value.map(ednText).join(' ')}]`;
  if (!isObject(value)) return numberText(value);
  const fields = Object.entries(value).map(([name, item]) => `${ednText(name)} ${ednText(item)}`);
  return `{${fields.join(', ')}}`;
}

function numberText(value: number | boolean): string {
  return Object.is(value, -0) ? '0' : String(value);
}

function escaped(character: string): string {
  switch (character) {
    case '\n':
      return '\\n';
    case '\r':
      return '\\r';
    case '\t':
      return '\\t';
    default:
      return `\\${character}`;
  }
}
