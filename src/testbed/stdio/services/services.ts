/** All services, each with a stream of draws of its own. */
import { fork, type Prng, Random } from '../../../base/prng.ts';
import { LinearizableKeyValue } from './lin-kv.ts';
import { TimestampOracle } from './lin-tso.ts';
import { LastWriterWinsKeyValue } from './lww-kv.ts';
import { SequentialKeyValue } from './seq-kv.ts';
import type { Service } from './service.ts';

export function createServices(rng: Prng, lwwReplicaCount: number): readonly Service[] {
  return [
    new LinearizableKeyValue(),
    new SequentialKeyValue(new Random(fork(rng, 'seq-kv'))),
    new LastWriterWinsKeyValue(new Random(fork(rng, 'lww-kv')), lwwReplicaCount),
    new TimestampOracle(),
  ];
}
