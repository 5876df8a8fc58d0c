/** One node of the target `kafka-log`: `node targets/kafka-log/node.js [--variant NAME]`. */
import { runNode } from '../../src/node/node.ts';
import { kafkaLog } from './kafka-log.ts';

runNode(kafkaLog);
