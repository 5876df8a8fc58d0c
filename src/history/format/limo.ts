/**
 * Reads the histories of LiMo and its kin: `# @object atomic-queue`, then lines such as
 * `[3] call enq(1)` and `[3] return`, `[4] call deq`, `[4] return 1`, `[4] return empty`.
 * Some files name what a pop took in its call, as in `call pop(1)` … `return`.
 *
 * Methods become the functions of dsx's models: `add`, `enq` → `enqueue` and `remove`, `deq`
 * → `dequeue` on a queue; `add` → `push`, `remove` → `pop` on a stack.
 */
import { HistoryError } from '../../base/errors.ts';
import type { Json } from '../../base/json.ts';
import { typeCode } from '../columns.ts';
import { badAt, inEventAt, type Source, textAt, tornWarning } from './bytes.ts';
import { EventSink } from './event-sink.ts';
import { linesOf, openEndWarning } from './lines.ts';

const eventLine = /^\[(\d+)\]\s+(call|return)(?:\s+(.*))?$/;
const putMethods = ['add', 'enq', 'enqueue', 'push', 'insert', 'offer'];
const takeMethods = ['remove', 'deq', 'dequeue', 'pop', 'poll'];

/** What is known of a call when it returns. */
interface OpenCall {
  readonly f: number;
  readonly puts: boolean;
  readonly argument: Json;
}

/** True for a line of such a history. */
export function isLimoLine(line: string): boolean {
  return eventLine.test(line);
}

/** @throws HistoryError with line and column for any other line */
export function readLimo(source: Source, start: number): EventSink {
  const sink = new EventSink();
  const head = textAt(source, start, Math.min(source.bytes.length, start + 4096));
  const object = /^#\s*@object\s+(\S+)/m.exec(head)?.[1] ?? '';
  const open = new Map<string, OpenCall>();
  for (const line of linesOf(source, start)) {
    const [, thread, kind, rest = ''] = eventLine.exec(line.text) ?? [];
    if (thread === undefined || kind === undefined) {
      if (!line.open) throw badAt(source, line.at, '"[THREAD] call METHOD" or "[THREAD] return"');
      sink.warnings.push(tornWarning(source, line.at));
      break;
    }
    if (kind === 'call' && rest === '' && line.open) {
      sink.warnings.push(tornWarning(source, line.at));
      break;
    }
    try {
      sink.begin();
      sink.setProcessNumber(Number(thread));
      if (kind === 'call') open.set(thread, called(sink, object, rest));
      else returned(sink, open.get(thread), rest);
      sink.commit();
    } catch (thrown) {
      if (!(thrown instanceof HistoryError)) throw thrown;
      throw inEventAt(source, line.at, thrown);
    }
    if (line.open && !rest.endsWith(')')) sink.warnings.push(openEndWarning(source, line));
  }
  return sink;
}

/* eslint-disable no-param-reassign -- the sink is the record being filled */

function called(sink: EventSink, object: string, text: string): OpenCall {
  const [, method, inBrackets, bare] =
    /^([A-Za-z_][\w-]*)\s*(?:\((.*)\)|(\S.*))?$/.exec(text) ?? [];
  if (method === undefined)
    throw new HistoryError(`expected a method after "call", found "${text}"`);
  const puts = putMethods.includes(method);
  const argument = valueOf(inBrackets ?? bare ?? '');
  const f = sink.builder.functionId(functionOf(method, object));
  sink.type = typeCode.invoke;
  sink.f = f;
  // What a take is said to take, it knows only when it returns.
  sink.value = sink.valueId(takeMethods.includes(method) ? null : argument);
  return { f, puts, argument };
}

function returned(sink: EventSink, call: OpenCall | undefined, text: string): void {
  if (call === undefined)
    throw new HistoryError('expected a call of this thread before its return');
  sink.type = typeCode.ok;
  sink.f = call.f;
  const result = text === '' ? call.argument : valueOf(text);
  sink.value = sink.valueId(call.puts ? call.argument : result);
}

/* eslint-enable no-param-reassign */

function functionOf(method: string, object: string): string {
  const [put, take] = object.includes('stack')
    ? ['push', 'pop']
    : object.includes('queue') && !object.includes('priority')
      ? ['enqueue', 'dequeue']
      : [method, method];
  if (putMethods.includes(method)) return put;
  return takeMethods.includes(method) ? take : method;
}

/** `empty` is null, an integer a number, anything else a text. A `?` before it says nothing. */
function valueOf(text: string): Json {
  const word = text.trim().replace(/^\?/, '');
  if (word === '' || word === 'empty') return null;
  const value = Number(word);
  return /^-?\d+$/.test(word) && Number.isSafeInteger(value) ? value : word;
}
