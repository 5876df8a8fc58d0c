/** The page's script, part 8: messages and log lines as tables, and the search over both. */
export const traceTablesScript = String.raw`
const traceRows = 15;
const pages = { messages: 0, logs: 0 };

function fillTraces() {
  if (traces === null) return;
  fillPage('messages', messagesInView(), (message) => {
    const cells = [durationText(message.sent * msPerTick), message.from + ' → ' + message.to, message.type, fateOf(message), message.text]
      .map((text) => element('td', { textContent: text }));
    return [cells, message === traceView.selected, () => selectMessage(message)];
  });
  fillPage('logs', logsInView(), (line) => {
    const cells = [durationText(line.at * msPerTick), line.node, line.stream, line.text]
      .map((text) => element('td', { textContent: text }));
    return [cells, false, () => show(line.at - span() / 4, line.at + span() / 4)];
  });
}

/** One page of a table, and which part of the whole it is. */
function fillPage(name, found, rowOf) {
  const first = Math.min(pages[name] * traceRows, Math.max(0, Math.floor((found.length - 1) / traceRows) * traceRows));
  pages[name] = first / traceRows;
  const shown = found.slice(first, first + traceRows);
  elementOf(name + '-rows').replaceChildren(...shown.map((item) => {
    const [cells, isChosen, choose] = rowOf(item);
    const open = element('button', { type: 'button', className: 'link', textContent: cells[0].textContent });
    open.addEventListener('click', choose);
    cells[0].replaceChildren(open);
    return element('tr', { className: isChosen ? 'chosen' : '' }, cells);
  }));
  elementOf(name + '-note').textContent = found.length === 0 ? 'None at this time with these words.'
    : number(first + 1) + ' to ' + number(first + shown.length) + ' of ' + number(found.length) + ' in view';
  elementOf(name + '-back').disabled = first === 0;
  elementOf(name + '-next').disabled = first + traceRows >= found.length;
}

function selectMessage(message) {
  traceView.selected = message;
  elementOf('message-selected').textContent = message === null ? '' : messageText(message);
  drawSpaceTime();
  fillTraces();
}

function buildTraces() {
  if (traceCanvas === null) return;
  for (const name of ['messages', 'logs'])
    for (const [id, by] of [['-back', -1], ['-next', 1]])
      elementOf(name + id).addEventListener('click', () => { pages[name] += by; fillTraces(); });
  let waiting = 0;
  elementOf('trace-search').addEventListener('input', (event) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      traceView.words = event.target.value.toLowerCase().split(/\s+/).filter((word) => word !== '');
      Object.assign(pages, { messages: 0, logs: 0 });
      drawSpaceTime();
      fillTraces();
    }, 200);
  });
  elementOf('trace-order').addEventListener('change', (event) => {
    traceView.order = event.target.value;
    drawSpaceTime();
  });
  // After the first drawing: what one sees first does not wait for it.
  setTimeout(() => { readTraces(); drawSpaceTime(); fillTraces(); }, 60);
}
`;
