/** One node of the target `primary-backup`: `node targets/primary-backup/node.js [--variant NAME]`. */
import { runNode } from '../../src/node/node.ts';
import { primaryBackup } from './primary-backup.ts';

runNode(primaryBackup);
