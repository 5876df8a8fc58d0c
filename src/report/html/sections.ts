/** The static parts of the page: verdict, facts, faults, figures, commands. */
import { durationText, plural } from '../../base/text.ts';
import { nsToMs } from '../../base/units.ts';
import type { Validity } from '../../checker/verdict.ts';
import { escapeHtml } from '../escape.ts';
import { latencies } from '../latency.ts';
import { minuteOf } from '../minute.ts';
import { modelMapOf } from '../model-map.ts';
import type { FaultCoverage, RunReport, RunSummary } from '../report.ts';
import { messageText, recoveryText } from '../terminal.ts';
import { againCommands, headline, symbolOf, systemText, verdictLine } from '../words.ts';
import { firstPicture } from './anomaly-section.ts';
import { mapSvg } from './map-svg.ts';

const tones = { '✓': 'good', '✗': 'bad', '?': 'unsure' } as const;
const faultsMax = 500;

function mark(valid: Validity): string {
  const symbol = symbolOf(valid);
  return `<span class="mark ${tones[symbol]}">${symbol}</span>`;
}

export function verdictSection(summary: RunSummary): string {
  const { symbol, text, expectation } = headline(summary);
  const verdicts = summary.verdicts.map(
    (verdict) => `<li>${mark(verdict.valid)}${escapeHtml(verdictLine(verdict))}</li>`,
  );
  const gates = (summary.gates ?? []).map(
    ({ gate, passed, figure }) =>
      `<li>${mark(passed)}gate <code>${escapeHtml(gate)}</code>: ${escapeHtml(figure)}</li>`,
  );
  const warnings = summary.warnings.map((warning) => `<li>⚠ ${escapeHtml(warning)}</li>`);
  return [
    `<section class="banner ${tones[symbol]}" id="verdict"><h1>${symbol} ${escapeHtml(text)}</h1>`,
    expectation === '' ? '' : `<p>${expectation}</p>`,
    `<ul>${[...verdicts, ...gates].join('')}</ul>`,
    '</section>',
    warnings.length === 0 ? '' : `<ul class="warnings">${warnings.join('')}</ul>`,
  ].join('\n');
}

/** What whoever opens the report must know first. */
export function minuteSection(report: RunReport): string {
  const rows = minuteOf(report).map(({ name, texts, isCommand, isWhy }) => {
    const body = isCommand
      ? texts.map(commandLine).join('')
      : texts.map((text) => `<p>${escapeHtml(text)}</p>`).join('');
    const picture = isWhy === true ? firstPicture(report) : '';
    return `<div><dt>${name}</dt><dd>${body}${picture}</dd></div>`;
  });
  return `<dl class="minute">${rows.join('')}</dl>`;
}

/** `partition:majority, kill`; of a script, `3 at set times: partition, kill`. */
function askedText({ nemeses, script }: RunSummary['plan']): string {
  if (script.length > 0) {
    const kinds = new Set(script.map(({ nemesis }) => nemesis.name));
    return `${script.length} at set times: ${[...kinds].join(', ')}`;
  }
  const names = nemeses.map(({ name, shape }) => (shape === null ? name : `${name}:${shape}`));
  return names.length === 0 ? 'none' : names.join(', ');
}

/** Where on the map of models the history stands; empty of objects that have no map. */
export function mapSection(summary: RunSummary): string {
  const known = summary.verdicts.flatMap(({ models }) => (models === undefined ? [] : [models]));
  const holds = [...new Set(known.flatMap((models) => models.holds))];
  const violated = [...new Set(known.flatMap((models) => models.violated))];
  const map = modelMapOf(summary);
  const line = (words: string, models: readonly string[]): string =>
    models.length === 0 ? '' : `<p>${words} <b>${escapeHtml(models.join(', '))}</b></p>`;
  const lines = `${line('Asked for:', [summary.plan.model])}${line('Strongest models that this history is consistent with:', holds)}${line('Weakest models that it violates:', violated)}`;
  if (holds.length + violated.length === 0) return '';
  const picture =
    map === undefined
      ? ''
      : `<div class="scroll" tabindex="0">${mapSvg(map)}</div><p class="note">A line leads from each model down to those that it implies. Bold: the strongest that held, the weakest that is violated; dashed: asked for.</p>`;
  return `<section id="models"><h2>Where it stands</h2>${lines}${picture}</section>`;
}

export function factsSection({ summary, folder }: RunReport): string {
  const { plan } = summary;
  const facts: readonly (readonly [name: string, value: string])[] = [
    ['workload', plan.workload],
    ['system', systemText(summary)],
    ['nodes', `${plan.nodes.length}, testbed ${plan.testbed}`],
    ['clients', String(plan.concurrency)],
    ['rate asked for', plan.rateHz === 0 ? 'no limit' : `${plan.rateHz} a second`],
    ['faults asked for', askedText(plan)],
    ['model', plan.model],
    [
      'operations',
      `${summary.operationCount.toLocaleString('en-US')} (${summary.eventCount.toLocaleString('en-US')} events)`,
    ],
    ['ran', durationText(summary.durationMs)],
    ['checked in', durationText(summary.checkMs)],
    ['started', summary.startedAt.replace(/^(\S+)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z$/, '$1 $2 UTC')],
    ['seed', String(plan.seed)],
    ...(folder === null ? [] : [['folder', folder] as const]),
  ];
  const entries = facts.map(
    ([name, value]) =>
      `<div${name === 'folder' ? ' class="wide"' : ''}><dt>${name}</dt><dd>${escapeHtml(value)}</dd></div>`,
  );
  return `<dl class="facts">${entries.join('')}</dl>`;
}

export function commandSection(report: RunReport): string {
  return [
    '<section id="again"><h2>Do it again</h2>',
    ...againCommands(report).map(({ title, command: text }) => command(title, text)),
    '</section>',
  ].join('\n');
}

function command(title: string, text: string): string {
  return `<h4>${title}</h4>${commandLine(text)}`;
}

function commandLine(text: string): string {
  return `<div class="command"><code>${escapeHtml(text)}</code><button type="button" class="copy" hidden>Copy</button></div>`;
}

export function faultSection({ faults }: RunSummary): string {
  if (faults.length === 0) return '';
  const rows = faults.slice(0, faultsMax).map(faultRow);
  const rest = faults.length - rows.length;
  return [
    `<section id="faults"><h2>${plural(faults.length, 'fault')}</h2><div class="scroll" tabindex="0"><table>`,
    '<thead><tr><th>fault</th><th>what it did</th><th class="number">from</th><th class="number">to</th><th class="number">ok during</th><th class="number">fail</th><th class="number">info</th><th>recovery</th></tr></thead>',
    `<tbody>${rows.join('')}</tbody></table></div>`,
    rest > 0 ? `<p class="note">… and ${plural(rest, 'more fault')}, all in verdict.json.</p>` : '',
    '</section>',
  ].join('\n');
}

function faultRow({ window, overlapping, recoveryMs }: FaultCoverage): string {
  const { fault, evidence, startNs, endNs, endIndex } = window;
  const untouched = overlapping.ok + overlapping.fail + overlapping.info === 0;
  const what = `${escapeHtml(fault.description)}${evidence === '' ? '' : `<br><span class="state">verified: ${escapeHtml(evidence)}</span>`}`;
  const counts = untouched
    ? '<td class="number" colspan="3">no operation overlapped it</td>'
    : [overlapping.ok, overlapping.fail, overlapping.info].map(numberCell).join('');
  return `<tr><td>${escapeHtml(fault.kind)} ${escapeHtml(fault.shape)}</td><td>${what}</td><td class="number">${durationText(nsToMs(startNs))}</td><td class="number">${endIndex === null ? 'the end' : durationText(nsToMs(endNs))}</td>${counts}<td>${recoveryText(recoveryMs, endIndex)}</td></tr>`;
}

function numberCell(value: number): string {
  return `<td class="number">${value.toLocaleString('en-US')}</td>`;
}

export function figureSection({ summary, history }: RunReport): string {
  const quantiles = new Map(latencies(history).map((row) => [row.f, row]));
  const rows = summary.functions.map(({ f, ok, fail, info }) => {
    const took = quantiles.get(f);
    const times =
      took === undefined
        ? ['', '', '', '', '', '']
        : [took.meanMs, took.p50Ms, took.p95Ms, took.p99Ms, took.p999Ms, took.maxMs].map(
            durationText,
          );
    const cells = times.map((time) => `<td class="number">${time}</td>`);
    return `<tr><td><code>${escapeHtml(f)}</code></td>${[ok, fail, info].map(numberCell).join('')}${cells.join('')}</tr>`;
  });
  const heads = ['ok', 'fail', 'info', 'mean', 'p50', 'p95', 'p99', 'p99.9', 'max'];
  return [
    '<section id="figures"><h2>Figures</h2><div class="scroll" tabindex="0"><table><thead><tr><th>function</th>',
    ...heads.map((head) => `<th class="number">${head}</th>`),
    `</tr></thead><tbody>${rows.join('')}</tbody></table></div>`,
    '<p class="note">Latencies are exact, of ok operations.</p>',
    summary.messages === null
      ? ''
      : `<h4>Messages</h4><p>${escapeHtml(messageText(summary.messages))}</p>`,
    errorTable(summary),
    '</section>',
  ].join('\n');
}

function errorTable({ errors }: RunSummary): string {
  if (errors.length === 0) return '';
  const rows = errors
    .slice(0, 200)
    .map(
      ({ f, type, code, count, example }) =>
        `<tr><td><code>${escapeHtml(f)}</code></td><td class="s-${type}">${type}</td><td><code>${escapeHtml(code)}</code></td>${numberCell(count)}<td>${escapeHtml(example)}</td></tr>`,
    );
  const rest = errors.length - rows.length;
  return `<h4>What did not succeed</h4><div class="scroll" tabindex="0"><table><thead><tr><th>function</th><th>outcome</th><th>error</th><th class="number">times</th><th>for example</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>${rest > 0 ? `<p class="note">… and ${rest} more kinds.</p>` : ''}`;
}
