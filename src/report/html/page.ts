/**
 * The report as one self-contained HTML file: opens from a disk, without a network, in light
 * and dark. The verdict and the evidence are plain HTML and SVG, readable without a script;
 * the script draws the whole history, which is embedded as binary columns.
 */
import { anomaliesOf } from '../../checker/verdict.ts';
import { escapeHtml, escapeScriptJson } from '../escape.ts';
import type { RunReport, RunSummary } from '../report.ts';
import { rowOf } from '../witness.ts';
import { headline, runTitle } from '../words.ts';
import { anomalySection, picturedMax } from './anomaly-section.ts';
import { base64Pieces } from './binary.ts';
import { type EmbeddedHistory, embedHistory } from './embed.ts';
import { explorerSection } from './explorer-section.ts';
import { pageScript } from './page-script.ts';
import {
  commandSection,
  factsSection,
  faultSection,
  figureSection,
  mapSection,
  minuteSection,
  verdictSection,
} from './sections.ts';
import { pageStyle } from './style.ts';
import { clockSkews, shownTraces, traceParts } from './trace-data.ts';

/** The whole page. Of a very long run prefer `renderHtmlParts`: it makes no giant string. */
export function renderHtml(report: RunReport): string {
  return [...renderHtmlParts(report)].join('');
}

/** The page in pieces of at most some hundred kilobytes, in order. */
export function* renderHtmlParts(report: RunReport): Generator<string> {
  const { summary } = report;
  const embedded = embedHistory(report.history);
  yield head(summary);
  yield '<main>\n';
  yield verdictSection(summary);
  yield minuteSection(report);
  yield factsSection(report);
  yield anomalySection(report);
  yield mapSection(summary);
  const traces = shownTraces(report);
  yield explorerSection(embedded, { hasClocks: clockSkews(report, 1).length > 0, traces });
  yield faultSection(summary);
  yield figureSection(report);
  yield commandSection(report);
  yield `</main>\n<footer>dsx ${escapeHtml(summary.dsxVersion)}</footer>\n`;
  yield* dataParts(report, embedded);
  if (traces !== undefined) yield* traceParts(traces, embedded.tickNs);
  yield `<script>${pageScript}</script>\n</body>\n</html>\n`;
}

/** Nothing is ever loaded: the policy makes the browser refuse it. */
const contentPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

function head(summary: RunSummary): string {
  const { symbol, text } = headline(summary);
  const links = [
    ['#verdict', 'Verdict'],
    ...(summary.verdicts.some(({ valid }) => valid === false) ? [['#anomalies', 'Anomalies']] : []),
    ['#what-happened', 'What happened'],
    ...(summary.faults.length > 0 ? [['#faults', 'Faults']] : []),
    ['#figures', 'Figures'],
    ['#again', 'Do it again'],
  ].map(([target, name]) => `<a href="${target ?? ''}">${name ?? ''}</a>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy}">
<title>${escapeHtml(`${symbol} ${text} · ${runTitle(summary)}`)}</title>
<style>${pageStyle}</style>
</head>
<body>
<header class="top"><span><span class="name">dsx</span> ${escapeHtml(runTitle(summary))}</span><nav aria-label="Parts of the report">${links.join('')}</nav><button type="button" id="theme" hidden>Dark</button></header>
`;
}

const chunkLength = 20_000;

function* dataParts(report: RunReport, embedded: EmbeddedHistory): Generator<string> {
  yield '<script type="application/json" id="dsx-meta">';
  const { values, columns, ...rest } = embedded;
  const meta = {
    ...rest,
    ...pageFacts(report, embedded),
    columns: columns.map(({ name, bytes }) => ({ name, bytes })),
  };
  yield escapeScriptJson(JSON.stringify(meta)).replace(/\}$/, ',"values":[');
  for (let start = 0; start < values.length; start += chunkLength) {
    const chunk = JSON.stringify(values.slice(start, start + chunkLength)).slice(1, -1);
    yield `${start === 0 ? '' : ','}${escapeScriptJson(chunk)}`;
  }
  yield ']}</script>\n';
  for (const { name, data } of columns) {
    yield `<script type="text/plain" id="dsx-${name}">`;
    yield* base64Pieces(data);
    yield '</script>\n';
  }
}

/** What the script needs to know beside the columns. */
function pageFacts(report: RunReport, { tickNs }: EmbeddedHistory): object {
  const { summary, history } = report;
  return {
    functions: history.functions,
    clients: summary.plan.concurrency,
    nodeNames: summary.plan.nodes,
    clocks: clockSkews(report, tickNs),
    messagesOmitted: report.traces?.messagesOmitted ?? 0,
    isSampled: report.traces?.isSampled ?? false,
    faults: summary.faults.map(({ window }) => ({
      kind: window.fault.kind,
      shape: window.fault.shape,
      description: window.fault.description,
      start: Math.floor(window.startNs / tickNs),
      end: Math.floor(window.endNs / tickNs),
    })),
    anomalies: summary.verdicts
      .flatMap(anomaliesOf)
      .slice(0, picturedMax)
      .map(({ operations }) =>
        operations
          .slice(0, 10_000)
          .map((index) => rowOf(history, index))
          .filter((row) => row !== undefined),
      ),
  };
}
