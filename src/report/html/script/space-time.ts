/**
 * The page's script, part 7: the space-time diagram. A line a node, time to the right, an arrow a
 * message; or the same by Lamport's logical time, in which every step is as wide as another.
 */
export const spaceTimeScript = String.raw`
const traceCanvas = elementOf('space-time');
const laneHeight = 46;
const arrowsMax = 3000;
/** Set once the traces are read; they are no part of what the page shows first. */
let traces = null;
let tracePlot = null;
const traceView = { words: [], order: 'time', selected: null };

/** Rows of JSON into messages and lines of logs, once. */
function readTraces() {
  if (traceCanvas === null || traces !== null) return;
  const { names, types, reasons, messages, logs } = JSON.parse(elementOf('dsx-traces').textContent);
  elementOf('dsx-traces').remove();
  const laneOf = (name) => (/^c\d+$/.test(name) ? 'clients' : name);
  const present = new Set([...names.map(laneOf), ...logs.map((line) => names[line[0]])]);
  const others = [...present].filter((name) => name !== 'clients' && !meta.nodeNames.includes(name));
  const lanes = [...(present.has('clients') ? ['clients'] : []), ...meta.nodeNames, ...others.toSorted()];
  const place = new Map(lanes.map((name, i) => [name, i]));
  traces = {
    lanes,
    messages: messages.map(([id, from, to, sent, received, reason, type, text]) => ({
      id, from: names[from], to: names[to], sent, received, lost: reasons[reason], type: types[type], text,
      fromLane: place.get(laneOf(names[from])), toLane: place.get(laneOf(names[to])), sentStep: 0, receivedStep: 0,
    })),
    logs: logs.map(([node, stream, at, text]) => ({ node: names[node], stream, at, text, lane: place.get(names[node]) })),
  };
  numberSteps(traces.messages);
}

/** Lamport's clocks: one more than before; at an arrival, more than at the sending too. */
function numberSteps(messages) {
  const moments = [];
  for (const message of messages) {
    moments.push([message.sent, message, true]);
    if (message.received >= 0) moments.push([message.received, message, false]);
  }
  moments.sort((a, b) => a[0] - b[0] || Number(b[2]) - Number(a[2]));
  const clocks = new Map();
  for (const [, message, isSent] of moments) {
    const own = isSent ? message.from : message.to;
    const tickOf = Math.max(clocks.get(own) ?? 0, isSent ? 0 : message.sentStep) + 1;
    clocks.set(own, tickOf);
    if (isSent) message.sentStep = tickOf;
    else message.receivedStep = tickOf;
  }
}

const lastOf = (message) => Math.max(message.sent, message.received);
const wordsOf = (message) =>
  ('#' + message.id + ' ' + message.from + '>' + message.to + ' ' + message.type + ' ' + message.text + ' ' + message.lost).toLowerCase();
const hasWords = (text) => traceView.words.every((word) => text.includes(word));

/** Messages of this stretch of time that have the words that are searched for. */
function messagesInView() {
  return traces.messages.filter((message) =>
    message.sent <= view.to && lastOf(message) >= view.from && (traceView.words.length === 0 || hasWords(wordsOf(message))));
}

function logsInView() {
  return traces.logs.filter((line) =>
    line.at >= view.from && line.at <= view.to &&
    (traceView.words.length === 0 || hasWords((line.node + ' ' + line.text).toLowerCase())));
}

/** Where the two ends of a message are, by the order that is chosen; null if it is not drawn. */
function placesOf(plot, found) {
  if (traceView.order === 'time') return (message) => arrowOf(plot, message, xOf(plot, message.sent), xOf(plot, message.received));
  const steps = [...new Set(found.flatMap((message) => (message.received < 0
    ? [message.sentStep] : [message.sentStep, message.receivedStep])))].toSorted((a, b) => a - b);
  const shown = Math.min(steps.length, Math.floor((plot.right - plot.left) / 12));
  const columnOf = new Map(steps.slice(0, shown).map((one, i) => [one, i]));
  const x = (one) => plot.left + ((columnOf.get(one) + 0.5) / Math.max(1, shown)) * (plot.right - plot.left);
  return (message) => {
    if (!columnOf.has(message.sentStep)) return null;
    if (message.received >= 0 && !columnOf.has(message.receivedStep)) return null;
    return arrowOf(plot, message, x(message.sentStep), x(message.receivedStep));
  };
}

function arrowOf(plot, message, x0, x1) {
  const y0 = plot.top + (message.fromLane + 0.5) * laneHeight;
  const y1 = plot.top + (message.toLane + 0.5) * laneHeight;
  if (message.received >= 0) return { x0, y0, x1, y1 };
  // One that did not arrive stops half-way.
  return { x0, y0, x1: x0 + 14, y1: (y0 + y1) / 2 };
}

function drawSpaceTime() {
  if (traces === null) return;
  const top = traceView.order === 'time' ? faultHeadHeight() + 4 : 8;
  const bottom = top + traces.lanes.length * laneHeight;
  const plot = prepared(traceCanvas, bottom + 20);
  tracePlot = plot;
  if (plot === null) return;
  plot.top = top;
  const found = messagesInView();
  const places = placesOf(plot, found);
  if (traceView.order === 'time') {
    drawTimeAxis(plot, top, bottom);
    drawFaults(plot, top, bottom, true);
  }
  drawLanes(plot);
  const every = Math.max(1, Math.ceil(found.length / arrowsMax));
  const drawn = [];
  for (let i = 0; i < found.length; i += every) {
    const at = places(found[i]);
    if (at !== null) drawn.push({ message: found[i], at });
  }
  plot.drawn = drawn;
  drawArrows(plot, drawn);
  const marks = traceView.order === 'time' ? drawLogMarks(plot) : 0;
  drawRange(plot, top, bottom);
  sayWhatIsTraced(found.length, drawn.length, marks);
}

function drawLanes(plot) {
  const { context } = plot;
  context.strokeStyle = palette.muted;
  context.fillStyle = palette.text;
  for (const [i, name] of traces.lanes.entries()) {
    const y = Math.round(plot.top + (i + 0.5) * laneHeight) + 0.5;
    context.beginPath();
    context.moveTo(plot.left, y);
    context.lineTo(plot.right, y);
    context.stroke();
    context.fillText(name.slice(0, Math.floor((plot.left - 8) / 6.2)), 2, y + 4);
  }
}

function drawArrows(plot, drawn) {
  const { context } = plot;
  context.save();
  context.beginPath();
  context.rect(plot.left, 0, plot.right - plot.left, plot.height);
  context.clip();
  const few = drawn.length <= 400;
  const named = drawn.length <= 60;
  for (const { message, at } of drawn) {
    const chosen = message === traceView.selected;
    const arrived = message.received >= 0;
    context.strokeStyle = chosen ? palette.text : message.lost !== '' ? palette.red : arrived ? palette.accent : palette.muted;
    context.fillStyle = context.strokeStyle;
    context.globalAlpha = chosen ? 1 : few ? 0.8 : 0.35;
    context.lineWidth = chosen ? 2.6 : few ? 1.3 : 1;
    context.setLineDash(arrived ? [] : [4, 3]);
    context.beginPath();
    context.moveTo(at.x0, at.y0);
    context.lineTo(at.x1, at.y1);
    context.stroke();
    context.setLineDash([]);
    if (few || chosen) drawTip(context, at, arrived);
    if (named) nameArrow(context, message, at);
  }
  context.restore();
  context.globalAlpha = 1;
  context.lineWidth = 1;
}

function drawTip(context, { x0, y0, x1, y1 }, arrived) {
  context.beginPath();
  if (arrived) {
    const angle = Math.atan2(y1 - y0, x1 - x0);
    context.moveTo(x1, y1);
    for (const turn of [-0.4, 0.4]) context.lineTo(x1 - 8 * Math.cos(angle + turn), y1 - 8 * Math.sin(angle + turn));
    context.fill();
    return;
  }
  for (const [dx, dy] of [[-3, -3], [3, -3]]) {
    context.moveTo(x1 + dx, y1 + dy);
    context.lineTo(x1 - dx, y1 - dy);
  }
  context.stroke();
}

function nameArrow(context, message, { x0, y0, x1, y1 }) {
  const length = Math.hypot(x1 - x0, y1 - y0);
  context.save();
  context.translate((x0 + x1) / 2, (y0 + y1) / 2);
  context.rotate(Math.atan((y1 - y0) / (Math.abs(x1 - x0) < 1 ? 1 : x1 - x0)));
  context.fillStyle = palette.muted;
  context.textAlign = 'center';
  const room = Math.floor(length / 6);
  if (room > 3) context.fillText(message.type.slice(0, room), 0, -3);
  context.restore();
}

/** A small triangle on the node's line where it wrote something. */
function drawLogMarks(plot) {
  const { context } = plot;
  const lines = logsInView();
  context.fillStyle = palette.outcomes[3];
  for (const { at, lane } of lines) {
    const x = xOf(plot, at);
    const y = plot.top + (lane + 0.5) * laneHeight;
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(x - 4, y + 8);
    context.lineTo(x + 4, y + 8);
    context.fill();
  }
  return lines.length;
}

function sayWhatIsTraced(found, drawn, marks) {
  const parts = [
    number(drawn) + ' of ' + number(traces.messages.length) + ' messages in this page drawn',
    found > drawn ? number(found - drawn) + ' more in view, not drawn: zoom in' : '',
    traces.messages.length > found ? number(traces.messages.length - found) + ' at other times or without the words searched for' : '',
    meta.messagesOmitted > 0 ? number(meta.messagesOmitted) + ' recorded ones not in this page: network.jsonl has them' : '',
    marks > 0 ? number(marks) + ' log lines marked ▲' : '',
  ];
  elementOf('traced').textContent = parts.filter((part) => part !== '').join('; ') + '.' +
    (meta.isSampled ? ' The run recorded the first hundred messages of each link and then one in a hundred; --network-log all records every one.' : '');
}

/** The message whose line is nearest to the pointer, within six pixels. */
function messageAt(x, y) {
  let best = null;
  let bestDistance = 6;
  for (const { message, at } of tracePlot?.drawn ?? []) {
    const [dx, dy] = [at.x1 - at.x0, at.y1 - at.y0];
    const along = Math.max(0, Math.min(1, ((x - at.x0) * dx + (y - at.y0) * dy) / Math.max(1e-9, dx * dx + dy * dy)));
    const distance = Math.hypot(x - at.x0 - along * dx, y - at.y0 - along * dy);
    if (distance < bestDistance) [best, bestDistance] = [message, distance];
  }
  return best;
}

function fateOf(message) {
  if (message.lost !== '') return 'lost: ' + message.lost;
  return message.received < 0 ? 'not seen to arrive' : 'after ' + durationText((message.received - message.sent) * msPerTick);
}

function messageText(message) {
  return message.type + '  ' + message.from + ' → ' + message.to + '  #' + message.id + '\n' +
    'sent at ' + durationText(message.sent * msPerTick) + ', ' + fateOf(message) +
    '; Lamport time ' + message.sentStep + (message.received < 0 ? '' : ' → ' + message.receivedStep) + '\n' + message.text;
}
`;
