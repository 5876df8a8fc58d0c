/**
 * `seq-kv`: sequentially consistent. The last 32 states are kept. A request is tried on one
 * drawn from those that are not older than what its client has seen; if it changes nothing
 * there, that is its answer, else it is done on the newest state. So every client sees time go
 * forward only, its own updates at once, and those of others perhaps late, perhaps never.
 *
 * As Maelstrom's code does (its text says that updates may act on past states; they do only
 * where they change nothing). One trap is left out: Maelstrom's client that comes back after
 * more than 32 updates may be shown a state and remember an older one, and then see time go
 * backwards. Here what it remembers is never older than the oldest state held.
 */
import type { JsonObject } from '../../../base/json.ts';
import type { Random } from '../../../base/prng.ts';
import type { Service } from './service.ts';
export declare class SequentialKeyValue implements Service {
  #private;
  readonly name = 'seq-kv';
  constructor(random: Random);
  answer(client: string, body: JsonObject): JsonObject;
}
