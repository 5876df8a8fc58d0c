/** The page's script, part 6: wheel, drag, keys, tooltip, filters, and the table. */
export const interactScript = String.raw`
let drag = null;
let frame = 0;
let restTimer = 0;
const tooltip = elementOf('tooltip');
const pageRows = 25;

const isLarge = count > 50000;

/** At once what moves with the hand; a moment later what takes long: quantiles and the table. */
function redraw() {
  clearTimeout(restTimer);
  if (frame !== 0) return;
  frame = requestAnimationFrame(() => {
    frame = 0;
    drawTimeline();
    drawLatency(!isLarge);
    drawRate();
    drawClocks();
    drawSpaceTime();
    // After the frame, never beside it: what it draws would be drawn over.
    restTimer = setTimeout(() => {
      if (isLarge) drawLatency(true);
      fillTable();
      fillTraces();
    }, isLarge ? 160 : 0);
  });
}

function show(from, to) {
  const width = Math.min(endTicks, Math.max(to - from, Math.min(endTicks, 20)));
  view.from = Math.max(0, Math.min(from, endTicks - width));
  view.to = view.from + width;
  view.page = 0;
  redraw();
}

const zoom = (factor, around) => {
  const at = around ?? (view.from + view.to) / 2;
  show(at - (at - view.from) * factor, at - (at - view.from) * factor + span() * factor);
};
const pan = (share) => show(view.from + span() * share, view.to + span() * share);
const reset = () => show(0, endTicks);

function onWheel(event) {
  const plot = timelinePlot;
  const focused = document.activeElement === event.currentTarget;
  if (plot === null) return;
  if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
    event.preventDefault();
    pan(event.deltaX / (plot.right - plot.left));
  } else if (event.ctrlKey || event.metaKey || focused) {
    event.preventDefault();
    zoom(Math.exp(Math.max(-1, Math.min(1, event.deltaY / 300))), tickAt(plot, event.offsetX));
  }
}

function onPointerDown(event) {
  if (event.button !== 0) return;
  event.currentTarget.setPointerCapture(event.pointerId);
  const kind = event.shiftKey ? 'range' : 'pan';
  drag = { kind, x: event.offsetX, now: event.offsetX, from: view.from, to: view.to, moved: false };
}

function onPointerMove(event) {
  if (drag === null || timelinePlot === null) {
    hover(event);
    return;
  }
  drag.now = event.offsetX;
  if (Math.abs(drag.now - drag.x) > 3) drag.moved = true;
  if (!drag.moved) return;
  tooltip.hidden = true;
  if (drag.kind === 'pan') {
    const ticks = ((drag.x - drag.now) / (timelinePlot.right - timelinePlot.left)) * (drag.to - drag.from);
    show(drag.from + ticks, drag.to + ticks);
  } else redraw();
}

function onPointerUp(event) {
  const done = drag;
  drag = null;
  if (done === null || timelinePlot === null) return;
  if (done.kind === 'range' && done.moved) {
    const ends = [tickAt(timelinePlot, done.x), tickAt(timelinePlot, done.now)].toSorted((a, b) => a - b);
    show(ends[0], ends[1]);
  } else if (!done.moved && event.currentTarget === traceCanvas) selectMessage(messageAt(event.offsetX, event.offsetY));
  else if (!done.moved) select(under(event));
}

function under(event) {
  if (event.currentTarget === timelineCanvas) return operationAt(event.offsetX, event.offsetY);
  return event.currentTarget === latencyCanvas ? pointAt(event.offsetX, event.offsetY) : -1;
}

function hover(event) {
  const row = under(event);
  const note = row < 0 ? noteUnder(event) : describe(row);
  tooltip.hidden = note === null;
  event.currentTarget.style.cursor = row < 0 ? 'grab' : 'pointer';
  if (tooltip.hidden) return;
  tooltip.textContent = note;
  const x = Math.min(event.clientX + 14, window.innerWidth - tooltip.offsetWidth - 8);
  const y = event.clientY + 18 + tooltip.offsetHeight > window.innerHeight
    ? event.clientY - tooltip.offsetHeight - 10 : event.clientY + 18;
  tooltip.style.transform = 'translate(' + Math.max(4, x) + 'px,' + y + 'px)';
}

/** What there is to say of a place that shows no operation: a message, or a fault. */
function noteUnder(event) {
  const message = event.currentTarget === traceCanvas ? messageAt(event.offsetX, event.offsetY) : null;
  return message === null ? faultUnder(event) : messageText(message);
}

function faultUnder(event) {
  const plot = timelinePlot;
  const hasHeads = event.currentTarget === timelineCanvas || event.currentTarget === traceCanvas;
  if (plot === null || !hasHeads || event.offsetY >= faultHeadHeight()) return null;
  const kind = faultKinds[Math.floor(event.offsetY / bandLane)];
  const tick = tickAt(plot, event.offsetX);
  const near = (2 * span()) / (plot.right - plot.left);
  const fault = meta.faults.find((one) => one.kind === kind && one.start - near <= tick && one.end + near >= tick);
  if (fault === undefined) return null;
  return fault.kind + ' ' + fault.shape + '\n' + fault.description + '\n' +
    durationText(fault.start * msPerTick) + ' to ' + durationText(fault.end * msPerTick);
}

function select(row) {
  view.selected = row;
  elementOf('selected').textContent = row < 0 ? '' : describe(row);
  redraw();
}

/** Selects the next (or the previous) operation that is let through and brings it into view. */
function step(direction) {
  let row = view.selected;
  if (row < 0) {
    row = direction > 0 ? -1 : count;
    while (direction > 0 && row + 1 < count && startOf[row + 1] < view.from) row += 1;
  }
  do row += direction; while (row >= 0 && row < count && matches[row] === 0);
  if (row < 0 || row >= count) return;
  bringIntoView(row);
  select(row);
}

function bringIntoView(row) {
  if (startOf[row] < view.from || lastTick(row) > view.to) {
    const half = Math.max(span() / 2, (lastTick(row) - startOf[row]) * 0.6);
    const middle = (startOf[row] + lastTick(row)) / 2;
    show(middle - half, middle + half);
  }
  const { shown } = timelineLayout();
  const place = rows.of[row];
  if (place < view.rowOffset || place >= view.rowOffset + shown) view.rowOffset = place - Math.floor(shown / 2);
}

const keyActions = {
  ArrowLeft: () => pan(-0.2), ArrowRight: () => pan(0.2),
  ArrowUp: () => scrollRows(-1), ArrowDown: () => scrollRows(1),
  PageUp: () => scrollRows(-20), PageDown: () => scrollRows(20),
  '+': () => zoom(0.6), '=': () => zoom(0.6), '-': () => zoom(1 / 0.6),
  '0': reset, Home: () => show(0, span()), End: () => show(endTicks - span(), endTicks),
  ']': () => step(1), '[': () => step(-1), Escape: () => select(-1),
};

function scrollRows(by) {
  view.rowOffset += by;
  redraw();
}

function onKey(event) {
  const action = keyActions[event.key];
  if (action === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  action();
}

for (const canvas of [timelineCanvas, latencyCanvas, rateCanvas, clockCanvas, traceCanvas].filter((one) => one !== null)) {
  canvas.addEventListener('wheel', onWheel, { passive: false });
  canvas.addEventListener('pointerdown', onPointerDown);
  canvas.addEventListener('pointermove', onPointerMove);
  canvas.addEventListener('pointerup', onPointerUp);
  canvas.addEventListener('pointercancel', () => { drag = null; });
  canvas.addEventListener('pointerleave', () => { tooltip.hidden = true; });
  canvas.addEventListener('keydown', onKey);
}
for (const [id, action] of [
  ['zoom-in', () => zoom(0.5)], ['zoom-out', () => zoom(2)], ['pan-left', () => pan(-0.4)],
  ['pan-right', () => pan(0.4)], ['zoom-reset', reset],
]) elementOf(id).addEventListener('click', action);
`;
