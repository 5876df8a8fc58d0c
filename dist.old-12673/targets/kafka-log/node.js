/** One node of the target `kafka-log`: `node targets/kafka-log/node.js [--variant NAME]`. */
import { runNode } from '../../src/node/node.js';
import { kafkaLog } from './kafka-log.js';

runNode(kafkaLog);
