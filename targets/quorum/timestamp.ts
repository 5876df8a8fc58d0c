/** Versions of a value, totally ordered: a counter, then who wrote. */
import { isList, type Json } from '../../src/node/node.ts';

/** `writer` is unique to a write, so that two writes never share a timestamp. */
export interface Timestamp {
  readonly counter: number;
  readonly writer: string;
}

export interface Version {
  readonly timestamp: Timestamp;
  readonly value: Json;
}

export function isNewer(a: Version | undefined, b: Version | undefined): boolean {
  if (a === undefined || b === undefined) return a !== undefined;
  if (a.timestamp.counter !== b.timestamp.counter) return a.timestamp.counter > b.timestamp.counter;
  return a.timestamp.writer > b.timestamp.writer;
}

export function newestOf(versions: readonly (Version | undefined)[]): Version | undefined {
  let newest: Version | undefined;
  for (const version of versions) if (isNewer(version, newest)) newest = version;
  return newest;
}

export function isSame(a: Version | undefined, b: Version | undefined): boolean {
  return !isNewer(a, b) && !isNewer(b, a);
}

export function toJson(version: Version | undefined): Json {
  if (version === undefined) return null;
  return [version.timestamp.counter, version.timestamp.writer, version.value];
}

export function fromJson(json: Json | undefined): Version | undefined {
  if (!isList(json)) return undefined;
  const [counter, writer, value] = json;
  if (typeof counter !== 'number' || typeof writer !== 'string' || value === undefined)
    return undefined;
  return { timestamp: { counter, writer }, value };
}
