/** One node of the target `echo`: `node targets/echo/node.js [--variant NAME]`. */
import { runNode } from '../../src/node/node.js';
import { echo } from './echo.js';

runNode(echo);
