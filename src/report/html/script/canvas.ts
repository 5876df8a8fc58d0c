/** The page's script, part 3: canvases, colours, the time axis and the fault bands. */
export const canvasScript = String.raw`
const gutter = () => (window.innerWidth < 600 ? 54 : 92);
let palette = {};

function readPalette() {
  const style = getComputedStyle(document.documentElement);
  const color = (name) => style.getPropertyValue('--' + name).trim();
  palette = {
    text: color('text'), background: color('bg'), muted: color('muted'), rule: color('rule'), panel: color('panel'),
    fault: color('fault'), red: color('red'), accent: color('accent'),
    outcomes: ['', color('ok'), color('fail'), color('info')],
    quantiles: [color('q50'), color('q95'), color('q99')],
    functions: [],
  };
}

/** A canvas as sharp as the screen, cleared; null while it has no size. */
function prepared(canvas, height) {
  const width = canvas.clientWidth;
  if (width < 50) return null;
  const ratio = window.devicePixelRatio || 1;
  canvas.style.height = height + 'px';
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.font = '11px ui-sans-serif, system-ui, sans-serif';
  return { canvas, context, width, height, ratio, left: gutter(), right: width - 10 };
}

const span = () => Math.max(1, view.to - view.from);
const xOf = (plot, tick) => plot.left + ((tick - view.from) / span()) * (plot.right - plot.left);
const tickAt = (plot, x) => view.from + ((x - plot.left) / (plot.right - plot.left)) * span();

/** 1, 2 or 5 times a power of ten, so that about 'wanted' of them fit into 'range'. */
function niceStep(range, wanted) {
  const rough = range / Math.max(1, wanted);
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5, 10].find((factor) => power * factor >= rough) ?? 10);
}

function axisText(ms, stepMs) {
  if (stepMs >= 1000) return Number((ms / 1000).toFixed(0)) + ' s';
  if (ms >= 1000 && stepMs >= 1) return (ms / 1000).toFixed(Math.max(0, Math.ceil(-Math.log10(stepMs / 1000)))) + ' s';
  const digits = Math.max(0, Math.ceil(-Math.log10(stepMs)));
  return ms.toFixed(Math.min(6, digits)) + ' ms';
}

function drawTimeAxis(plot, top, bottom) {
  const { context } = plot;
  const stepMs = niceStep(span() * msPerTick, (plot.right - plot.left) / 110);
  context.strokeStyle = palette.rule;
  context.fillStyle = palette.muted;
  context.lineWidth = 1;
  context.textAlign = 'center';
  for (let at = Math.ceil((view.from * msPerTick) / stepMs); at * stepMs <= view.to * msPerTick; at += 1) {
    const x = Math.round(xOf(plot, (at * stepMs) / msPerTick)) + 0.5;
    context.beginPath();
    context.moveTo(x, top);
    context.lineTo(x, bottom);
    context.stroke();
    if (x < plot.right - 12) context.fillText(axisText(at * stepMs, stepMs), x, bottom + 13);
  }
  context.textAlign = 'left';
}

const faultKinds = [...new Set(meta.faults.map((fault) => fault.kind))];
const bandLane = 15;
const faultHeadHeight = () => faultKinds.length * bandLane;

/** Every fault shades its time over the whole plot; 'heads' adds its name, one lane a kind. */
function drawFaults(plot, top, bottom, heads) {
  const { context } = plot;
  for (const fault of meta.faults) {
    const x0 = Math.max(plot.left, xOf(plot, fault.start));
    const x1 = Math.min(plot.right, xOf(plot, fault.end));
    if (x1 < plot.left || x0 > plot.right) continue;
    const width = Math.max(1.5, x1 - x0);
    context.fillStyle = palette.fault;
    context.globalAlpha = 0.13;
    context.fillRect(x0, top, width, bottom - top);
    context.globalAlpha = 1;
    if (!heads) continue;
    const lane = faultKinds.indexOf(fault.kind);
    context.globalAlpha = 0.5;
    context.fillRect(x0, lane * bandLane + 1, width, bandLane - 3);
    context.globalAlpha = 1;
    if (width > 44) {
      context.save();
      context.beginPath();
      context.rect(x0, lane * bandLane, width - 3, bandLane);
      context.clip();
      context.fillStyle = palette.text;
      const name = fault.kind + (fault.shape === '' ? '' : ' ' + fault.shape);
      const room = Math.floor((width - 8) / 5.6);
      context.fillText(name.length > room ? name.slice(0, room - 1) + '…' : name, x0 + 4, lane * bandLane + 11);
      context.restore();
    }
  }
}

/** Begin and end of each fault, over bars that would hide its shade. */
function drawFaultEdges(plot, top, bottom) {
  const { context } = plot;
  context.strokeStyle = palette.fault;
  context.setLineDash([4, 3]);
  for (const tick of meta.faults.flatMap((fault) => [fault.start, fault.end])) {
    if (tick < view.from || tick > view.to) continue;
    const x = Math.round(xOf(plot, tick)) + 0.5;
    context.beginPath();
    context.moveTo(x, top);
    context.lineTo(x, bottom);
    context.stroke();
  }
  context.setLineDash([]);
}

function drawRange(plot, top, bottom) {
  if (drag === null || drag.kind !== 'range' || drag.now === drag.x) return;
  const { context } = plot;
  context.fillStyle = palette.accent;
  context.globalAlpha = 0.2;
  context.fillRect(Math.min(drag.x, drag.now), top, Math.abs(drag.now - drag.x), bottom - top);
  context.globalAlpha = 1;
}

/** A colour as one 32-bit pixel of a canvas, on little-endian machines. */
function pixelOf(color) {
  const [red, green, blue] = rgbOf(color);
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

function rgbOf(color) {
  const value = parseInt(color.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}
`;
