/**
 * The script of the report, as text. It is written by hand in plain browser JavaScript, in
 * parts that one can read, and put into the page as it is: no bundler, no framework, no network.
 */
import { canvasScript } from './script/canvas.ts';
import { chartsScript } from './script/charts.ts';
import { clocksScript } from './script/clocks.ts';
import { controlsScript } from './script/controls.ts';
import { dataScript } from './script/data.ts';
import { filterScript } from './script/filter.ts';
import { interactScript } from './script/interact.ts';
import { spaceTimeScript } from './script/space-time.ts';
import { timelineScript } from './script/timeline.ts';
import { traceTablesScript } from './script/trace-tables.ts';

export const pageScript = [
  "'use strict';\n(() => {",
  dataScript,
  filterScript,
  canvasScript,
  timelineScript,
  chartsScript,
  clocksScript,
  spaceTimeScript,
  traceTablesScript,
  interactScript,
  controlsScript,
  '})();\n',
].join('');
