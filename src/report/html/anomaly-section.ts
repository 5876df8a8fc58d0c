/** Each anomaly: its name, what that means, why, and the smallest evidence as pictures. */
import { present } from '../../base/assert.ts';
import type { Json } from '../../base/json.ts';
import { plural } from '../../base/text.ts';
import { type Anomaly, anomaliesOf } from '../../checker/verdict.ts';
import type { History } from '../../history/history.ts';
import { definitionOf } from '../definitions.ts';
import { escapeHtml } from '../escape.ts';
import {
  type CycleStep,
  conclusionOf,
  cycleOf,
  longestPrefixOf,
  namesOf,
  prefixLength,
  stuckOf,
} from '../evidence.ts';
import type { RunReport } from '../report.ts';
import { rowOf, witnessOf } from '../witness.ts';
import { anomalyCount, anomalyTitle, cutText, operationText, valueText } from '../words.ts';
import { type CycleNode, cycleNodes, cycleSvg, edgeDefinition, edgeMeaning } from './cycle-svg.ts';
import { timelinesSvg } from './timeline-svg.ts';

/** Anomalies with pictures; further ones are one line each, and from `linesMax` on counted. */
export const picturedMax = 20;
const linesMax = 500;
const stepsMax = 60;
const prefixStepsMax = 12;
/** Of one type, as many are open; the others fold away, one line each. */
const openMax = 3;
/** Of few operations there is room for more of each. */
const roomyMax = 4;

/** Empty if the run has no anomalies. */
export function anomalySection(report: RunReport): string {
  const anomalies = report.summary.verdicts.flatMap(anomaliesOf);
  if (anomalies.length === 0) return '';
  const all = report.summary.verdicts.reduce((sum, verdict) => sum + anomalyCount(verdict), 0);
  const pictured = anomalies.slice(0, picturedMax);
  const listed = anomalies.slice(picturedMax, picturedMax + linesMax);
  const rest = anomalies.length - pictured.length - listed.length;
  return [
    `<section id="anomalies"><h2>${plural(all, 'anomaly', 'anomalies')}</h2>`,
    all > anomalies.length
      ? `<p class="note">The checkers kept ${anomalies.length} of them; of the others they kept the count.</p>`
      : '',
    ...pictured.map((anomaly, i) => foldedArticle(pictured, anomaly, i, report)),
    ...(listed.length === 0 ? [] : [listedAnomalies(listed)]),
    rest > 0
      ? `<p class="note">… and ${plural(rest, 'more anomaly', 'more anomalies')}, all in verdict.json.</p>`
      : '',
    '</section>',
  ].join('\n');
}

/** Further ones of a type that was seen often enough fold into their title and first line. */
function foldedArticle(
  all: readonly Anomaly[],
  anomaly: Anomaly,
  place: number,
  report: RunReport,
): string {
  const article = anomalyArticle(anomaly, place, report);
  const before = all.slice(0, place).filter(({ type }) => type === anomaly.type).length;
  if (before < openMax) return article;
  return `<details class="fold"><summary><b>${place + 1}. ${escapeHtml(anomalyTitle(anomaly))}</b> <span class="kind">${escapeHtml(cutText(firstSentence(anomaly), 160))}</span></summary>${article}</details>`;
}

/** What an anomaly comes to in one line; what only leads to a list says nothing by itself. */
function firstSentence(anomaly: Anomaly): string {
  const [first = ''] = anomaly.explanation.split('\n');
  if (!first.endsWith(':')) return first;
  const [concluded = ''] = conclusionOf(anomaly).split('\n');
  return concluded.replace(/^Then /, '');
}

function listedAnomalies(anomalies: readonly Anomaly[]): string {
  const lines = anomalies.map(
    (anomaly) =>
      `<tr><td>${escapeHtml(anomalyTitle(anomaly))}</td><td>${escapeHtml(firstSentence(anomaly))}</td><td class="number">${anomaly.operations.slice(0, 6).join(', ')}${anomaly.operations.length > 6 ? ', …' : ''}</td></tr>`,
  );
  return `<details><summary>${plural(anomalies.length, 'more anomaly', 'more anomalies')}</summary><div class="scroll"><table><thead><tr><th>anomaly</th><th>why</th><th>events</th></tr></thead><tbody>${lines.join('')}</tbody></table></div></details>`;
}

/** The smallest evidence of the first anomaly, for who reads no further. */
export function firstPicture({ history, summary }: RunReport): string {
  const [anomaly] = summary.verdicts.flatMap(anomaliesOf);
  if (anomaly === undefined) return '';
  const faults = summary.faults.map(({ window }) => window);
  const witness = witnessOf(anomaly, history, faults, { operationsMax: 12, labelLength: 60 });
  const picture = timelinesSvg(witness, `operations of the first anomaly`);
  return picture === '' || witness.omitted > 0
    ? ''
    : `<div class="scroll" tabindex="0">${picture}</div>`;
}

function anomalyArticle(anomaly: Anomaly, place: number, report: RunReport): string {
  const { history, summary } = report;
  const faults = summary.faults.map(({ window }) => window);
  const witness = witnessOf(anomaly, history, faults, {
    operationsMax: stepsMax,
    labelLength: anomaly.operations.length > roomyMax ? 60 : 110,
  });
  const picture = timelinesSvg(witness, `operations of the anomaly: ${anomalyTitle(anomaly)}`);
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
    `<header><div><h3>${place + 1}. ${escapeHtml(anomalyTitle(anomaly))}</h3><span class="kind">${kindText(anomaly)}</span></div><button type="button" class="jump" data-anomaly="${place}" hidden>Show in the timeline</button></header>`,
    meaning === undefined ? '' : `<p class="meaning">${escapeHtml(meaning)}</p>`,
    whyPart(anomaly),
    picture === ''
      ? ''
      : `<h4>The operations (${witness.operations.length})</h4><div class="scroll" tabindex="0">${picture}</div>`,
    ...notes.map((note) => `<p class="note">${note}</p>`),
    prefixPart(anomaly, history),
    cyclePart(anomaly, history),
    '</article>',
  ].join('\n');
}

/** The standard name, unless it stands in the title already. */
function kindText(anomaly: Anomaly): string {
  const rules = `rules out ${escapeHtml(anomaly.model)} and every stronger model`;
  return anomalyTitle(anomaly).includes(anomaly.type)
    ? rules
    : `${escapeHtml(anomaly.type)}; ${rules}`;
}

/** Of a cycle whose every edge is explained beside its picture, the text folds away. */
function whyPart(anomaly: Anomaly): string {
  const steps = cycleOf(anomaly);
  const isTold =
    steps.length > 0 && steps.every(({ why }) => why !== '' && anomaly.explanation.includes(why));
  const text = `<pre class="explanation">${escapeHtml(anomaly.explanation)}</pre>`;
  return isTold
    ? `<details class="more"><summary>Why, as text</summary>${text}</details>`
    : `<h4>Why</h4>${text}`;
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
  const { length, operationCount } = prefixLength(anomaly);
  const names = namesOf(anomaly);
  const shown = steps.slice(-prefixStepsMax);
  const skipped = length - shown.length;
  const operationCell = (operation: number): string => {
    const name = names.get(operation);
    const bold = name === undefined ? '' : `<b>${escapeHtml(name)}</b> `;
    return `<td>${bold}<code>${escapeHtml(nameOf(history, operation))}</code></td>`;
  };
  const stateText = (state: Json | undefined): string =>
    state === undefined
      ? ''
      : `<code>${escapeHtml(typeof state === 'string' ? cutText(state, 120) : valueText(state, 120))}</code>`;
  const rows = shown.map(
    ({ operation, state }, i) =>
      `<tr><td class="number">${skipped + i + 1}</td>${operationCell(operation)}<td class="state">${stateText(state)}</td></tr>`,
  );
  const ends = stuck.map(({ operation, state, reason }) => {
    const why = reason === '' ? 'cannot come next' : escapeHtml(reason);
    const at = state === undefined ? '' : `, in the state ${stateText(state)}`;
    return `<tr class="stuck"><td class="number">✗</td>${operationCell(operation)}<td>${why}${at}</td></tr>`;
  });
  const of = operationCount === null ? '' : ` of ${operationCount.toLocaleString('en-US')}`;
  const title = `The longest order that the model allows: ${operationCount === null ? plural(length, 'operation') : `${length.toLocaleString('en-US')}${of} operations`}`;
  const table = [
    skipped > 0
      ? `<p class="note">The first ${plural(skipped, 'operation')} left out here.</p>`
      : '',
    `<div class="scroll" tabindex="0"><table class="prefix"><thead><tr><th class="number">place</th><th>operation</th><th>state after it</th></tr></thead><tbody>${rows.join('')}`,
    ends.length === 0
      ? ''
      : `<tr class="stuck-head"><th colspan="3">Stuck: none of these can come next and lead on</th></tr>${ends.join('')}`,
    '</tbody></table></div>',
  ].join('');
  // The few operations of the witness tell it all; an order of many more is for who doubts.
  return operationCount !== null && operationCount > anomaly.operations.length
    ? `<details class="more"><summary>${title}, and where it gets stuck</summary>${table}</details>`
    : `<h4>${title}</h4>${table}`;
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
    const claim = `${nameAt(operation)} < ${nameAt(next)}, `;
    const said =
      why === ''
        ? `${nameAt(operation)} ${edgeMeaning(edge)} ${nameAt(next)}${about}.`
        : why.startsWith(claim)
          ? why.slice(claim.length)
          : why;
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
    `<p class="note">${edgeLegend(steps)}</p>`,
    rest > 0 ? `<p class="note">… and ${plural(rest, 'more edge')}.</p>` : '',
    transactionList(nodes, picture !== ''),
  ].join('');
}

/** What the names of its edges stand for. */
function edgeLegend(steps: readonly CycleStep[]): string {
  const kinds = [...new Set(steps.map(({ edge }) => edge))];
  return kinds
    .flatMap((edge) => {
      const meaning = edgeDefinition(edge);
      return meaning === undefined ? [] : [`<b>${escapeHtml(edge)}</b>: ${meaning}`];
    })
    .join('; ');
}

/** Those transactions that the boxes of the picture do not show whole. */
function transactionList(nodes: readonly CycleNode[], isPictured: boolean): string {
  const listed = isPictured ? nodes.filter(({ isWhole }) => !isWhole) : nodes;
  if (listed.length === 0) return '';
  const items = listed
    .slice(0, stepsMax)
    .map(
      ({ name, operation, text }) =>
        `<li><b>${name}</b> = #${operation} <code>${escapeHtml(text)}</code></li>`,
    );
  const rest = listed.length - items.length;
  const more = rest > 0 ? `<p class="note">… and ${plural(rest, 'more transaction')}.</p>` : '';
  const title = isPictured ? 'Transactions that are cut in the picture' : 'Its transactions';
  return `<h4>${title}</h4><ul class="steps">${items.join('')}</ul>${more}`;
}
