/** `--reporter terminal,junit=out.xml`: which reports, and where each goes. */
import { appendFileSync, writeFileSync } from 'node:fs';
import { UsageError } from '../base/errors.ts';
import { didYouMean, listed } from '../base/text.ts';
import { renderGithub, renderStepSummary } from '../report/github.ts';
import { renderJson } from '../report/json.ts';
import { renderJunit } from '../report/junit.ts';
import { renderMarkdown } from '../report/markdown.ts';
import type { RunReport } from '../report/report.ts';
import { renderTerminal } from '../report/terminal.ts';
import { paintFor } from './paint.ts';

export const reporterNames = ['terminal', 'json', 'markdown', 'junit', 'github'] as const;
type ReporterName = (typeof reporterNames)[number];

export interface ReporterRequest {
  readonly name: ReporterName;
  /** Null: standard output. */
  readonly file: string | null;
}

export function parseReporters(
  text: string | undefined,
  json: boolean,
): readonly ReporterRequest[] {
  if (json) return [{ name: 'json', file: null }];
  const asked = (text ?? defaultReporters()).split(',').filter((item) => item !== '');
  return asked.map((item) => {
    const [name = '', file] = item.split('=', 2);
    const known = reporterNames.find((candidate) => candidate === name);
    if (known !== undefined) return { name: known, file: file ?? null };
    throw new UsageError(
      `unknown reporter "${name}".${didYouMean(name, reporterNames)}\nthere are: ${listed(reporterNames)}`,
    );
  });
}

function defaultReporters(): string {
  return process.env['GITHUB_ACTIONS'] === 'true' ? 'terminal,github' : 'terminal';
}

/** How each report is made, when it is asked for. */
export type Renderers = Readonly<Record<Exclude<ReporterName, 'terminal'>, () => string>> & {
  terminal(stream: { readonly isTTY?: boolean }): string;
  /** For the file named by `GITHUB_STEP_SUMMARY`, beside the annotations. */
  stepSummary(): string;
};

export function emitReports(report: RunReport, requests: readonly ReporterRequest[]): void {
  emit(requests, {
    json: () => renderJson(report),
    markdown: () => renderMarkdown(report),
    junit: () => renderJunit(report),
    github: () => renderGithub(report),
    terminal: (stream) => renderTerminal(report, paintFor(stream), process.stdout.columns || 80),
    stepSummary: () => renderStepSummary(report),
  });
}

export function emit(requests: readonly ReporterRequest[], renderers: Renderers): void {
  for (const { name, file } of requests) {
    const stream = file === null ? process.stdout : { isTTY: false };
    const rendered = name === 'terminal' ? renderers.terminal(stream) : renderers[name]();
    if (file !== null) write(file, rendered);
    else if (rendered !== '')
      process.stdout.write(rendered.endsWith('\n') ? rendered : `${rendered}\n`);
    const summary = process.env['GITHUB_STEP_SUMMARY'];
    if (name === 'github' && summary !== undefined && summary !== '')
      appendFileSync(summary, renderers.stepSummary());
  }
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (thrown) {
    throw new UsageError(`the report cannot be written to ${file}: ${String(thrown)}`);
  }
}
