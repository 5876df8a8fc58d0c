/** Sorting, filtering and choosing two in the table of runs. The page is readable without it. */
export const runsScript = `
(() => {
  const byId = (id) => document.getElementById(id);
  const body = document.querySelector('table.runs tbody');
  const search = byId('search'), verdict = byId('verdict'), workload = byId('workload');
  if (!body || !search) return;
  const rows = [...body.rows];
  const update = () => {
    const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const fits = words.every((word) => row.dataset.words.includes(word))
        && (verdict.value === '' || row.dataset.verdict === verdict.value)
        && (workload.value === '' || row.dataset.workload === workload.value);
      row.hidden = !fits;
      if (fits) shown += 1;
    }
    byId('count').textContent = shown + ' of ' + rows.length + ' runs';
  };
  for (const input of [search, verdict, workload]) input.addEventListener('input', update);
  const keyOf = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.sort ?? cell.textContent;
  };
  const headings = [...document.querySelectorAll('table.runs thead th')];
  headings.forEach((heading, column) => {
    const button = heading.querySelector('button');
    if (!button) return;
    button.addEventListener('click', () => {
      const up = heading.getAttribute('aria-sort') !== 'ascending';
      for (const other of headings) other.removeAttribute('aria-sort');
      heading.setAttribute('aria-sort', up ? 'ascending' : 'descending');
      const compare = new Intl.Collator('en', { numeric: true }).compare;
      rows.sort((a, b) => (up ? 1 : -1) * compare(keyOf(a, column), keyOf(b, column)));
      body.append(...rows);
    });
  });
  const ticks = [...document.querySelectorAll('input[name=run]')];
  const tick = () => { byId('compare').disabled = ticks.filter((one) => one.checked).length !== 2; };
  for (const one of ticks) one.addEventListener('change', tick);
  update();
  tick();
})();
`;
