/** `lin-kv`: one map, every request applied the moment it arrives. Linearizable. */
import type { JsonObject } from '../../../base/json.ts';
import { applyRequest, type Cell, isRequest, parseRequest } from './key-value.ts';
import type { Service } from './service.ts';

export class LinearizableKeyValue implements Service {
  readonly name = 'lin-kv';
  readonly #cells = new Map<string, Cell>();

  answer(_client: string, body: JsonObject): JsonObject {
    const request = parseRequest(this.name, body);
    if (!isRequest(request)) return request;
    const { reply, cell } = applyRequest(request, this.#cells.get(request.key));
    if (cell !== undefined) this.#cells.set(request.key, cell);
    return reply;
  }
}
