/** The pages of `dsx serve`: all runs, one run, two runs beside each other. */
import { durationText, plural } from '../../base/text.ts';
import type { Validity } from '../../checker/verdict.ts';
import { escapeHtml } from '../escape.ts';
import { pageStyle } from '../html/style.ts';
import { runsScript } from './runs-script.ts';

/** One run as a row. Empty texts and zeros where a run was cut short. */
export interface RunRow {
  readonly id: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly workload: string;
  readonly system: string;
  readonly nemeses: string;
  readonly model: string;
  readonly seed: number;
  /** Null: there is no verdict. */
  readonly valid: Validity | null;
  readonly anomalies: readonly string[];
  readonly operations: number;
  readonly durationMs: number;
  /** The verdict in a sentence, or why there is none. */
  readonly text: string;
  readonly hasReport: boolean;
  readonly nodes: number;
  readonly clients: number;
  readonly timeLimitMs: number;
  /** Operations a second that were asked for; 0: no limit. */
  readonly rateHz: number;
  /** Faults that were injected. */
  readonly faultCount: number;
  /** Of ok operations; null if there is none, or it was not kept. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
}

export interface RunFile {
  /** With folders: `nodes/n1/stderr.log`. */
  readonly name: string;
  readonly sizeBytes: number;
}

const style = `
table.runs { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
table.runs th, table.runs td { text-align: left; padding: 6px 10px; border-bottom: 1px solid var(--rule); vertical-align: top; overflow-wrap: anywhere; }
table.runs th button { border: 0; background: none; padding: 0; font-weight: 600; color: var(--muted); }
table.runs th[aria-sort="ascending"] button::after { content: " ▲"; } table.runs th[aria-sort="descending"] button::after { content: " ▼"; }
table.runs td.number { text-align: right; white-space: nowrap; } table.runs td.time { white-space: nowrap; }
table.runs th a { white-space: normal; } @media (max-width: 700px) { table.runs th, table.runs td { padding: 6px 6px; } table.runs#all td:nth-child(1) { min-width: 0; } table.runs#all td:nth-child(2) { min-width: 190px; } }
tr.differs td { background: var(--amber-bg); }
form.filters { display: flex; flex-wrap: wrap; gap: 10px; margin: 16px 0; align-items: center; }
form.filters input, form.filters select { font: inherit; padding: 5px 9px; border: 1px solid var(--rule); border-radius: 6px; background: var(--panel); color: var(--text); }
form.filters input { flex: 1; min-width: 220px; }`;

export function runsPage(rows: readonly RunRow[], root: string): string {
  const body =
    rows.length === 0
      ? `<p>There are no runs in <code>${escapeHtml(root)}</code> yet. <code>dsx test</code> makes one.</p>`
      : `${filters(rows)}
<form action="/compare" method="get">
<p><button id="compare" type="submit" disabled>Compare the two that are ticked</button> <span id="count">${plural(rows.length, 'run')}</span></p>
<div class="scroll"><table class="runs" id="all"><thead><tr><th></th>${columns.map(heading).join('')}</tr></thead>
<tbody>${rows.map(row).join('\n')}</tbody></table></div></form>`;
  return page('Runs', `<h1>Runs</h1>\n${body}\n<script>${runsScript}</script>`);
}

const columns = [
  'Verdict',
  'Started',
  'Workload',
  'System',
  'Faults',
  'Operations',
  'Time',
  'Seed',
];

function heading(name: string): string {
  return `<th><button type="button">${name}</button></th>`;
}

function filters(rows: readonly RunRow[]): string {
  const workloads = [...new Set(rows.map(({ workload }) => workload))].toSorted();
  const options = workloads.map((name) => `<option>${escapeHtml(name)}</option>`).join('');
  return `<form class="filters" onsubmit="return false">
<input id="search" type="search" placeholder="Search: words of a system, a fault, an anomaly, a seed" aria-label="Search">
<select id="verdict" aria-label="Verdict"><option value="">every verdict</option><option value="true">valid</option><option value="false">anomaly</option><option value="unknown">unknown</option><option value="null">no verdict</option></select>
<select id="workload" aria-label="Workload"><option value="">every workload</option>${options}</select></form>`;
}

function row(run: RunRow): string {
  const { id, valid, startedAt, workload, system, nemeses, operations, durationMs, seed } = run;
  const words = [id, workload, system, nemeses, run.text, ...run.anomalies, seed].join(' ');
  const cells = [
    `<td data-sort="${sortOf(valid)}">${mark(valid)} <a href="/runs/${encodeURIComponent(id)}/">${escapeHtml(run.text || id)}</a></td>`,
    `<td class="time" data-sort="${escapeHtml(startedAt)}">${escapeHtml(startedAt.slice(0, 19).replace('T', ' '))}</td>`,
    ...[workload, system, nemeses].map((text) => `<td>${escapeHtml(text)}</td>`),
    `<td class="number" data-sort="${operations}">${operations.toLocaleString('en-US')}</td>`,
    `<td class="number" data-sort="${durationMs}">${durationText(durationMs)}</td>`,
    `<td class="number" data-sort="${seed}">${seed}</td>`,
  ];
  return `<tr data-verdict="${String(valid)}" data-workload="${escapeHtml(workload)}" data-words="${escapeHtml(words.toLowerCase())}"><td><input type="checkbox" name="run" value="${escapeHtml(id)}" aria-label="compare ${escapeHtml(id)}"></td>${cells.join('')}</tr>`;
}

function sortOf(valid: RunRow['valid']): number {
  if (valid === false) return 0;
  if (valid === 'unknown') return 1;
  return valid === null ? 2 : 3;
}

function mark(valid: RunRow['valid']): string {
  const [kind, symbol] =
    valid === null
      ? ['unsure', '–']
      : valid === 'unknown'
        ? ['unsure', '?']
        : valid
          ? ['good', '✓']
          : ['bad', '✗'];
  return `<span class="mark ${kind}">${symbol}</span>`;
}

export function runPage(run: RunRow, files: readonly RunFile[]): string {
  const report = run.hasReport
    ? '<p><a href="report.html"><strong>Report</strong></a></p>'
    : `<p>There is no report.html; make it with <code>dsx report ${escapeHtml(run.id)} --render</code></p>`;
  const list = files.map(
    ({ name, sizeBytes }) =>
      `<tr><td><a href="${name.split('/').map(encodeURIComponent).join('/')}">${escapeHtml(name)}</a></td><td class="number">${sizeText(sizeBytes)}</td></tr>`,
  );
  return page(
    run.id,
    `<p><a href="/">all runs</a></p><h1>${mark(run.valid)} ${escapeHtml(run.text || run.id)}</h1>
<p><code>${escapeHtml(run.id)}</code></p>${report}${facts([run])}
<h2>Files</h2><table class="runs"><tbody>${list.join('\n')}</tbody></table>`,
  );
}

/** What differs is marked. */
export function comparePage(runs: readonly RunRow[]): string {
  const heads = runs.map(
    ({ id }) => `<th><a href="/runs/${encodeURIComponent(id)}/">${escapeHtml(id)}</a></th>`,
  );
  return page(
    'Two runs',
    `<p><a href="/">all runs</a></p><h1>Two runs</h1>${facts(runs, `<thead><tr><th></th>${heads.join('')}</tr></thead>`)}<p class="note">What differs is marked.</p>`,
  );
}

function facts(runs: readonly RunRow[], head = ''): string {
  const rows: readonly (readonly [name: string, of: (run: RunRow) => string])[] = [
    ['verdict', ({ text }) => text],
    ['anomalies', ({ anomalies }) => anomalies.join(', ')],
    ['model', ({ model }) => model],
    ['workload', ({ workload }) => workload],
    ['system', ({ system }) => system],
    [
      'faults',
      ({ nemeses, faultCount }) => (faultCount === 0 ? 'none' : `${faultCount}: ${nemeses}`),
    ],
    ['nodes', ({ nodes }) => String(nodes)],
    ['clients', ({ clients }) => String(clients)],
    ['time limit', ({ timeLimitMs }) => durationText(timeLimitMs)],
    ['rate asked for', ({ rateHz }) => (rateHz === 0 ? 'no limit' : `${rateHz} a second`)],
    ['seed', ({ seed }) => String(seed)],
    ['operations', ({ operations }) => operations.toLocaleString('en-US')],
    ['latency p50, p99', ({ p50Ms, p99Ms }) => [p50Ms, p99Ms].map(latencyText).join(', ')],
    ['time', ({ durationMs }) => durationText(durationMs)],
    ['started', ({ startedAt }) => startedAt],
  ];
  const lines = rows.map(([name, of]) => {
    const values = runs.map(of);
    const differs = new Set(values).size > 1 && name !== 'started';
    const cells = values.map((value) => `<td>${escapeHtml(value)}</td>`).join('');
    return `<tr${differs ? ' class="differs"' : ''}><th>${name}</th>${cells}</tr>`;
  });
  return `<div class="scroll"><table class="runs">${head}<tbody>${lines.join('\n')}</tbody></table></div>`;
}

function latencyText(ms: number | null): string {
  return ms === null ? '-' : durationText(ms);
}

export function errorPage(title: string, text: string): string {
  return page(
    title,
    `<h1>${escapeHtml(title)}</h1><p>${escapeHtml(text)}</p><p><a href="/">all runs</a></p>`,
  );
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} · dsx</title><style>${pageStyle}${style}</style></head>
<body><header class="top"><span class="name">dsx</span></header><main>
${body}
</main></body></html>
`;
}

function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
