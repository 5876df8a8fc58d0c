/** GitHub Actions: annotations for the log, and the summary of the step. */
import { anomaliesOf, reasonText } from '../checker/verdict.ts';
import { escapeCommandMessage, escapeCommandProperty } from './escape.ts';
import { renderMarkdown } from './markdown.ts';
import type { RunReport, RunSummary } from './report.ts';
import { anomalyTitle, headline, runTitle } from './words.ts';

/** GitHub shows ten annotations of each kind a step; the last place says how many there are. */
const annotationsMax = 9;
const stepSummaryBytesMax = 1024 * 1024;

type Level = 'error' | 'warning' | 'notice';

/** Lines for standard output, each one a workflow command; empty if there is nothing to say. */
export function renderGithub({ summary }: RunReport): string {
  return annotations(summary)
    .map((line) => `${line}\n`)
    .join('');
}

/** For the file named by `GITHUB_STEP_SUMMARY`. GitHub takes at most 1 MiB a step. */
export function renderStepSummary(report: RunReport): string {
  const text = renderMarkdown(report);
  if (text.length * 3 < stepSummaryBytesMax) return text;
  return `${text.slice(0, stepSummaryBytesMax / 4)}\n\n… cut here: GitHub takes no more. The report has all of it.\n`;
}

function annotations(summary: RunSummary): readonly string[] {
  const expected = summary.plan.expect === 'anomaly';
  const repeat = `\nrepeat: ${summary.command}`;
  const anomalies = summary.verdicts.flatMap(anomaliesOf);
  const shown = anomalies
    .slice(0, annotationsMax)
    .map((anomaly) =>
      annotation(
        expected ? 'notice' : 'error',
        `${runTitle(summary)}: ${anomalyTitle(anomaly)}`,
        `${anomaly.explanation}${repeat}`,
      ),
    );
  return [
    ...shown,
    ...restLine(anomalies.length - shown.length, expected ? 'notice' : 'error', summary),
    ...expectationLines(summary, repeat),
    ...gateLines(summary, repeat),
    ...unknownLines(summary, repeat),
    ...summary.warnings.map((warning) => annotation('warning', runTitle(summary), warning)),
  ];
}

function restLine(rest: number, level: Level, summary: RunSummary): readonly string[] {
  if (rest <= 0) return [];
  return [annotation(level, runTitle(summary), `and ${rest} more anomalies; see the report`)];
}

function expectationLines(summary: RunSummary, repeat: string): readonly string[] {
  const { text, expectation } = headline(summary);
  if (summary.plan.expect !== 'anomaly' || summary.valid === false) return [];
  return [annotation('error', runTitle(summary), `${expectation} ${text}${repeat}`)];
}

function gateLines(summary: RunSummary, repeat: string): readonly string[] {
  return (summary.gates ?? [])
    .filter(({ passed }) => !passed)
    .map(({ gate, figure }) =>
      annotation('error', `${runTitle(summary)}: gate ${gate}`, `${figure}${repeat}`),
    );
}

function unknownLines(summary: RunSummary, repeat: string): readonly string[] {
  return summary.verdicts.flatMap((verdict) =>
    verdict.valid === 'unknown'
      ? [
          annotation(
            'warning',
            `${runTitle(summary)}: ${verdict.checker} is unknown`,
            `${reasonText(verdict.reason)}${repeat}`,
          ),
        ]
      : [],
  );
}

function annotation(level: Level, title: string, message: string): string {
  return `::${level} title=${escapeCommandProperty(title)}::${escapeCommandMessage(message)}`;
}
