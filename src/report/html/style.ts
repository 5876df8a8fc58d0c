/** The look of the report. Colours are variables, so that light and dark differ in one place. */

const light = `
  --bg: #ffffff; --panel: #f5f7f9; --text: #17202a; --muted: #566270; --rule: #dfe4ea; --edge: rgba(30, 45, 60, 0.28);
  --red: #b3261e; --red-bg: #fdecea; --green: #1a6e38; --green-bg: #e8f5ec;
  --amber: #875400; --amber-bg: #fdf3e0; --accent: #1f5fbf; --fault: #8a6fd1;
  --ok: #5b9bd5; --fail: #e67aa8; --info: #f2a43a; --q50: #1d4e89; --q95: #6a3d9a; --q99: #b3261e;
  color-scheme: light;`;

const dark = `
  --bg: #12161c; --panel: #1b212a; --text: #e6eaf0; --muted: #9aa6b5; --rule: #2d3642; --edge: rgba(210, 225, 245, 0.32);
  --red: #ff8a80; --red-bg: #3a1c1c; --green: #7ddb9b; --green-bg: #16301f;
  --amber: #ffc66d; --amber-bg: #35290f; --accent: #7fb2ff; --fault: #9d86e0;
  --ok: #5b9bd5; --fail: #e67aa8; --info: #f2a43a; --q50: #b5d4ff; --q95: #cfb0ff; --q99: #ff8a80;
  color-scheme: dark;`;

const layout = `
* { box-sizing: border-box; }
[hidden] { display: none !important; }
html { background: var(--bg); color: var(--text); font: 15px/1.55 ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 1280px; padding: 20px 28px 80px; }
code, pre, .mono { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 13px; }
h1 { font-size: 26px; line-height: 1.25; margin: 0; letter-spacing: -0.01em; text-wrap: balance; overflow-wrap: anywhere; }
h2 { font-size: 19px; margin: 44px 0 12px; padding-bottom: 6px; border-bottom: 1px solid var(--rule); }
h3 { font-size: 16px; margin: 0 0 4px; overflow-wrap: anywhere; }
h4 { font-size: 13px; margin: 20px 0 6px; color: var(--muted); font-weight: 600; }
p { margin: 6px 0; max-width: 78ch; }
a { color: var(--accent); }
ul, ol { padding-left: 22px; }
header.top { display: flex; gap: 12px; align-items: center; justify-content: space-between; color: var(--muted); margin-bottom: 16px; font-size: 13px; }
header.top .name { font-weight: 700; color: var(--text); letter-spacing: 0.02em; }
nav { display: flex; flex-wrap: wrap; gap: 2px 14px; }
button { font: inherit; font-size: 13px; color: var(--text); background: var(--panel); border: 1px solid var(--rule); border-radius: 6px; padding: 4px 10px; cursor: pointer; }
button:hover { border-color: var(--muted); }
button:disabled { opacity: 0.45; cursor: default; }
button.link { border: 0; background: none; padding: 0; color: var(--accent); font-variant-numeric: tabular-nums; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.banner { border-radius: 10px; padding: 18px 22px; border-left: 6px solid; }
.banner.bad { background: var(--red-bg); border-color: var(--red); }
.banner.bad h1 { color: var(--red); }
.banner.good { background: var(--green-bg); border-color: var(--green); }
.banner.good h1 { color: var(--green); }
.banner.unsure { background: var(--amber-bg); border-color: var(--amber); }
.banner.unsure h1 { color: var(--amber); }
.banner ul { margin: 10px 0 0; padding: 0; list-style: none; }
.banner li { overflow-wrap: anywhere; padding-left: 22px; text-indent: -22px; }
.mark { display: inline-block; width: 22px; text-indent: 0; font-weight: 700; }
.mark.good { color: var(--green); } .mark.bad { color: var(--red); } .mark.unsure { color: var(--amber); }
.warnings { margin: 12px 0 0; padding: 10px 16px; background: var(--amber-bg); border-radius: 8px; list-style: none; }
.warnings li { overflow-wrap: anywhere; }
dl.minute { margin: 14px 0 0; display: grid; gap: 10px; }
dl.minute > div { display: grid; grid-template-columns: 190px 1fr; gap: 2px 18px; }
dl.minute dt { color: var(--muted); font-weight: 600; font-size: 13px; padding-top: 2px; }
dl.minute dd { margin: 0; min-width: 0; } dl.minute dd p { margin: 0; max-width: 96ch; white-space: pre-line; overflow-wrap: anywhere; } dl.minute .command { margin: 0 0 4px; }
dl.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(165px, 1fr)); gap: 10px 20px; margin: 16px 0 0; }
dl.facts dt { font-size: 12px; color: var(--muted); }
dl.facts dd { margin: 0; overflow-wrap: anywhere; }
.command { display: flex; gap: 10px; align-items: flex-start; margin: 6px 0 12px; }
.word { display: inline-block; max-width: 100%; overflow-wrap: anywhere; }
.command code { flex: 1; background: var(--panel); border: 1px solid var(--rule); border-radius: 6px; padding: 7px 10px; overflow-wrap: anywhere; }
.anomaly { border: 1px solid var(--rule); border-radius: 10px; padding: 18px 20px; margin: 14px 0; }
.anomaly header { display: flex; flex-wrap: wrap; gap: 6px 14px; justify-content: space-between; align-items: flex-start; margin-bottom: 4px; }
.anomaly .kind { color: var(--muted); font-size: 13px; }
.meaning { color: var(--muted); margin-top: 0; }
.scroll { overflow-x: auto; max-width: 100%; background: linear-gradient(to right, var(--bg) 30%, transparent) 0 0 / 40px 100%, linear-gradient(to left, var(--bg) 30%, transparent) 100% 0 / 40px 100%, linear-gradient(to right, var(--edge), transparent) 0 0 / 14px 100%, linear-gradient(to left, var(--edge), transparent) 100% 0 / 14px 100%; background-repeat: no-repeat; background-attachment: local, local, scroll, scroll; }
dl.minute .scroll { margin-top: 8px; }
pre.explanation { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--panel); border-radius: 8px; padding: 12px 14px; margin: 0; max-height: 480px; overflow-y: auto; }
ol.steps { margin: 0; } ol.steps li { overflow-wrap: anywhere; margin: 3px 0; }
tr.stuck td { color: var(--red); } tr.stuck-head th { color: var(--red); padding-top: 10px; } details.more { margin-top: 16px; } details.more summary, details.fold summary { cursor: pointer; overflow-wrap: anywhere; } details.more summary { color: var(--muted); font-size: 13px; font-weight: 600; } details.fold { margin: 8px 0; } details.fold .kind { color: var(--muted); font-size: 13px; margin-left: 6px; } table.prefix { min-width: 0; }
dl.facts .wide { grid-column: span 3; }
.state { color: var(--muted); }
table { border-collapse: collapse; font-size: 13px; min-width: 100%; }
th { text-align: left; color: var(--muted); font-weight: 600; white-space: nowrap; }
th, td { padding: 5px 12px 5px 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td { overflow-wrap: anywhere; }
.note { color: var(--muted); font-size: 13px; min-height: 20px; max-width: none; }
footer { margin-top: 60px; color: var(--muted); font-size: 13px; }
@media (max-width: 700px) { dl.minute > div { grid-template-columns: 1fr; } body { padding: 14px 14px 60px; } h1 { font-size: 21px; } .banner { padding: 14px 16px; } .anomaly { padding: 14px; } nav { display: none; } }
@media print { nav, button, #explorer { display: none !important; } .anomaly { break-inside: avoid; } }
`;

const pictures = `
svg { display: block; }
svg.cycle { max-width: 100%; height: auto; }
svg.narrow-only { display: none; }
svg text { white-space: pre; }
svg text { font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: var(--text); }
svg .w-name, svg .w-axis { fill: var(--muted); } svg .w-end { text-anchor: end; } svg .w-strong { font-weight: 700; } svg .w-axis { font-size: 11px; font-family: inherit; }
.w-rule { stroke: var(--rule); }
.w-op rect, .w-op path { stroke: rgba(0, 0, 0, 0.25); }
.w-ok rect, .w-ok path { fill: var(--ok); } .w-fail rect, .w-fail path { fill: var(--fail); } .w-info rect, .w-info path { fill: var(--info); stroke-dasharray: 4 3; }
.w-op text { fill: #10151c; }
.w-offending rect, .w-offending path { stroke: var(--red); stroke-width: 3; stroke-dasharray: none; }
.w-offending > text { font-weight: 700; }
.w-place { fill: #ffffff; stroke: #10151c; } svg .w-place-text { text-anchor: middle; font-size: 11px; }
.w-band { fill: var(--fault); opacity: 0.14; } .w-band-head { fill: var(--fault); opacity: 0.45; }
svg .w-fault text { font-size: 11px; }
.c-node rect { fill: var(--panel); stroke: var(--muted); } svg .c-name { font-weight: 700; } svg .c-index { font-weight: 400; fill: var(--muted); } svg .c-text { font-size: 11px; fill: var(--muted); } svg .c-mentioned { font-weight: 700; fill: var(--text); }
.c-edge path { fill: none; stroke: var(--muted); stroke-width: 2; } .c-edge text { text-anchor: middle; font-weight: 700; }
.c-anti path { stroke: var(--red); } .c-anti text { fill: var(--red); }
.c-label { fill: var(--bg); stroke: var(--rule); }
svg.map rect { fill: var(--panel); stroke: var(--rule); stroke-width: 1.2; } svg.map text { font-size: 11.5px; fill: var(--muted); }
.m-line { stroke: var(--rule); stroke-width: 1.4; fill: none; }
svg.map .m-held rect { fill: var(--green-bg); stroke: var(--green); } svg.map .m-held text { fill: var(--green); }
svg.map .m-violated rect { fill: var(--red-bg); stroke: var(--red); } svg.map .m-violated text { fill: var(--red); }
svg.map .m-edge text { font-weight: 700; } svg.map .m-edge rect { stroke-width: 2.2; } svg.map .m-asked rect { stroke-dasharray: 5 3; stroke-width: 2.2; }
marker path { fill: var(--muted); stroke: none; }
`;

const explorer = `
#filters { display: flex; flex-wrap: wrap; gap: 10px 18px; align-items: flex-end; background: var(--panel); border-radius: 8px; padding: 12px 16px; margin: 0 0 12px; }
fieldset { border: 0; padding: 0; margin: 0; min-width: 0; display: flex; flex-wrap: wrap; gap: 2px 12px; }
legend, .field > span { font-size: 12px; color: var(--muted); padding: 0; display: block; }
.field { display: block; }
.field input, .field select { font: inherit; font-size: 13px; color: var(--text); background: var(--bg); border: 1px solid var(--rule); border-radius: 6px; padding: 4px 8px; width: 130px; }
.field input.short { width: 74px; }
.check { display: inline-flex; gap: 5px; align-items: center; font-size: 13px; }
.legend { display: inline-flex; gap: 4px; align-items: center; margin-left: 12px; font-weight: 400; }
.swatch { width: 11px; height: 11px; border-radius: 2px; background: currentColor; }
.s-p50 { color: var(--q50); } .s-p95 { color: var(--q95); } .s-p99 { color: var(--q99); }
.s-ok { color: var(--ok); } .s-fail { color: var(--fail); } .s-info { color: var(--info); }
td.s-ok, td.s-fail, td.s-info { color: inherit; } td.s-ok::before, td.s-fail::before, td.s-info::before { content: ""; display: inline-block; width: 9px; height: 9px; border-radius: 2px; margin-right: 6px; } td.s-ok::before { background: var(--ok); } td.s-fail::before { background: var(--fail); } td.s-info::before { background: var(--info); }
.bar { display: flex; flex-wrap: wrap; gap: 6px 8px; align-items: center; margin-bottom: 6px; }
.bar .grow { flex: 1; color: var(--muted); font-size: 13px; font-variant-numeric: tabular-nums; }
canvas { display: block; width: 100%; touch-action: pan-y; border-radius: 6px; }
#tooltip { position: fixed; left: 0; top: 0; z-index: 5; max-width: min(460px, 92vw); background: var(--text); color: var(--bg); padding: 7px 10px; border-radius: 6px; font-size: 12.5px; white-space: pre-wrap; overflow-wrap: anywhere; pointer-events: none; }
#selected, .selected { white-space: pre-wrap; overflow-wrap: anywhere; border-left: 3px solid var(--accent); padding-left: 12px; margin: 8px 0; font-size: 13.5px; }
#selected:empty, .selected:empty { display: none; }
#operations td { white-space: nowrap; } #operations td:nth-child(6) { white-space: normal; min-width: 160px; } #operations td:nth-child(9) { white-space: normal; min-width: 340px; }
#traces { margin-top: 28px; } #traces h3 { margin-bottom: 8px; } #trace-search { font: inherit; font-size: 13px; color: var(--text); background: var(--bg); border: 1px solid var(--rule); border-radius: 6px; padding: 4px 8px; width: 220px; }
table.traces td { white-space: nowrap; } table.traces td:last-child { white-space: normal; font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 12px; min-width: 260px; }
tr.bad td:first-child { box-shadow: inset 3px 0 var(--red); } tr td:first-child { padding-left: 8px; } tr.chosen { background: var(--panel); }
`;

/** Last, since it goes against what stands before. */
const narrow = `
@media (max-width: 700px) {
  svg.wide-only { display: none; }
  svg.narrow-only { display: block; width: 100%; max-width: 480px; height: auto; }
  svg.cycle, svg.map { width: max(100%, calc(var(--natural) * 0.8)); max-width: var(--natural); height: auto; }
  pre.explanation { font-size: 12px; padding: 10px; }
  .explanation .listed { display: inline-block; width: 100%; padding-left: 5ch; text-indent: -5ch; }
  td:not(.number, [colspan]) { min-width: 88px; overflow-wrap: break-word; }
  #faults td:nth-child(2), #figures td:last-child:not(.number) { min-width: 210px; }
  #operations td { min-width: 0; }
  #operations td:nth-child(9) { white-space: nowrap; }
  dl.facts { grid-template-columns: 1fr 1fr; }
  dl.facts .wide { grid-column: span 2; }
}
`;

/**
 * A picture of the page as a file of its own, in light. Colours are written out: what turns SVG
 * into PNG seldom knows CSS variables.
 */
export function standaloneSvg(svg: string): string {
  const values = new Map(
    [...light.matchAll(/--([\w-]+): ([^;]+);/g)].map(([, a = '', b = '']) => [a, b]),
  );
  const style = pictures.replaceAll(
    /var\(--([\w-]+)\)/g,
    (_, name: string) => values.get(name) ?? 'inherit',
  );
  return `${svg
    .replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" ')
    .replace('>', `><style>${style}</style><rect width="100%" height="100%" fill="#ffffff"/>`)}\n`;
}

export const pageStyle = [
  `:root {${light}\n}`,
  `@media (prefers-color-scheme: dark) { :root:not([data-theme]) {${dark}\n} }`,
  `:root[data-theme="dark"] {${dark}\n}`,
  layout,
  pictures,
  explorer,
  narrow,
].join('\n');
