/**
 * The bodies of messages as values and back, without loss of digits.
 *
 * Integers in JSON are of any size, and nodes in most languages send 64 bits of one: ids made
 * from a clock, a hash as `msg_id`. As a `number` it would be rounded: two ids would become the
 * same, and a node would not know the answer of a service for its own. So an integer that a
 * `number` cannot hold is kept as the text of its digits; behind a mark for services, which
 * send it on as the integer that it was.
 */
import { isObject, type Json, type JsonObject } from '../../base/json.ts';

/** No character, says Unicode: in no text that means anything. */
const mark = '\uFFFF';
const marked = /"\uFFFF(-?\d+)"/g;
const manyDigits = /\d{16}/;
const integer = /^-?[1-9]\d{15,}$/;
/** A string, or a number with all that belongs to it. */
const stringOrNumber = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** The body of a message for a client: integers that are too large are text. */
export function bodyForClient(text: string): JsonObject {
  return bodyOf(text, '');
}

/** The body of a message for a service, to be sent on by `textOf`. */
export function bodyForService(text: string): JsonObject {
  return bodyOf(text, mark);
}

/** Of a text that is known to be JSON, to be written by `textOf`. */
export function parseExactly(text: string): unknown {
  return JSON.parse(withTextFor(text, mark));
}

/** JSON, with the integers that were marked. */
export function textOf(value: Json): string {
  const text = JSON.stringify(value);
  return text.includes(mark) ? text.replace(marked, '$1') : text;
}

/** It was seen to be a JSON object when it was sent. */
function bodyOf(text: string, prefix: string): JsonObject {
  const body: unknown = JSON.parse(withTextFor(text, prefix));
  return isObject(body) ? body : {};
}

function withTextFor(text: string, prefix: string): string {
  if (!manyDigits.test(text)) return text;
  return text.replace(stringOrNumber, (found) =>
    integer.test(found) && !Number.isSafeInteger(Number(found)) ? `"${prefix}${found}"` : found,
  );
}
