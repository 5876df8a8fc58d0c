/** Each anomaly: its name, what that means, why, and the smallest evidence as pictures. */
import { present } from '../../base/assert.ts';
import { plural } from '../../base/text.ts';
import { type Anomaly, anomaliesOf } from '../../checker/verdict.ts';
import type { History } from '../../history/history.ts';
import { definitionOf } from '../definitions.ts';
import { escapeHtml } from '../escape.ts';
import { cycleOf, longestPrefixOf, stuckOf } from '../evidence.ts';
import type { RunReport } from '../report.ts';
import { rowOf, witnessOf } from '../witness.ts';
import { anomalyTitle, operationText, valueText } from '../words.ts';
import { cycleNodes, cycleSvg, edgeMeaning } from './cycle-svg.ts';
import { timelineSvg } from './timeline-svg.ts';

/** Anomalies with pictures; further ones are one line each, and from `linesMax` on counted. */
export const picturedMax = 20;
const linesMax = 500;
const stepsMax = 60;

/** Empty if the run has no anomalies. */
export function anomalySection(report: RunReport): string {
  const anomalies = report.summary.verdicts.flatMap(anomaliesOf);
  if (anomalies.length === 0) return '';
  const pictured = anomalies.slice(0, picturedMax);
  const listed = anomalies.slice(picturedMax, picturedMax + linesMax);
  const rest = anomalies.length - pictured.length - listed.length;
  return [
    `<section id="anomalies"><h2>${plural(anomalies.length, 'anomaly', 'anomalies')}</h2>`,
    ...pictured.map((anomaly, i) => anomalyArticle(anomaly, i, report)),
    ...(listed.length === 0 ? [] : [listedAnomalies(listed)]),
    rest > 0
      ? `<p class="note">… and ${plural(rest, 'more anomaly', 'more anomalies')}, all in verdict.json.</p>`
      : '',
    '</section>',
  ].join('\n');
}

function listedAnomalies(anomalies: readonly Anomaly[]): string {
  const lines = anomalies.map(
    (anomaly) =>
      `<tr><td>${escapeHtml(anomalyTitle(anomaly))}</td><td>${escapeHtml(anomaly.explanation.split('\n')[0] ?? '')}</td><td class="number">${anomaly.operations.slice(0, 6).join(', ')}${anomaly.operations.length > 6 ? ', …' : ''}</td></tr>`,
  );
  return `<details><summary>${plural(anomalies.length, 'more anomaly', 'more anomalies')}</summary><div class="scroll"><table><thead><tr><th>anomaly</th><th>why</th><th>events</th></tr></thead><tbody>${lines.join('')}</tbody></table></div></details>`;
}

function anomalyArticle(anomaly: Anomaly, place: number, report: RunReport): string {
  const { history, summary } = report;
  const faults = summary.faults.map(({ window }) => window);
  const witness = witnessOf(anomaly, history, faults, { operationsMax: stepsMax, labelLength: 60 });
  const picture = timelineSvg(witness, `operations of the anomaly: ${anomalyTitle(anomaly)}`);
  const meaning = definitionOf(anomaly.type)?.meaning;
  const notes = [
    witness.omitted > 0
      ? `${plural(witness.omitted, 'more operation')} of this anomaly not drawn; verdict.json has all.`
      : '',
    witness.unresolved > 0
      ? `${witness.unresolved} of its indices are no client operation of this history.`
      : '',
  ].filter((note) => note !== '');
  return [
    `<article class="anomaly" id="anomaly-${place + 1}">`,
    `<header><div><h3>${place + 1}. ${escapeHtml(anomalyTitle(anomaly))}</h3><span class="kind">${escapeHtml(anomaly.type)}; the weakest model that it rules out: ${escapeHtml(anomaly.model)}</span></div><button type="button" class="jump" data-anomaly="${place}" hidden>Show in the timeline</button></header>`,
    meaning === undefined ? '' : `<p class="meaning">${escapeHtml(meaning)}</p>`,
    `<h4>Why</h4><pre class="explanation">${escapeHtml(anomaly.explanation)}</pre>`,
    picture === ''
      ? ''
      : `<h4>The operations (${witness.operations.length})</h4><div class="scroll" tabindex="0">${picture}</div>`,
    ...notes.map((note) => `<p class="note">${note}</p>`),
    prefixPart(anomaly, history),
    cyclePart(anomaly, history),
    '</article>',
  ].join('\n');
}

function nameOf(history: History, operation: number): string {
  const row = rowOf(history, operation);
  const text = row === undefined ? '' : ` ${operationText(history.operation(row), 90)}`;
  return `#${operation}${text}`;
}

function prefixPart(anomaly: Anomaly, history: History): string {
  const steps = longestPrefixOf(anomaly);
  const stuck = stuckOf(anomaly);
  if (steps.length === 0 && stuck.length === 0) return '';
  const shown = steps.slice(-stepsMax);
  const skipped = steps.length - shown.length;
  const stateOf = (state: Parameters<typeof valueText>[0]): string =>
    state === undefined
      ? ''
      : ` <span class="state">then the state is <code>${escapeHtml(valueText(state, 120))}</code></span>`;
  const ends = stuck.map(({ operation, state, reason }) => {
    const why = reason === '' ? 'cannot come next' : escapeHtml(reason);
    const at =
      state === undefined ? '' : `, in the state <code>${escapeHtml(valueText(state, 120))}</code>`;
    return `<p class="stuck">Stuck: <code>${escapeHtml(nameOf(history, operation))}</code>: ${why}${at}</p>`;
  });
  return [
    `<h4>The longest order that the model allows: ${plural(steps.length, 'operation')}</h4>`,
    skipped > 0 ? `<p class="note">The first ${skipped} are left out here.</p>` : '',
    `<ol class="steps" start="${skipped + 1}">`,
    ...shown.map(
      ({ operation, state }) =>
        `<li><code>${escapeHtml(nameOf(history, operation))}</code>${stateOf(state)}</li>`,
    ),
    '</ol>',
    ...ends,
  ].join('');
}

function cyclePart(anomaly: Anomaly, history: History): string {
  const steps = cycleOf(anomaly);
  if (steps.length === 0) return '';
  const nodes = cycleNodes(steps, history);
  const names = new Map(nodes.map(({ operation, name }) => [operation, name]));
  const nameAt = (operation: number): string => names.get(operation) ?? '';
  const edges = steps.slice(0, stepsMax).map(({ operation, edge, key, value, why }, i) => {
    const next = present(steps[(i + 1) % steps.length], 'next step').operation;
    const about = [
      key === undefined ? '' : ` on key ${valueText(key, 40)}`,
      value === undefined ? '' : ` (${valueText(value, 60)})`,
    ].join('');
    const said =
      why === '' ? `${nameAt(operation)} ${edgeMeaning(edge)} ${nameAt(next)}${about}.` : why;
    return `<li><b>${nameAt(operation)} → ${nameAt(next)}</b> <code>${escapeHtml(edge)}</code> ${escapeHtml(said)}</li>`;
  });
  const rest = steps.length - edges.length;
  const picture = cycleSvg(steps, nodes);
  return [
    '<h4>The cycle: each arrow says that one transaction must come before the other</h4>',
    picture === ''
      ? `<p class="note">${plural(nodes.length, 'transaction')}: too many for a picture.</p>`
      : `<div class="scroll" tabindex="0">${picture}</div>`,
    `<ol class="steps">${edges.join('')}</ol>`,
    rest > 0 ? `<p class="note">… and ${plural(rest, 'more edge')}.</p>` : '',
    '<h4>Its transactions</h4><ul class="steps">',
    ...nodes
      .slice(0, stepsMax)
      .map(
        ({ name, operation, text }) =>
          `<li><b>${name}</b> = #${operation} <code>${escapeHtml(text)}</code></li>`,
      ),
    '</ul>',
  ].join('');
}
