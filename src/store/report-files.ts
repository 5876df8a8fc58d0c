/** All that people look at, written into a run's folder: the page, pictures, evidence. */

import { focusOf } from '../report/focus.ts';
import { renderHtmlParts } from '../report/html/page.ts';
import { chartPictures } from '../report/pictures/charts.ts';
import { evidenceFiles } from '../report/pictures/evidence-files.ts';
import type { RunReport } from '../report/report.ts';
import { readTraces } from './run-traces.ts';

/** A folder that files can be written into, as a `RunWriter` is. */
export interface ReportFolder {
  readonly folder: string;
  writeText(name: string, text: string): void;
  writeParts(name: string, parts: Iterable<string>): void;
}

export function writeReportFiles(into: ReportFolder, report: RunReport): void {
  into.writeParts('report.html', renderHtmlParts(withTraces(into.folder, report)));
  for (const [name, svg] of chartPictures(report)) into.writeText(`pictures/${name}`, svg);
  for (const [name, text] of evidenceFiles(report)) into.writeText(`evidence/${name}`, text);
}

/** With the messages and the logs that lie in the run's folder. */
function withTraces(folder: string, report: RunReport): RunReport {
  const { plan, verdicts } = report.summary;
  const traces = readTraces(folder, {
    nodes: plan.nodes,
    isSampled: plan.networkLog === 'sample',
    focus: focusOf(verdicts, report.history),
  });
  return { ...report, traces };
}
