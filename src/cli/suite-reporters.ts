/** The summary of a suite in every form that `--reporter` names. */
import { renderSuiteGithub } from '../report/suite/github.ts';
import { renderSuiteJunit } from '../report/suite/junit.ts';
import { renderSuiteMarkdown } from '../report/suite/markdown.ts';
import type { SuiteReport } from '../report/suite/suite.ts';
import { renderSuiteTerminal } from '../report/suite/terminal.ts';
import { paintFor } from './paint.ts';
import { emit, type ReporterRequest } from './reporters.ts';

export function emitSuite(report: SuiteReport, requests: readonly ReporterRequest[]): void {
  emit(requests, {
    json: () => `${JSON.stringify(report, null, 2)}\n`,
    markdown: () => renderSuiteMarkdown(report),
    junit: () => renderSuiteJunit(report),
    github: () => renderSuiteGithub(report),
    terminal: (stream) => renderSuiteTerminal(report, paintFor(stream)),
    stepSummary: () => renderSuiteMarkdown(report),
  });
}
