/** `lin-kv`: one map, every request applied the moment it arrives. Linearizable. */
import type { JsonObject } from '../../../base/json.ts';
import type { Service } from './service.ts';
export declare class LinearizableKeyValue implements Service {
  #private;
  readonly name = 'lin-kv';
  answer(_client: string, body: JsonObject): JsonObject;
}
