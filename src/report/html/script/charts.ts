/** The page's script, part 5: latency (points and quantiles) and throughput. */
export const chartsScript = String.raw`
const latencyCanvas = elementOf('latency');
const rateCanvas = elementOf('rate');
const plotHeight = 210;
const quantileLevels = [0.5, 0.95, 0.99];
let latencyPlot = null;
/** Made anew when the filter changes. */
let bounds = null;

/** Least and greatest latency of what is let through, over the whole run: zooming keeps the scale. */
function latencyBounds() {
  let low = Infinity;
  let high = 0;
  for (let row = 0; row < count; row += 1) {
    if (matches[row] === 0 || endOf[row] === never) continue;
    const ms = latencyMs(row);
    if (ms < low) low = ms;
    if (ms > high) high = ms;
  }
  if (high === 0) return { low: 0.1, high: 1 };
  const floor = Math.max(low, high / 1e6, 1e-6);
  return { low: 10 ** Math.floor(Math.log10(floor)), high: 10 ** Math.ceil(Math.log10(high * 1.0001)) };
}

function drawLatency(whole) {
  const plot = prepared(latencyCanvas, plotHeight);
  latencyPlot = plot;
  if (plot === null) return;
  bounds ??= latencyBounds();
  const [top, bottom] = [6, plotHeight - 20];
  const scale = (bottom - top) / Math.max(1e-9, Math.log10(bounds.high / bounds.low));
  const yOf = (ms) => bottom - Math.log10(Math.max(ms, bounds.low) / bounds.low) * scale;
  Object.assign(plot, { yOf, top, bottom });
  drawTimeAxis(plot, top, bottom);
  drawLatencyAxis(plot);
  drawFaults(plot, top, bottom, false);
  const unfinished = drawPoints(plot);
  const quantiles = whole ? drawQuantiles(plot) : null;
  drawRange(plot, top, bottom);
  elementOf('latency-note').textContent =
    (quantiles === null ? '' : 'Lines: p50, p95 and p99 of ok operations in windows of ' + quantiles + '. ') +
    (unfinished > 0 ? number(unfinished) + ' that never completed have no latency and no point.' : '');
}

function drawLatencyAxis(plot) {
  const { context } = plot;
  context.textAlign = 'right';
  for (let ms = bounds.low; ms <= bounds.high * 1.01; ms *= 10) {
    const y = Math.round(plot.yOf(ms)) + 0.5;
    context.strokeStyle = palette.rule;
    context.beginPath();
    context.moveTo(plot.left, y);
    context.lineTo(plot.right, y);
    context.stroke();
    context.fillStyle = palette.muted;
    context.fillText(durationText(ms), plot.left - 6, y + (ms === bounds.low ? 0 : 4));
  }
  context.textAlign = 'left';
}

/** Points go straight into pixels: a million of them are drawn in one pass. */
function drawPoints(plot) {
  const { context, ratio } = plot;
  const width = Math.round((plot.right - plot.left) * ratio);
  const height = Math.round(plot.bottom * ratio);
  const image = context.getImageData(Math.round(plot.left * ratio), 0, width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const colors = palette.outcomes.map((color) => (color === '' ? 0 : pixelOf(color)));
  const size = Math.round((matchCount > 50000 ? 1 : matchCount > 2000 ? 2 : 4) * ratio);
  const scale = width / span();
  let unfinished = 0;
  const paint = (row) => {
    const x0 = Math.floor((startOf[row] - view.from) * scale);
    const y0 = Math.round(plot.yOf(latencyMs(row)) * ratio);
    if (x0 < 0) return;
    const x1 = Math.min(width, x0 + size);
    const y1 = Math.min(height, y0 + size);
    for (let y = y0; y < y1; y += 1)
      for (let x = x0; x < x1; x += 1) pixels[y * width + x] = colors[outcomeOf[row]];
  };
  // What did not succeed is drawn over what did: it is rare, and it is what one looks for.
  const others = [];
  eachVisible((row) => {
    if (endOf[row] === never) unfinished += 1;
    else if (outcomeOf[row] === 1) paint(row);
    else others.push(row);
  });
  others.forEach(paint);
  context.putImageData(image, Math.round(plot.left * ratio), 0);
  return unfinished;
}

/** Exact quantiles of windows over the view; a window with fewer than five has no point. */
function drawQuantiles(plot) {
  const stepMs = niceStep(span() * msPerTick, Math.min(60, (plot.right - plot.left) / 16));
  const stepTicks = stepMs / msPerTick;
  const first = Math.floor(view.from / stepTicks);
  const windows = Math.floor(view.to / stepTicks) - first + 1;
  const sizes = new Uint32Array(windows + 1);
  const windowOf = (row) => Math.floor(startOf[row] / stepTicks) - first;
  const counts = (row) => outcomeOf[row] === 1 && endOf[row] !== never && startOf[row] >= view.from;
  eachVisible((row) => { if (counts(row)) sizes[windowOf(row) + 1] += 1; });
  for (let i = 1; i <= windows; i += 1) sizes[i] += sizes[i - 1];
  if (sizes[windows] === 0) return null;
  const filled = sizes.slice();
  const samples = new Float64Array(sizes[windows]);
  eachVisible((row) => {
    if (!counts(row)) return;
    const place = windowOf(row);
    samples[filled[place]] = latencyMs(row);
    filled[place] += 1;
  });
  const lines = quantileLevels.map(() => []);
  for (let i = 0; i < windows; i += 1) {
    const sample = samples.subarray(sizes[i], sizes[i + 1]).sort();
    const x = Math.min(plot.right, Math.max(plot.left, xOf(plot, (first + i + 0.5) * stepTicks)));
    for (const [level, quantile] of quantileLevels.entries()) {
      const ms = sample[Math.max(0, Math.ceil(quantile * sample.length) - 1)];
      lines[level].push(sample.length < 5 ? null : [x, plot.yOf(Math.max(bounds.low, ms))]);
    }
  }
  for (const [level, points] of lines.entries()) drawLine(plot, points, palette.quantiles[level], 1.8);
  return lines[0].some((point) => point !== null) ? durationText(stepMs) : null;
}

/** A line with gaps where a point is null. */
function drawLine(plot, points, color, width) {
  const { context } = plot;
  context.strokeStyle = color;
  context.fillStyle = color;
  context.lineWidth = width;
  context.lineJoin = 'round';
  context.beginPath();
  let drawing = false;
  for (const [i, point] of points.entries()) {
    if (point === null) {
      drawing = false;
      continue;
    }
    if (drawing) context.lineTo(point[0], point[1]);
    else {
      context.moveTo(point[0], point[1]);
      if (points[i + 1] === null || i + 1 === points.length) context.rect(point[0] - 1, point[1] - 1, 2, 2);
    }
    drawing = true;
  }
  context.stroke();
  context.lineWidth = 1;
}

function drawRate() {
  const plot = prepared(rateCanvas, 170);
  if (plot === null) return;
  const [top, bottom] = [8, 150];
  const stepMs = niceStep(span() * msPerTick, (plot.right - plot.left) / 8);
  const stepTicks = stepMs / msPerTick;
  const first = Math.floor(view.from / stepTicks);
  const windows = Math.floor(view.to / stepTicks) - first + 1;
  const rates = [1, 2, 3].map(() => new Float64Array(windows));
  for (let row = 0; row < count; row += 1) {
    if (matches[row] === 0 || endOf[row] === never) continue;
    const place = Math.floor(endOf[row] / stepTicks) - first;
    if (place >= 0 && place < windows) rates[outcomeOf[row] - 1][place] += 1;
  }
  // The last window may end after the run did: only what was there of it counts.
  const covered = (place) => Math.min(stepTicks, Math.max(1, endTicks + 1 - (first + place) * stepTicks));
  for (const line of rates)
    for (let place = 0; place < windows; place += 1) line[place] /= (covered(place) * msPerTick) / 1000;
  const most = Math.max(1, ...rates.map((line) => line.reduce((a, b) => Math.max(a, b), 0)));
  // A burst at the end, where all read at once, must not flatten what went before.
  const seen = rates.flatMap((line) => Array.from(line)).filter((rate) => rate > 0).sort((a, b) => a - b);
  const usual = 1.3 * (seen[Math.floor(seen.length * 0.95)] ?? most);
  const high = most > 2 * usual ? usual : most;
  const yOf = (rate) => bottom - (Math.min(rate, high) / high) * (bottom - top - 4);
  drawTimeAxis(plot, top, bottom);
  drawFaults(plot, top, bottom, false);
  drawRateAxis(plot, high, yOf);
  for (const [i, line] of rates.entries()) {
    if (line.every((rate) => rate === 0)) continue;
    const points = Array.from(line, (rate, at) => [
      Math.min(plot.right, Math.max(plot.left, xOf(plot, (first + at + 0.5) * stepTicks))),
      yOf(rate),
    ]);
    drawLine(plot, points, palette.outcomes[i + 1], 1.8);
  }
  drawRange(plot, top, bottom);
  elementOf('rate-note').textContent = 'Completions a second, counted in steps of ' + durationText(stepMs) + '.' +
    (high < most ? ' The highest go beyond the picture, up to ' + number(Math.round(most)) + '/s.' : '');
}

function drawRateAxis(plot, most, yOf) {
  const { context } = plot;
  const gap = niceStep(most, 4);
  context.textAlign = 'right';
  for (let rate = 0; rate <= most; rate += gap) {
    const y = Math.round(yOf(rate)) + 0.5;
    context.strokeStyle = palette.rule;
    context.beginPath();
    context.moveTo(plot.left, y);
    context.lineTo(plot.right, y);
    context.stroke();
    context.fillStyle = palette.muted;
    context.fillText(number(rate) + '/s', plot.left - 6, y + 4);
  }
  context.textAlign = 'left';
}

/** The point nearest to the pointer within ten pixels, or -1. */
function pointAt(x, y) {
  const plot = latencyPlot;
  if (plot === null || x < plot.left) return -1;
  let best = -1;
  let bestDistance = 100;
  eachVisible((row) => {
    if (endOf[row] === never) return;
    const dx = xOf(plot, startOf[row]) - x;
    if (dx * dx > bestDistance) return;
    const dy = plot.yOf(latencyMs(row)) - y;
    if (dx * dx + dy * dy > bestDistance) return;
    best = row;
    bestDistance = dx * dx + dy * dy;
  });
  return best;
}
`;
