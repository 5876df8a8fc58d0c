/** One node of the target `echo`: `node targets/echo/node.js [--variant NAME]`. */
import { runNode } from '../../src/node/node.ts';
import { echo } from './echo.ts';

runNode(echo);
