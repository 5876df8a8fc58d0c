/**
 * Reads operations from what Jepsen prints while a test runs: a line is whatever the logger
 * puts first, then process, type, function, value and perhaps an error, as in
 *
 *     INFO  jepsen.util - 3	:invoke	:write	4
 *     2026-01-02 12:00:00,123{GMT}	INFO	[jepsen worker 3] jepsen.util: 3	:info	:write	4	:timed-out
 *
 * Other lines are the log's own business and are skipped.
 */
import { HistoryError } from '../../base/errors.ts';
import { plural } from '../../base/text.ts';
import { badAt, byte, inEventAt, type Source, TornEnd, tornWarning } from './bytes.ts';
import { valueMayBeError } from './edn.ts';
import { EdnScanner } from './edn-scanner.ts';
import { EventSink } from './event-sink.ts';

const operation = /(?:^|\s)(\d+|:?nemesis)\s+:(invoke|ok|fail|info)(?=\s|$)/;
const decoder = new TextDecoder('utf-8');

/** True if the line looks like one of an operation. */
export function isJepsenLogLine(line: string): boolean {
  return operation.test(line);
}

/** @throws HistoryError for a line that begins like an operation and does not go on like one */
export function readJepsenLog(source: Source, start: number): EventSink {
  const sink = new EventSink();
  const { bytes } = source;
  let skipped = 0;
  let at = start;
  while (at < bytes.length) {
    const newline = bytes.indexOf(byte.newline, at);
    const end = newline === -1 ? bytes.length : newline;
    const line = decoder.decode(bytes.subarray(at, end));
    const found = operation.exec(line);
    if (found === null) skipped += line.trim() === '' ? 0 : 1;
    else {
      // Up to here the line is decoded text; in bytes it may be longer.
      const prefix = encodedLength(line.slice(0, found.index + found[0].length));
      sink.begin();
      sink.setType(found[2] ?? '');
      sink.setProcess(processNamed(found[1] ?? ''));
      try {
        readRest(new EdnScanner(source, at + prefix, end), sink);
      } catch (thrown) {
        if (thrown instanceof TornEnd && newline === -1) {
          sink.warnings.push(tornWarning(source, at));
          break;
        }
        throw placed(source, at, thrown);
      }
    }
    at = end + 1;
  }
  if (skipped > 0) sink.warnings.push(`${plural(skipped, 'line')} without an operation left out`);
  return sink;
}

/** Function, value and error, and the event is complete. */
function readRest(scanner: EdnScanner, sink: EventSink): void {
  // eslint-disable-next-line no-param-reassign -- the sink is the record being filled
  sink.f = sink.builder.functionId(scanner.name());
  if (scanner.peek() !== -1) {
    const value = scanner.value();
    const word = scanner.wasKeyword && typeof value === 'string' ? value : undefined;
    // eslint-disable-next-line no-param-reassign -- the sink is the record being filled
    sink.value = sink.valueId(value);
    if (scanner.peek() !== -1) sink.setError(restOfLine(scanner));
    else valueMayBeError(sink, word);
  }
  sink.commit();
}

/** The error: EDN if it is that to the line's end, else the text as it stands. */
function restOfLine(scanner: EdnScanner): ReturnType<EdnScanner['value']> {
  const start = scanner.at;
  try {
    const value = scanner.value();
    if (scanner.peek() === -1) return value;
  } catch (thrown) {
    if (!(thrown instanceof TornEnd || thrown instanceof HistoryError)) throw thrown;
  }
  return decoder.decode(scanner.source.bytes.subarray(start, scanner.end)).trim();
}

function processNamed(name: string): number | string {
  return name.endsWith('nemesis') ? 'nemesis' : Number(name);
}

function encodedLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

function placed(source: Source, lineStart: number, thrown: unknown): unknown {
  if (thrown instanceof TornEnd)
    return badAt(source, lineStart, 'process, type, function and value of an operation');
  if (!(thrown instanceof HistoryError) || thrown.message.startsWith(source.name)) return thrown;
  return inEventAt(source, lineStart, thrown);
}
