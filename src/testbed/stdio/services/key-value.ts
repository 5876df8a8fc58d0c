/** What `lin-kv`, `seq-kv` and `lww-kv` have in common: requests, and one step on one cell. */
import { canonical, type Json, type JsonObject } from '../../../base/json.ts';
import { errorReply, unknownType } from './service.ts';

/** The value of a key, or undefined if the key is not there. `null` is a value. */
export type Cell = Json | undefined;

export type KeyValueRequest =
  | { readonly type: 'read'; readonly key: string }
  | { readonly type: 'write'; readonly key: string; readonly value: Json }
  | {
      readonly type: 'cas';
      readonly key: string;
      readonly from: Json;
      readonly to: Json;
      readonly createsIfMissing: boolean;
    };

export interface Step {
  readonly reply: JsonObject;
  readonly cell: Cell;
}

/**
 * The request, its key as canonical text (any JSON is a key); or the error reply to it. What is
 * left out is null, as in Maelstrom: programs make a key by a `cas` without `from`, and encoders
 * leave out fields that are empty.
 */
export function parseRequest(service: string, body: JsonObject): KeyValueRequest | JsonObject {
  const { type, key = null, value = null, from = null, to = null } = body;
  if (type !== 'read' && type !== 'write' && type !== 'cas') {
    return unknownType(service, type, 'read, write and cas');
  }
  if (type === 'read') return { type, key: canonical(key) };
  if (type === 'write') return { type, key: canonical(key), value };
  const createsIfMissing = body['create_if_not_exists'] === true;
  return { type, key: canonical(key), from, to, createsIfMissing };
}

export function isRequest(parsed: KeyValueRequest | JsonObject): parsed is KeyValueRequest {
  return parsed.type !== 'error';
}

/** Does what is asked to the cell of its key. */
export function applyRequest(request: KeyValueRequest, cell: Cell): Step {
  switch (request.type) {
    case 'read':
      return cell === undefined
        ? { reply: noSuchKey(), cell }
        : { reply: { type: 'read_ok', value: cell }, cell };
    case 'write':
      return { reply: { type: 'write_ok' }, cell: request.value };
    case 'cas':
      return compareAndSet(request, cell);
  }
}

export function isSameCell(a: Cell, b: Cell): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a === b || canonical(a) === canonical(b);
}

function compareAndSet(
  { from, to, createsIfMissing }: Extract<KeyValueRequest, { type: 'cas' }>,
  cell: Cell,
): Step {
  if (cell === undefined && !createsIfMissing) return { reply: noSuchKey(), cell };
  if (cell !== undefined && !isSameCell(cell, from)) {
    const text = `current value ${JSON.stringify(cell)} is not ${JSON.stringify(from)}`;
    return { reply: errorReply(22, text), cell };
  }
  return { reply: { type: 'cas_ok' }, cell: to };
}

function noSuchKey(): JsonObject {
  return errorReply(20, 'key does not exist');
}
