/** One node of the target `primary-backup`: `node targets/primary-backup/node.js [--variant NAME]`. */
import { runNode } from '../../src/node/node.js';
import { primaryBackup } from './primary-backup.js';

runNode(primaryBackup);
