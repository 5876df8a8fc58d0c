/** All services, each with a stream of draws of its own. */
import { fork, Random } from '../../../base/prng.js';
import { LinearizableKeyValue } from './lin-kv.js';
import { TimestampOracle } from './lin-tso.js';
import { LastWriterWinsKeyValue } from './lww-kv.js';
import { SequentialKeyValue } from './seq-kv.js';
export function createServices(rng, lwwReplicaCount) {
  return [
    new LinearizableKeyValue(),
    new SequentialKeyValue(new Random(fork(rng, 'seq-kv'))),
    new LastWriterWinsKeyValue(new Random(fork(rng, 'lww-kv')), lwwReplicaCount),
    new TimestampOracle(),
  ];
}
