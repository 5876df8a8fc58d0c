import { applyRequest, isRequest, parseRequest } from './key-value.js';
export class LinearizableKeyValue {
  name = 'lin-kv';
  #cells = new Map();
  answer(_client, body) {
    const request = parseRequest(this.name, body);
    if (!isRequest(request)) return request;
    const { reply, cell } = applyRequest(request, this.#cells.get(request.key));
    if (cell !== undefined) this.#cells.set(request.key, cell);
    return reply;
  }
}
