/** What `lin-kv`, `seq-kv` and `lww-kv` have in common: requests, and one step on one cell. */
import { canonical } from '../../../base/json.js';
import { errorReply, unknownType } from './service.js';
/** The request, its key as canonical text (any JSON is a key); or the error reply to it. */
export function parseRequest(service, body) {
  const { type, key, value, from, to } = body;
  if (type !== 'read' && type !== 'write' && type !== 'cas') {
    return unknownType(service, type, 'read, write and cas');
  }
  if (key === undefined) return missing(type, 'key');
  if (type === 'read') return { type, key: canonical(key) };
  if (type === 'write') {
    return value === undefined ? missing(type, 'value') : { type, key: canonical(key), value };
  }
  if (from === undefined) return missing(type, 'from');
  if (to === undefined) return missing(type, 'to');
  const createsIfMissing = body['create_if_not_exists'] === true;
  return { type, key: canonical(key), from, to, createsIfMissing };
}
export function isRequest(parsed) {
  return parsed.type !== 'error';
}
/** Does what is asked to the cell of its key. */
export function applyRequest(request, cell) {
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
export function isSameCell(a, b) {
  if (a === undefined || b === undefined) return a === b;
  return a === b || canonical(a) === canonical(b);
}
function compareAndSet({ from, to, createsIfMissing }, cell) {
  if (cell === undefined && !createsIfMissing) return { reply: noSuchKey(), cell };
  if (cell !== undefined && !isSameCell(cell, from)) {
    const text = `current value ${JSON.stringify(cell)} is not ${JSON.stringify(from)}`;
    return { reply: errorReply(22, text), cell };
  }
  return { reply: { type: 'cas_ok' }, cell: to };
}
function noSuchKey() {
  return errorReply(20, 'key does not exist');
}
function missing(type, field) {
  return errorReply(12, `a ${type} needs the field "${field}"`);
}
