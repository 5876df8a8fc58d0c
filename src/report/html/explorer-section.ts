/** The part that the script brings to life: filters, timeline, charts, table of operations. */
import type { RunTraces } from '../traces.ts';
import type { EmbeddedHistory } from './embed.ts';

const timelineHelp =
  'Drag to move; Shift and drag to zoom into a stretch; Ctrl and the wheel (or the wheel alone once the timeline has the focus) to zoom. Keys: ← → move, + − zoom, 0 everything, ↑ ↓ rows, [ ] previous and next operation.';

const outcomeHelp =
  'ok: it happened. fail: it certainly did not. info: nobody knows, and it may still happen; its client goes on under a new process number.';

export interface ExplorerParts {
  readonly hasClocks: boolean;
  readonly traces: RunTraces | undefined;
}

export function explorerSection(embedded: EmbeddedHistory, parts: ExplorerParts): string {
  return [
    '<section id="what-happened"><h2>What happened</h2>',
    '<noscript><p class="note">Timeline and charts need the script of this page; all else is readable without it.</p></noscript>',
    '<div id="explorer" hidden>',
    filters,
    toolbar,
    chart('timeline', 'Timeline of the operations', timelineHelp),
    `<p class="note">${outcomeHelp}</p>`,
    '<p class="note" id="drawn" role="status" aria-live="polite"></p>',
    '<div id="selected" aria-live="polite"></div>',
    `<h4>Latency: one point an operation, at its invocation ${legend(['ok', 'fail', 'info', 'p50', 'p95', 'p99'])}</h4>`,
    chart('latency', 'Latency of each operation and its quantiles over time', ''),
    '<p class="note" id="latency-note"></p>',
    `<h4>Throughput ${legend(['ok', 'fail', 'info'])}</h4>`,
    chart('rate', 'Completions a second, by outcome', ''),
    '<p class="note" id="rate-note"></p>',
    parts.hasClocks ? clocks : '',
    table,
    omissions(embedded),
    parts.traces === undefined ? '' : tracePart(parts.traces),
    '<div id="tooltip" role="tooltip" hidden></div>',
    '</div></section>',
  ].join('\n');
}

const filters = `<form id="filters" aria-label="Filter of the operations">
<fieldset><legend>function</legend><span id="filter-functions"></span></fieldset>
<fieldset><legend>outcome</legend><span id="filter-outcomes"></span></fieldset>
<label class="field"><span>processes</span><input id="filter-processes" placeholder="0-4, 7"></label>
<label class="field" id="filter-key-field"><span>keys</span><input id="filter-keys" list="key-names" placeholder="x, y"></label><datalist id="key-names"></datalist>
<label class="field"><span>value</span><input id="filter-value" placeholder="5"></label>
<label class="field" id="filter-fault-field"><span>faults</span><select id="filter-fault"><option value="any">at any time</option><option value="inside">during a fault</option><option value="outside">outside of faults</option></select></label>
<label class="field"><span>from (s)</span><input class="short" id="filter-from" type="number" min="0" step="any"></label>
<label class="field"><span>to (s)</span><input class="short" id="filter-to" type="number" min="0" step="any"></label>
<label class="check" id="filter-anomalies-field"><input type="checkbox" id="filter-anomalies">only operations of anomalies</label>
<button type="button" id="filter-reset">Show all</button>
</form>`;

const toolbar = `<div class="bar">
<label class="check">rows: <select id="rows-by"></select></label>
<span class="grow" id="window"></span>
<button type="button" id="pan-left" aria-label="Earlier">←</button>
<button type="button" id="pan-right" aria-label="Later">→</button>
<button type="button" id="zoom-in" aria-label="Zoom in">+</button>
<button type="button" id="zoom-out" aria-label="Zoom out">−</button>
<button type="button" id="zoom-reset">Whole run</button>
</div>`;

function chart(id: string, label: string, help: string): string {
  const described = help === '' ? '' : ` aria-describedby="${id}-help"`;
  const text = help === '' ? '' : `<p class="note" id="${id}-help">${help}</p>`;
  return `<canvas id="${id}" tabindex="0" role="img" aria-label="${label}"${described}></canvas>${text}`;
}

function legend(names: readonly string[]): string {
  return names
    .map((name) => `<span class="legend"><span class="swatch s-${name}"></span>${name}</span>`)
    .join('');
}

const clocks = `<h4>Clock offsets of the nodes <span id="clock-legend"></span></h4>
${chart('clocks', 'Clock offset of each node over time', '')}
<p class="note">As set by the faults, each read back from the running node; shaded where a clock jumps to and fro.</p>`;

/** The space-time diagram and the logs of the nodes, at the times of the timeline above. */
function tracePart({ messages, logs, logsOmitted }: RunTraces): string {
  const omitted =
    logsOmitted > 0
      ? `<p class="note">${logsOmitted.toLocaleString('en-US')} lines of logs are not in this page; nodes/*/*.log have them.</p>`
      : '';
  return `<div id="traces"><h3>Messages and logs</h3>
<div class="bar"><label class="check">search: <input id="trace-search" type="search" placeholder="append n1>n2 #42"></label>
<label class="check">order: <select id="trace-order"><option value="time">by time</option><option value="lamport">by Lamport time</option></select></label>
<span class="grow">Same stretch of time as the timeline above.</span></div>
${chart('space-time', 'Space-time diagram: a line a node, an arrow a message', '')}
<p class="note" id="traced" role="status" aria-live="polite"></p>
<div id="message-selected" class="selected" aria-live="polite"></div>
${messages.length === 0 ? '<div hidden>' : '<div>'}<h4>Messages in view</h4>${pager('messages')}
<div class="scroll" tabindex="0"><table class="traces"><thead><tr><th>sent</th><th>from → to</th><th>type</th><th>arrived</th><th>body</th></tr></thead><tbody id="messages-rows"></tbody></table></div></div>
${logs.length === 0 ? '<div hidden>' : '<div>'}<h4>What the nodes wrote, in view</h4>${pager('logs')}
<div class="scroll" tabindex="0"><table class="traces"><thead><tr><th>at</th><th>node</th><th>stream</th><th>line</th></tr></thead><tbody id="logs-rows"></tbody></table></div>${omitted}</div></div>`;
}

function pager(name: string): string {
  return `<div class="bar"><span class="grow" id="${name}-note"></span><button type="button" id="${name}-back">Earlier</button><button type="button" id="${name}-next">Later</button></div>`;
}

const table = `<h4>Operations in view</h4>
<div class="bar"><span class="grow" id="page-note"></span><button type="button" id="page-back">Earlier</button><button type="button" id="page-next">Later</button></div>
<div class="scroll" tabindex="0"><table><thead><tr><th>event</th><th>invoked</th><th>process</th><th>node</th><th>key</th><th>operation</th><th>outcome</th><th>latency</th><th>error</th></tr></thead><tbody id="operations"></tbody></table></div>`;

/** What the page does not hold, said where one would look for it. */
function omissions({ valuesCut, valuesOmitted, tickNs, tookTickNs }: EmbeddedHistory): string {
  const notes = [
    valuesCut > 0 ? `${valuesCut.toLocaleString('en-US')} long values are cut (…).` : '',
    valuesOmitted > 0
      ? `${valuesOmitted.toLocaleString('en-US')} values are left out to keep this page small; history.jsonl has them.`
      : '',
    tickNs > 1
      ? `Moments here are to ${tickNs} ns; ${tookTickNs > 1 ? `latencies to ${tookTickNs} ns; the order of operations is` : 'latencies and the order of operations are'} exact.`
      : '',
  ].filter((note) => note !== '');
  return notes.map((note) => `<p class="note">${note}</p>`).join('');
}
