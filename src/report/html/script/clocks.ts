/** The page's script, part 6: clock offsets of the nodes, as the faults set and verified them. */
export const clocksScript = String.raw`
const clockCanvas = elementOf('clocks');
const nodeColor = (place, total) => 'hsl(' + Math.round((360 * place) / Math.max(1, total)) + ' 62% 52%)';
const clockNodes = [...new Set(meta.clocks.map(({ node }) => node))].toSorted();

/** Offsets from a millisecond to minutes on one axis: logarithmic, to both sides of zero. */
const squeezed = (ms) => Math.sign(ms) * Math.log10(1 + Math.abs(ms));

function drawClocks() {
  if (clockCanvas === null) return;
  const plot = prepared(clockCanvas, 170);
  if (plot === null) return;
  const [top, bottom] = [8, 150];
  const endMs = (skew) => skew.offsetMs + skew.rate * (skew.end - skew.start) * msPerTick;
  const reached = meta.clocks.flatMap((skew) => [skew.offsetMs, endMs(skew)]);
  const low = Math.floor(squeezed(Math.min(0, ...reached)));
  const high = Math.max(low + 1, Math.ceil(squeezed(Math.max(0, ...reached))));
  const yOf = (ms) => bottom - ((squeezed(ms) - low) / (high - low)) * (bottom - top);
  drawTimeAxis(plot, top, bottom);
  drawFaults(plot, top, bottom, false);
  drawClockAxis(plot, low, high, yOf);
  const { context } = plot;
  context.save();
  context.beginPath();
  context.rect(plot.left, 0, plot.right - plot.left, bottom + 2);
  context.clip();
  for (const [place, node] of clockNodes.entries()) {
    context.strokeStyle = nodeColor(place, clockNodes.length);
    context.fillStyle = context.strokeStyle;
    context.lineWidth = 1.8;
    const own = meta.clocks.filter((skew) => skew.node === node);
    context.beginPath();
    context.moveTo(xOf(plot, 0), yOf(0));
    for (const skew of own) {
      const [x0, x1] = [xOf(plot, skew.start), xOf(plot, skew.end)];
      context.lineTo(x0, yOf(0));
      if (skew.periodMs === 0) {
        context.lineTo(x0, yOf(skew.offsetMs));
        context.lineTo(x1, yOf(endMs(skew)));
      }
      context.lineTo(x1, yOf(0));
    }
    context.lineTo(xOf(plot, endTicks), yOf(0));
    context.stroke();
    context.globalAlpha = 0.3;
    for (const skew of own.filter(({ periodMs }) => periodMs > 0))
      context.fillRect(xOf(plot, skew.start), Math.min(yOf(0), yOf(skew.offsetMs)),
        Math.max(1, xOf(plot, skew.end) - xOf(plot, skew.start)), Math.abs(yOf(skew.offsetMs) - yOf(0)));
    context.globalAlpha = 1;
  }
  context.restore();
  context.lineWidth = 1;
  drawRange(plot, top, bottom);
}

function drawClockAxis(plot, low, high, yOf) {
  const { context } = plot;
  context.textAlign = 'right';
  const gap = Math.max(1, Math.ceil((high - low) / 6));
  for (let power = low; power <= high; power += 1) {
    if (power % gap !== 0) continue;
    const ms = Math.sign(power) * (10 ** Math.abs(power) - 1);
    const y = Math.round(yOf(ms)) + 0.5;
    context.strokeStyle = palette.rule;
    context.beginPath();
    context.moveTo(plot.left, y);
    context.lineTo(plot.right, y);
    context.stroke();
    context.fillStyle = palette.muted;
    const text = power === 0 ? 'right' : (power > 0 ? '+' : '−') + durationText(10 ** Math.abs(power));
    context.fillText(text, plot.left - 6, y + 4);
  }
  context.textAlign = 'left';
}

function buildClockLegend() {
  if (clockCanvas === null) return;
  elementOf('clock-legend').append(...clockNodes.map((node, place) => {
    const swatch = element('span', { className: 'swatch' });
    swatch.style.background = nodeColor(place, clockNodes.length);
    return element('span', { className: 'legend' }, [swatch, node]);
  }));
}
`;
