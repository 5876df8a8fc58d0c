/** `lin-tso`: timestamps 0, 1, 2, …, each given once, in the order of the requests. */
import type { JsonObject } from '../../../base/json.ts';
import { type Service } from './service.ts';
export declare class TimestampOracle implements Service {
  #private;
  readonly name = 'lin-tso';
  answer(_client: string, body: JsonObject): JsonObject;
}
