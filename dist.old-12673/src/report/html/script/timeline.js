/** The page's script, part 4: the timeline. Bars where they fit, density where they do not. */
export const timelineScript = String.raw`
const timelineCanvas = elementOf('timeline');
const barsMax = 6000;
const rowsHeightMax = 460;
let timelinePlot = null;

/** Sizes of this drawing: how many rows there is room for, and how high each is. */
function timelineLayout() {
  const top = faultHeadHeight() + 4;
  const rowHeight = Math.max(6, Math.min(24, Math.floor(rowsHeightMax / Math.max(1, rows.count))));
  const shown = Math.min(rows.count, Math.floor(rowsHeightMax / rowHeight));
  view.rowOffset = Math.max(0, Math.min(view.rowOffset, rows.count - shown));
  return { top, rowHeight, shown, bottom: top + shown * rowHeight };
}

function drawTimeline() {
  const layout = timelineLayout();
  const plot = prepared(timelineCanvas, layout.bottom + 20);
  timelinePlot = plot === null ? null : Object.assign(plot, layout);
  if (plot === null) return;
  const drawn = [];
  let inView = 0;
  let inOtherRows = 0;
  eachVisible((row) => {
    inView += 1;
    const place = rows.of[row] - view.rowOffset;
    if (place < 0 || place >= plot.shown) inOtherRows += 1;
    else if (drawn.length <= barsMax) drawn.push(row);
  });
  drawTimeAxis(plot, plot.top, plot.bottom);
  drawFaults(plot, plot.top, plot.bottom, true);
  drawRowNames(plot);
  const asBars = drawn.length <= barsMax;
  if (asBars) drawBars(plot, drawn);
  else drawDensity(plot);
  drawFaultEdges(plot, plot.top, plot.bottom);
  drawAnomalies(plot);
  drawRange(plot, plot.top, plot.bottom);
  sayWhatIsDrawn(plot, inView, inOtherRows, asBars);
}

function drawRowNames(plot) {
  const { context } = plot;
  const every = Math.max(1, Math.ceil(11 / plot.rowHeight));
  context.fillStyle = palette.muted;
  for (let place = 0; place < plot.shown; place += every) {
    const full = rows.names[place + view.rowOffset];
    const name = plot.left < 60 ? full.replace(/^client /, 'c') : full;
    const room = Math.floor((plot.left - 8) / 6.2);
    const text = name.length > room ? name.slice(0, room - 1) + '…' : name;
    context.fillText(text, 2, plot.top + (place + 0.5) * plot.rowHeight + 4);
  }
}

function drawBars(plot, list) {
  const { context, rowHeight } = plot;
  const height = Math.max(2, rowHeight - 3);
  context.save();
  context.beginPath();
  context.rect(plot.left, 0, plot.right - plot.left, plot.bottom);
  context.clip();
  for (const row of list) {
    const x0 = Math.max(plot.left - 5, xOf(plot, startOf[row]));
    const width = Math.max(1.5, Math.min(plot.right + 5, xOf(plot, lastTick(row))) - x0);
    const y = plot.top + (rows.of[row] - view.rowOffset) * rowHeight + 1;
    context.fillStyle = palette.outcomes[outcomeOf[row]];
    context.globalAlpha = 0.85;
    context.fillRect(x0, y, width, height);
    context.globalAlpha = 1;
    if (width < 34 || height < 12) continue;
    const room = Math.floor((width - 6) / 6);
    const text = operationText(row);
    context.fillStyle = '#10151c';
    context.fillText(text.length > room ? text.slice(0, room - 1) + '…' : text, x0 + 3, y + height / 2 + 4);
  }
  context.restore();
}

/** Each pixel column of a row sums what lies in it; a rare outcome is never painted over. */
function drawDensity(plot) {
  const { context, ratio, shown } = plot;
  const width = Math.max(1, Math.round((plot.right - plot.left) * ratio));
  const cells = new Uint32Array(4 * shown * width);
  const scale = width / span();
  eachVisible((row) => {
    const place = rows.of[row] - view.rowOffset;
    if (place < 0 || place >= shown) return;
    const x0 = Math.max(0, Math.floor((startOf[row] - view.from) * scale));
    const x1 = Math.min(width - 1, Math.floor((lastTick(row) - view.from) * scale));
    const base = (outcomeOf[row] * shown + place) * width;
    for (let x = x0; x <= x1; x += 1) cells[base + x] += 1;
  });
  const height = Math.round((plot.bottom - plot.top) * ratio);
  const image = context.getImageData(Math.round(plot.left * ratio), Math.round(plot.top * ratio), width, height);
  paintCells(image, cells, { shown, width, rowPixels: plot.rowHeight * ratio });
  context.putImageData(image, Math.round(plot.left * ratio), Math.round(plot.top * ratio));
}

function paintCells(image, cells, { shown, width, rowPixels }) {
  const pixels = new Uint32Array(image.data.buffer);
  const background = rgbOf(palette.background);
  let most = 1;
  for (const cell of cells) if (cell > most) most = cell;
  // A shade for each outcome and strength, made once: sixteen are more than the eye tells apart.
  const shades = palette.outcomes.map((color, outcome) =>
    Array.from({ length: 17 }, (_, level) =>
      color === '' ? 0 : shade(rgbOf(color), background, (outcome === 1 ? 0.4 : 0.8) + (level / 16) * (outcome === 1 ? 0.6 : 0.2))));
  const levelOf = (cell) => Math.round(16 * (Math.log1p(cell) / Math.log1p(most)));
  for (let place = 0; place < shown; place += 1) {
    const top = Math.round(place * rowPixels) + 1;
    const height = Math.max(2, Math.round((place + 1) * rowPixels) - top - 1);
    for (let x = 0; x < width; x += 1) {
      const present = [1, 2, 3].filter((outcome) => cells[(outcome * shown + place) * width + x] > 0);
      for (let i = 0; i < present.length; i += 1) {
        const outcome = present[i];
        const pixel = shades[outcome][levelOf(cells[(outcome * shown + place) * width + x])];
        const end = Math.min(image.height, top + Math.floor(((i + 1) * height) / present.length));
        for (let y = top + Math.floor((i * height) / present.length); y < end; y += 1) pixels[y * width + x] = pixel;
      }
    }
  }
}

function shade(color, ground, alpha) {
  const part = (i) => Math.round(color[i] * alpha + ground[i] * (1 - alpha));
  return ((255 << 24) | (part(2) << 16) | (part(1) << 8) | part(0)) >>> 0;
}

/** Operations of anomalies and the selected one: outlined, however small they are. */
function drawAnomalies(plot) {
  const { context, rowHeight } = plot;
  const outline = (row, color, wide) => {
    const place = rows.of[row] - view.rowOffset;
    if (matches[row] === 0 || place < 0 || place >= plot.shown) return;
    if (startOf[row] > view.to || lastTick(row) < view.from) return;
    const x0 = Math.max(plot.left, xOf(plot, startOf[row]));
    const x1 = Math.min(plot.right, xOf(plot, lastTick(row)));
    context.strokeStyle = color;
    context.lineWidth = wide;
    context.strokeRect(x0 - 1.5, plot.top + place * rowHeight, Math.max(4, x1 - x0 + 3), Math.max(4, rowHeight - 1));
  };
  for (const row of anomalous) outline(row, palette.red, 2);
  if (view.selected >= 0) outline(view.selected, palette.text, 2);
  context.lineWidth = 1;
}

function sayWhatIsDrawn(plot, inView, inOtherRows, asBars) {
  const drawnCount = inView - inOtherRows;
  const how = asBars ? 'each as a bar' : 'as density: every pixel sums what lies in it';
  const parts = [
    number(drawnCount) + ' of ' + number(count) + ' operations drawn, ' + how,
    matchCount < count ? number(count - matchCount) + ' hidden by the filter' : '',
    matchCount > inView ? number(matchCount - inView) + ' outside of this time' : '',
    inOtherRows > 0
      ? number(inOtherRows) + ' in rows above or below (rows ' + number(view.rowOffset + 1) + ' to ' +
        number(view.rowOffset + plot.shown) + ' of ' + number(rows.count) + ' are shown: ↑ ↓)'
      : '',
  ];
  elementOf('drawn').textContent = parts.filter((part) => part !== '').join('; ') + '.';
  const window_ = durationText(view.from * msPerTick) + ' to ' + durationText(view.to * msPerTick);
  elementOf('window').textContent = window_;
}

/** The operation under a point of the timeline, or -1: the last begun of those that touch it. */
function operationAt(x, y) {
  const plot = timelinePlot;
  if (plot === null || y < plot.top || y >= plot.bottom || x < plot.left) return -1;
  const wanted = Math.floor((y - plot.top) / plot.rowHeight) + view.rowOffset;
  const near = (3 * span()) / (plot.right - plot.left);
  const tick = tickAt(plot, x);
  let best = -1;
  let bestDistance = Infinity;
  for (let row = 0; row < count && startOf[row] <= tick + near; row += 1) {
    if (rows.of[row] !== wanted || matches[row] === 0 || lastTick(row) < tick - near) continue;
    const distance = Math.max(0, startOf[row] - tick, tick - lastTick(row));
    if (distance <= bestDistance) {
      best = row;
      bestDistance = distance;
    }
  }
  return best;
}
`;
