import { type JsonObject } from '../../../base/json.ts';
import type { Random } from '../../../base/prng.ts';
import type { Service } from './service.ts';
export declare class LastWriterWinsKeyValue implements Service {
  #private;
  readonly name = 'lww-kv';
  constructor(random: Random, replicaCount: number);
  answer(_client: string, body: JsonObject): JsonObject;
}
