/**
 * Reads a history in any of the formats that dsx knows, told apart by their first bytes.
 */
import { HistoryError, UsageError } from '../../base/errors.ts';
import { didYouMean } from '../../base/text.ts';
import type { History } from '../history.ts';
import { byte, lineNumber, type Source } from './bytes.ts';
import { isDbcop, readDbcop } from './dbcop.ts';
import { readEdn } from './edn.ts';
import type { EventSink } from './event-sink.ts';
import { type KeyNotation, splitKeys } from './independent-keys.ts';
import { isJepsenLogLine, readJepsenLog } from './jepsen-log.ts';
import { readJson } from './jsonl.ts';
import { isLimoLine, readLimo } from './limo.ts';
import { readAwdit, readPolysi, transactionFormatOf } from './transaction-text.ts';

/** The formats, each with a line for people. */
export const historyFormats = {
  jsonl: 'dsx: one JSON object a line',
  edn: 'Jepsen and Knossos: op maps in EDN, one a line or in one vector or list',
  'jepsen-log': 'what Jepsen prints: INFO … 0 :invoke :read nil',
  'porcupine-kv': "porcupine's key-value logs: EDN with :key",
  'elle-json': 'elle-cli: one JSON array of op maps',
  dbcop: "dbcop's binary histories of transactions",
  polysi: 'PolySI and Plume: r(key,value,session,transaction)',
  awdit: 'AWDIT: r key value, ----- between transactions, ===== between sessions',
  limo: 'LiMo: [thread] call push(1), [thread] return',
} as const;

export type HistoryFormat = keyof typeof historyFormats;

export interface ReadOptions {
  /** How keys of independent objects are written; `auto` unless said otherwise. */
  readonly keys?: KeyNotation;
}

export interface ReadResult {
  readonly history: History;
  /** What the file was read as. */
  readonly format: HistoryFormat;
  /** What was left out or taken in a way that the file does not say. For people. */
  readonly warnings: readonly string[];
  /**
   * False if the file orders events only within each process. The order of events in
   * `history` is then made up between processes, and a model about real time (linearizable,
   * strict serializable) must not be judged by it.
   */
  readonly realTime: boolean;
  /** False if the file has no times; they are then the positions of the events. */
  readonly timed: boolean;
}

/** `auto`, or one of the formats. @throws UsageError with the nearest one */
export function historyFormatOf(name: string): HistoryFormat | 'auto' {
  if (name === 'auto' || name in historyFormats) return name as HistoryFormat | 'auto';
  const names = ['auto', ...Object.keys(historyFormats)];
  throw new UsageError(
    `no history format "${name}".${didYouMean(name, names)} There are: ${names.join(', ')}`,
  );
}

/**
 * Reads a whole file. `name` is for messages. A last line that was cut off (the recorder was
 * killed in mid-write) is left out with a warning; trouble elsewhere is an error.
 * @throws HistoryError that names line, column, what was expected and what was found
 */
export function readHistory(
  bytes: Uint8Array,
  format: HistoryFormat | 'auto' = 'auto',
  name = 'history',
  options: ReadOptions = {},
): ReadResult {
  const actual = format === 'auto' ? detectFormat({ bytes, name }) : format;
  const { source, start, warnings } = trimmed({ bytes, name }, actual);
  const sink = readAs(actual, source, start);
  const history = sink.finish();
  warnings.push(...sink.warnings);
  const realTime = actual !== 'dbcop' && actual !== 'polysi' && actual !== 'awdit';
  if (realTime && splitKeys(history, options.keys ?? 'auto') && options.keys !== 'tuples')
    warnings.push(
      'values are [key value] tuples of independent registers: read as such (--keys plain: leave them whole)',
    );
  if (history.eventCount === 0) warnings.push('the file has no events');
  return {
    history,
    format: actual === 'edn' && isKeyValueLog(history) ? 'porcupine-kv' : actual,
    warnings,
    realTime,
    timed: sink.timed && history.eventCount > 0,
  };
}

/**
 * The format that the first bytes show.
 * @throws HistoryError if they show none
 */
function detectFormat(source: Source): HistoryFormat {
  const { bytes, name } = source;
  if (bytes.length === 0)
    throw new HistoryError(`${name} is empty: expected a history, found no bytes at all`);
  if (hasUtf16Mark(bytes))
    throw new HistoryError(
      `${name} is text in UTF-16; save it as UTF-8 (iconv -f UTF-16 -t UTF-8)`,
    );
  if (bytes.subarray(0, 64).includes(byte.nul) && isDbcop(source)) return 'dbcop';
  const head = new TextDecoder().decode(bytes.subarray(startOfText(bytes), 65_536));
  const found = formatOfText(head);
  if (found !== undefined) return found;
  throw new HistoryError(
    `${name}: not a history in a format that dsx knows\n  it begins: ${JSON.stringify(head.slice(0, 60))}\n  known formats (name one with --format):\n${Object.entries(
      historyFormats,
    )
      .map(([format, summary]) => `    ${format.padEnd(13)} ${summary}`)
      .join('\n')}`,
  );
}

function formatOfText(head: string): HistoryFormat | undefined {
  if (/^\s*#\s*@object\s/m.test(head)) return 'limo';
  const text = head.replace(/^(\s|;[^\n]*(\n|$))+/, '');
  if (/^\{\s*("|$)/.test(text) || /^\{\s*\}/.test(text)) return 'jsonl';
  if (/^\[\s*(\{\s*("|$)|\]|$)/.test(text)) return 'elle-json';
  if (/^[({]/.test(text) || /^\[\s*[{(#;]/.test(text) || /^#[a-z{_]/i.test(text)) return 'edn';
  const lines = head.split('\n').map((line) => line.trim());
  const first = lines.find((line) => line !== '' && !line.startsWith('#')) ?? '';
  if (isLimoLine(first)) return 'limo';
  return transactionFormatOf(first) ?? (lines.some(isJepsenLogLine) ? 'jepsen-log' : undefined);
}

function readAs(format: HistoryFormat, source: Source, start: number): EventSink {
  switch (format) {
    case 'jsonl':
    case 'elle-json':
      return readJson(source, start);
    case 'edn':
    case 'porcupine-kv':
      return readEdn(source, start);
    case 'jepsen-log':
      return readJepsenLog(source, start);
    case 'polysi':
      return readPolysi(source, start);
    case 'awdit':
      return readAwdit(source, start);
    case 'limo':
      return readLimo(source, start);
    default:
      return readDbcop(source);
  }
}

/**
 * The source without a mark of UTF-8 before it and the zero bytes that a power failure may
 * leave behind it.
 */
function trimmed(
  source: Source,
  format: HistoryFormat,
): { source: Source; start: number; warnings: string[] } {
  const { bytes, name } = source;
  if (format === 'dbcop') return { source, start: 0, warnings: [] };
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === byte.nul) end -= 1;
  const zeros = bytes.length - end;
  const warnings =
    zeros === 0
      ? []
      : [`line ${lineNumber(source, end)}: ${zeros} zero bytes at the end of the file left out`];
  return { source: { bytes: bytes.subarray(0, end), name }, start: startOfText(bytes), warnings };
}

function startOfText(bytes: Uint8Array): number {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}

function hasUtf16Mark(bytes: Uint8Array): boolean {
  return (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
}

/** EDN with keys apart from values, and nothing but gets, puts and appends. */
function isKeyValueLog(history: History): boolean {
  const known = ['get', 'put', 'append'];
  return (
    history.eventCount > 0 &&
    history.keys.length > 0 &&
    history.functions.every((name) => known.includes(name))
  );
}
