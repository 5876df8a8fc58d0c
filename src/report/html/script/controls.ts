/** The page's script, part 10: filters, the table of operations, theme, copying; and the start. */
export const controlsScript = String.raw`
function changed() {
  applyFilter();
  bounds = null;
  view.page = 0;
  redraw();
}

function element(name, properties, children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...(children ?? []));
  return made;
}

function checkboxes(id, names, set, colorOf) {
  for (const [value, name] of names) {
    const box = element('input', { type: 'checkbox', checked: true });
    box.addEventListener('change', () => {
      if (box.checked) set.add(value);
      else set.delete(value);
      changed();
    });
    const label = element('label', { className: 'check' }, [box]);
    if (colorOf !== undefined) label.append(element('span', { className: 'swatch ' + colorOf(name) }));
    label.append(name);
    elementOf(id).append(label);
  }
}

let typing = 0;
function textFilter(id, field) {
  elementOf(id).addEventListener('input', (event) => {
    filter[field] = event.target.value;
    clearTimeout(typing);
    typing = setTimeout(changed, 200);
  });
}

function buildFilters() {
  checkboxes('filter-functions', [...meta.functions.entries()].filter(([id]) => usedFunctions.has(id)), filter.functions);
  checkboxes('filter-outcomes', [[1, 'ok'], [2, 'fail'], [3, 'info']], filter.outcomes, (name) => 's-' + name);
  textFilter('filter-processes', 'processes');
  textFilter('filter-keys', 'keys');
  textFilter('filter-value', 'value');
  elementOf('filter-key-field').hidden = meta.keys.length === 0;
  elementOf('key-names').append(...meta.keys.slice(0, 500).map((value) => element('option', { value })));
  const faults = elementOf('filter-fault');
  elementOf('filter-fault-field').hidden = meta.faults.length === 0;
  for (const [i, fault] of meta.faults.entries())
    faults.append(element('option', {
      value: String(i),
      textContent: 'during ' + fault.kind + ' ' + fault.shape + ' at ' + durationText(fault.start * msPerTick),
    }));
  faults.addEventListener('change', () => { filter.fault = faults.value; changed(); });
  const anomalies = elementOf('filter-anomalies');
  elementOf('filter-anomalies-field').hidden = anomalous.size === 0;
  anomalies.addEventListener('change', () => { filter.anomalies = anomalies.checked; changed(); });
  const from = elementOf('filter-from');
  const to = elementOf('filter-to');
  const seconds = (input, otherwise) =>
    input.value === '' ? otherwise : (Number(input.value) * 1000) / msPerTick;
  for (const input of [from, to])
    input.addEventListener('change', () => show(seconds(from, 0), Math.max(seconds(from, 0), seconds(to, endTicks))));
  elementOf('filter-reset').addEventListener('click', () => { elementOf('filters').reset(); resetFilter(); });
  elementOf('filters').addEventListener('submit', (event) => event.preventDefault());
}

function resetFilter() {
  Object.assign(filter, {
    functions: new Set(meta.functions.keys()), outcomes: new Set([1, 2, 3]),
    processes: '', keys: '', value: '', fault: 'any', anomalies: false,
  });
  elementOf('filter-functions').replaceChildren();
  elementOf('filter-outcomes').replaceChildren();
  checkboxes('filter-functions', [...meta.functions.entries()].filter(([id]) => usedFunctions.has(id)), filter.functions);
  checkboxes('filter-outcomes', [[1, 'ok'], [2, 'fail'], [3, 'info']], filter.outcomes, (name) => 's-' + name);
  reset();
  changed();
}

const usedFunctions = new Set(columns.f);

function buildRowChoice() {
  const choice = elementOf('rows-by');
  const kinds = [
    ['client', 'clients', meta.clients > 0 && meta.processes.length > meta.clients],
    ['process', 'processes', true],
    ['key', 'keys', meta.keys.length > 0],
    ['node', 'nodes', meta.nodes.length > 0],
    ['f', 'functions', usedFunctions.size > 1],
  ].filter(([, , offered]) => offered);
  for (const [value, textContent] of kinds) choice.append(element('option', { value, textContent }));
  choice.addEventListener('change', () => { arrangeRows(choice.value); redraw(); });
  arrangeRows(kinds[0][0]);
}

function fillTable() {
  const found = [];
  let total = 0;
  const first = view.page * pageRows;
  eachVisible((row) => {
    if (total >= first && found.length < pageRows) found.push(row);
    total += 1;
  });
  elementOf('operations').replaceChildren(...found.map(tableRow));
  elementOf('page-note').textContent = total === 0
    ? 'No operation of this time passes the filter.'
    : number(first + 1) + ' to ' + number(first + found.length) + ' of ' + number(total) + ' operations in view';
  elementOf('page-back').disabled = view.page === 0;
  elementOf('page-next').disabled = first + pageRows >= total;
}

function tableRow(row) {
  const outcome = outcomeNames[outcomeOf[row]];
  const cells = [
    indexOf[row],
    durationText(startOf[row] * msPerTick),
    meta.processes[columns.process[row]],
    columns.node[row] === 0 ? '' : meta.nodes[columns.node[row] - 1],
    columns.key[row] === 0 ? '' : meta.keys[columns.key[row] - 1],
    operationText(row),
    outcome,
    endOf[row] === never ? 'never' : durationText(latencyMs(row)),
    columns.error[row] === 0 ? '' : meta.errors[columns.error[row] - 1],
  ].map((text) => element('td', { textContent: String(text) }));
  cells[6].className = 's-' + outcome;
  const open = element('button', { type: 'button', className: 'link', textContent: '#' + indexOf[row] });
  open.addEventListener('click', () => { bringIntoView(row); select(row); });
  cells[0].replaceChildren(open);
  const line = element('tr', { className: (anomalous.has(row) ? 'bad ' : '') + (row === view.selected ? 'chosen' : '') }, cells);
  return line;
}

/** Buttons beside the anomalies: their operations in the timeline, with some room around. */
function buildJumps() {
  for (const button of document.querySelectorAll('button.jump')) {
    const list = meta.anomalies[Number(button.dataset.anomaly)];
    if (list === undefined || list.length === 0) continue;
    button.hidden = false;
    button.addEventListener('click', () => {
      const from = Math.min(...list.map((row) => startOf[row]));
      const ends = list.map((row) => (outcomeOf[row] === 3 ? startOf[row] : lastTick(row)));
      const room = Math.max(20, (Math.max(...ends) - from) * 0.25);
      show(from - room, Math.max(...ends) + room);
      bringIntoView(list[0]);
      timelineCanvas.scrollIntoView({ block: 'center' });
      timelineCanvas.focus();
    });
  }
}

function buildTheme() {
  const root = document.documentElement;
  const button = elementOf('theme');
  const dark = () => root.dataset.theme === 'dark' ||
    (root.dataset.theme === undefined && window.matchMedia('(prefers-color-scheme: dark)').matches);
  const say = () => { button.textContent = dark() ? 'Light' : 'Dark'; readPalette(); redraw(); };
  try { if (localStorage.dsxTheme) root.dataset.theme = localStorage.dsxTheme; } catch { /* a file: page may have no storage */ }
  button.hidden = false;
  button.addEventListener('click', () => {
    root.dataset.theme = dark() ? 'light' : 'dark';
    try { localStorage.dsxTheme = root.dataset.theme; } catch { /* as above: then it lasts for this page */ }
    say();
  });
  window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', say);
  say();
}

/** Where room is scarce, flags are not parted at their hyphens, and lists stay lists. */
function keepTogether() {
  for (const code of document.querySelectorAll('.command code')) {
    const words = code.textContent.split(' ').map((word) => element('span', { className: 'word', textContent: word }));
    code.replaceChildren(...words.flatMap((word, i) => (i === 0 ? [word] : [' ', word])));
  }
  for (const text of document.querySelectorAll('pre.explanation')) {
    const lines = text.textContent.split('\n');
    text.replaceChildren(...lines.flatMap((line, i) => [
      ...(i === 0 ? [] : ['\n']),
      line.startsWith(' ') ? element('span', { className: 'listed', textContent: line }) : line,
    ]));
  }
}

function buildCopying() {
  for (const button of document.querySelectorAll('button.copy')) {
    button.hidden = false;
    button.addEventListener('click', async () => {
      const command = button.previousElementSibling;
      try {
        await navigator.clipboard.writeText(command.textContent);
        button.textContent = 'Copied';
      } catch {
        window.getSelection().selectAllChildren(command);
        button.textContent = 'Selected';
      }
    });
  }
}

elementOf('page-back').addEventListener('click', () => { view.page -= 1; fillTable(); });
elementOf('page-next').addEventListener('click', () => { view.page += 1; fillTable(); });
window.addEventListener('resize', redraw);
buildRowChoice();
buildFilters();
buildJumps();
buildCopying();
keepTogether();
buildClockLegend();
buildTraces();
elementOf('explorer').hidden = false;
buildTheme();
`;
