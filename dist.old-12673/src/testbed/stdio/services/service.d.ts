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
export declare function errorReply(code: number, text: string): JsonObject;
/** Error 10. Maelstrom leaves such a request without an answer; then the node waits for nothing. */
export declare function unknownType(
  service: string,
  type: Json | undefined,
  known: string,
): JsonObject;
