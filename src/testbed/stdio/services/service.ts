/**
 * The services that every node may use by name, as Maelstrom offers them. Each answers one
 * request after the other, at the moment the request arrives.
 */
import type { Json, JsonObject } from '../../../base/json.ts';

export interface Service {
  readonly name: string;
  /** The reply to one request of `client`, without `in_reply_to`. */
  answer(client: string, request: JsonObject): JsonObject;
}

export function errorReply(code: number, text: string): JsonObject {
  return { type: 'error', code, text };
}

/** Error 10. Maelstrom leaves such a request without an answer; then the node waits for nothing. */
export function unknownType(service: string, type: Json | undefined, known: string): JsonObject {
  const shown = JSON.stringify(type ?? null);
  return errorReply(10, `${service} does not know the type ${shown}; it answers ${known}`);
}
