/**
 * The HTTP gateway of etcd 3, with JSON for values. What an error means (`grpc/codes`):
 *
 * | answer | definite | because |
 * |---|---|---|
 * | no connection | yes | nothing was sent |
 * | 3 invalid argument, 11 out of range, 12 unimplemented | yes | refused before it is proposed |
 * | 8 resource exhausted | yes | too many requests, or no space: refused on every node alike |
 * | 14 unavailable: no leader, leader changed, request timed out, … | no | it may have been proposed |
 * | any other code, a lost connection, no answer in time | no | nothing is known |
 */
import { isArray, isObject, type Json, type JsonObject } from '../../base/json.ts';
import type { NodePlace } from '../../contract/target.ts';
import type { Outcome } from '../../history/event.ts';

const clientPort = 2379;

/** Codes of gRPC for what certainly did not happen. */
const definiteCodes: ReadonlySet<Json | undefined> = new Set([3, 8, 11, 12]);

/** An error that etcd answered with. */
export class EtcdError extends Error {
  override readonly name = 'EtcdError';
  /** `grpc-14`, … */
  readonly code: string;
  /** True if it certainly did not happen. */
  readonly definite: boolean;

  constructor(reply: JsonObject) {
    const { code, message, error } = reply;
    super(typeof message === 'string' ? message : JSON.stringify(error ?? reply));
    this.code = `grpc-${JSON.stringify(code)}`;
    this.definite = definiteCodes.has(code);
  }

  /** `changesNothing`: true for a read, which is `fail` whatever became of it. */
  outcome(changesNothing: boolean): Outcome {
    const type = this.definite || changesNothing ? 'fail' : 'info';
    return { type, error: [this.code, this.message] };
  }
}

export function etcdUrl({ address }: NodePlace): string {
  return `http://${address}:${clientPort}`;
}

/**
 * The answer to one request, the first one if there are several.
 * @throws EtcdError if etcd says so; the error of `fetch` if there was no answer
 */
export async function askEtcd(
  place: NodePlace,
  path: string,
  body: JsonObject,
  signal: AbortSignal,
): Promise<JsonObject> {
  const response = await fetch(`${etcdUrl(place)}/v3/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    signal,
  });
  const reply: unknown = await response.json();
  const object = isObject(reply) ? reply : {};
  if (response.status !== 200) throw new EtcdError(object);
  return object;
}

/** As keys and values travel. */
export function encodeEtcd(value: Json): string {
  return Buffer.from(JSON.stringify(value)).toString('base64');
}

export function decodeEtcd(text: string): Json {
  return JSON.parse(Buffer.from(text, 'base64').toString()) as Json;
}

export interface EtcdEntry {
  readonly value: Json;
  /** At which it was created, and last changed. */
  readonly createRevision: number;
  readonly modRevision: number;
}

/** What a `range` of one key found, or undefined; the gateway writes 64-bit numbers as texts. */
export function entryIn(reply: JsonObject): EtcdEntry | undefined {
  const found = isArray(reply['kvs']) ? reply['kvs'][0] : undefined;
  if (!isObject(found)) return undefined;
  const { value, create_revision, mod_revision } = found;
  return {
    value: typeof value === 'string' && value !== '' ? decodeEtcd(value) : null,
    createRevision: Number(create_revision),
    modRevision: Number(mod_revision),
  };
}
