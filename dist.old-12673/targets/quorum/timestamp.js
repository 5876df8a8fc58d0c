/** Versions of a value, totally ordered: a counter, then who wrote. */
import { isList } from '../../src/node/node.js';
export function isNewer(a, b) {
  if (a === undefined || b === undefined) return a !== undefined;
  if (a.timestamp.counter !== b.timestamp.counter) return a.timestamp.counter > b.timestamp.counter;
  return a.timestamp.writer > b.timestamp.writer;
}
export function newestOf(versions) {
  let newest;
  for (const version of versions) if (isNewer(version, newest)) newest = version;
  return newest;
}
export function isSame(a, b) {
  return !isNewer(a, b) && !isNewer(b, a);
}
export function toJson(version) {
  if (version === undefined) return null;
  return [version.timestamp.counter, version.timestamp.writer, version.value];
}
export function fromJson(json) {
  if (!isList(json)) return undefined;
  const [counter, writer, value] = json;
  if (typeof counter !== 'number' || typeof writer !== 'string' || value === undefined)
    return undefined;
  return { timestamp: { counter, writer }, value };
}
