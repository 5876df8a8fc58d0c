/** `lin-tso`: timestamps 0, 1, 2, …, each given once, in the order of the requests. */
import type { JsonObject } from '../../../base/json.ts';
import { type Service, unknownType } from './service.ts';

export class TimestampOracle implements Service {
  readonly name = 'lin-tso';
  #next = 0;

  answer(_client: string, body: JsonObject): JsonObject {
    if (body['type'] !== 'ts') return unknownType(this.name, body['type'], 'ts');
    const ts = this.#next;
    this.#next += 1;
    return { type: 'ts_ok', ts };
  }
}
