/**
 * One event ⇄ one line of `history.jsonl`. Fields come in one order, so that two files of
 * the same history are the same bytes, and a person who reads the file finds each field
 * where it was a line above.
 */
import { HistoryError, messageOf } from '../base/errors.ts';
import { isArray, isObject, type Json, type JsonObject } from '../base/json.ts';
import type { EventType, HistoryEvent, OpError, ProcessId } from './event.ts';

/**
 * The event as one line of JSON, without the line's end. Written by hand because it runs
 * once per event of a run: several times faster than `JSON.stringify` of an object.
 */
export function eventLine(event: HistoryEvent): string {
  const { index, time, type, process, f, key, value, node, error } = event;
  const who = process === 'nemesis' ? '"nemesis"' : String(process);
  let line = `{"index":${index},"time":${time},"type":"${type}","process":${who},"f":${quoted(f)}`;
  if (key !== undefined) line += `,"key":${jsonText(key)}`;
  if (value !== undefined) line += `,"value":${jsonText(value)}`;
  if (node !== undefined) line += `,"node":${quoted(node)}`;
  if (error !== undefined) line += `,"error":[${quoted(error[0])},${quoted(error[1])}]`;
  if (event.final === true) line += ',"final":true';
  return `${line}}`;
}

/**
 * Reads one line back; fields that it does not know are left out.
 * @throws HistoryError that says what was expected in the line and what was there
 */
export function parseEventLine(line: string): HistoryEvent {
  const fields = objectOf(line);
  return {
    index: countOf(fields, 'index', line),
    time: countOf(fields, 'time', line),
    type: typeOf(fields, line),
    process: processOf(fields, line),
    f: textOf(fields, 'f', line),
    ...(fields['key'] === undefined ? {} : { key: fields['key'] }),
    ...(fields['value'] === undefined ? {} : { value: fields['value'] }),
    ...(fields['node'] === undefined ? {} : { node: textOf(fields, 'node', line) }),
    ...(fields['error'] === undefined ? {} : { error: errorOf(fields['error'], line) }),
    ...(fields['final'] === true ? { final: true } : {}),
  };
}

// Quotes, backslashes, control characters and halves of surrogate pairs.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must be escaped
// eslint-disable-next-line no-control-regex -- they are what must be escaped
const needsEscape = /["\\\u0000-\u001f\ud800-\udfff]/;

function quoted(text: string): string {
  return needsEscape.test(text) ? JSON.stringify(text) : `"${text}"`;
}

function jsonText(value: Json): string {
  if (typeof value === 'string') return quoted(value);
  return JSON.stringify(value);
}

function objectOf(line: string): JsonObject {
  try {
    const parsed: unknown = JSON.parse(line);
    if (isObject(parsed)) return parsed;
  } catch (thrown) {
    throw refused(line, 'one JSON object', messageOf(thrown));
  }
  throw refused(line, 'one JSON object');
}

function countOf(fields: JsonObject, name: string, line: string): number {
  const value = fields[name];
  if (typeof value === 'number' && value >= 0) return value;
  throw refused(line, `a number as "${name}"`);
}

function textOf(fields: JsonObject, name: string, line: string): string {
  const value = fields[name];
  if (typeof value === 'string') return value;
  throw refused(line, `a text as "${name}"`);
}

function typeOf(fields: JsonObject, line: string): EventType {
  const type = fields['type'];
  if (type === 'invoke' || type === 'ok' || type === 'fail' || type === 'info') return type;
  throw refused(line, '"type" to be invoke, ok, fail or info');
}

function processOf(fields: JsonObject, line: string): ProcessId {
  const process = fields['process'];
  if (process === 'nemesis') return process;
  if (typeof process === 'number' && Number.isInteger(process) && process >= 0) return process;
  throw refused(line, 'an integer from 0 up, or "nemesis", as "process"');
}

function errorOf(value: Json, line: string): OpError {
  const [code, text] = isArray(value) ? value : [];
  if (typeof code === 'string' && typeof text === 'string') return [code, text];
  throw refused(line, '[code, text] as "error"');
}

function refused(line: string, expected: string, why = ''): HistoryError {
  const shown = line.length > 120 ? `${line.slice(0, 120)}…` : line;
  return new HistoryError(
    `expected ${expected}, found: ${shown}${why === '' ? '' : `\n  (${why})`}`,
  );
}
