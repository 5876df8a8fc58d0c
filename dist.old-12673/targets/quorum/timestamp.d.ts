/** Versions of a value, totally ordered: a counter, then who wrote. */
import { type Json } from '../../src/node/node.ts';
/** `writer` is unique to a write, so that two writes never share a timestamp. */
export interface Timestamp {
  readonly counter: number;
  readonly writer: string;
}
export interface Version {
  readonly timestamp: Timestamp;
  readonly value: Json;
}
export declare function isNewer(a: Version | undefined, b: Version | undefined): boolean;
export declare function newestOf(versions: readonly (Version | undefined)[]): Version | undefined;
export declare function isSame(a: Version | undefined, b: Version | undefined): boolean;
export declare function toJson(version: Version | undefined): Json;
export declare function fromJson(json: Json | undefined): Version | undefined;
