/** The page's script, part 2: what is shown. View, rows, and the filter over all operations. */
export const filterScript = String.raw`
const view = { from: 0, to: endTicks, rowOffset: 0, selected: -1, page: 0 };
const filter = {
  functions: new Set(meta.functions.map((_, id) => id)),
  outcomes: new Set([1, 2, 3]),
  processes: '',
  keys: '',
  value: '',
  fault: 'any',
  anomalies: false,
};
/** 1 for each operation that the filter lets through. */
const matches = new Uint8Array(count).fill(1);
let matchCount = count;

/** '0-4, 7' into a test on numbers; an empty text lets everything through. */
function rangesOf(text) {
  const parts = text.split(',').map((part) => part.trim()).filter((part) => part !== '');
  if (parts.length === 0) return null;
  const ranges = parts.map((part) => {
    const found = /^(\d+)(?:\s*-\s*(\d+))?$/.exec(part);
    return found === null ? null : [Number(found[1]), Number(found[2] ?? found[1])];
  });
  return (value) => ranges.some((range) => range !== null && value >= range[0] && value <= range[1]);
}

function processTest() {
  const inRange = rangesOf(filter.processes);
  if (inRange === null) return null;
  const allowed = meta.processes.map((process) => inRange(process));
  return (row) => allowed[columns.process[row]];
}

function keyTest() {
  const wanted = filter.keys.split(',').map((part) => part.trim()).filter((part) => part !== '');
  if (wanted.length === 0) return null;
  const allowed = new Set();
  for (const [place, key] of meta.keys.entries()) if (wanted.includes(key)) allowed.add(place + 1);
  return (row) => allowed.has(columns.key[row]);
}

/** A whole number is meant exactly; any other text may be a part of the value. */
function valueTest() {
  const wanted = filter.value.trim();
  if (wanted === '') return null;
  const codes = new Set();
  for (const [place, text] of meta.values.entries()) if (text.includes(wanted)) codes.add(2 * (place + 1));
  if (/^-?\d+$/.test(wanted)) {
    const value = Number(wanted);
    codes.add((value < 0 ? -2 * value - 1 : 2 * value) * 2 + 1);
  }
  return (row) => codes.has(columns.input[row]) || codes.has(columns.output[row]);
}

/** All faults together as disjoint stretches of time, ascending. */
function faultUnion() {
  const union = [];
  for (const fault of meta.faults.toSorted((a, b) => a.start - b.start)) {
    const last = union[union.length - 1];
    if (last !== undefined && fault.start <= last.end) last.end = Math.max(last.end, fault.end);
    else union.push({ start: fault.start, end: fault.end });
  }
  return union;
}

function faultTest() {
  if (filter.fault === 'any') return null;
  if (filter.fault !== 'inside' && filter.fault !== 'outside') {
    const { start, end } = meta.faults[Number(filter.fault)];
    return (row) => startOf[row] <= end && lastTick(row) >= start;
  }
  const union = faultUnion();
  const wanted = filter.fault === 'inside';
  return (row) => {
    let low = 0;
    let high = union.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (union[middle].end < startOf[row]) low = middle + 1;
      else high = middle;
    }
    return (low < union.length && union[low].start <= lastTick(row)) === wanted;
  };
}

function applyFilter() {
  const tests = [processTest(), keyTest(), valueTest(), faultTest()].filter((test) => test !== null);
  if (filter.anomalies) tests.push((row) => anomalous.has(row));
  const functions = meta.functions.map((_, id) => filter.functions.has(id));
  const outcomes = [false, filter.outcomes.has(1), filter.outcomes.has(2), filter.outcomes.has(3)];
  matchCount = 0;
  for (let row = 0; row < count; row += 1) {
    let passes = functions[columns.f[row]] && outcomes[outcomeOf[row]];
    for (let i = 0; passes && i < tests.length; i += 1) passes = tests[i](row);
    matches[row] = passes ? 1 : 0;
    if (passes) matchCount += 1;
  }
}

/** Where each operation is drawn: a number for each, and the names of the rows. */
const rows = { by: 'client', of: new Uint32Array(count), names: [], count: 0 };

function numbered(values, nameOf) {
  const order = [...new Set(values)].toSorted((a, b) => a - b);
  const place = new Map(order.map((value, i) => [value, i]));
  return { place, names: order.map(nameOf) };
}

function arrangeRows(by) {
  rows.by = by;
  let source;
  let names;
  if (by === 'client' || by === 'process') {
    const label = by === 'client' ? (n) => 'client ' + n : (n) => 'p' + n;
    const numberOf = by === 'client' ? (process) => process % meta.clients : (process) => process;
    const { place, names: found } = numbered(meta.processes.map(numberOf), label);
    const rowOfProcess = meta.processes.map((process) => place.get(numberOf(process)));
    source = (row) => rowOfProcess[columns.process[row]];
    names = found;
  } else if (by === 'key') {
    source = (row) => columns.key[row];
    names = ['no key', ...meta.keys];
  } else if (by === 'node') {
    source = (row) => columns.node[row];
    names = ['no node', ...meta.nodes];
  } else {
    source = (row) => columns.f[row];
    names = meta.functions;
  }
  for (let row = 0; row < count; row += 1) rows.of[row] = source(row);
  rows.names = names;
  rows.count = names.length;
  view.rowOffset = 0;
}

/** The last tick of each 1024 rows: what ended long before the view is passed over in strides. */
const stride = 1024;
const strideEnd = new Uint32Array(Math.ceil(count / stride));
for (let row = 0; row < count; row += 1) {
  const place = (row / stride) | 0;
  const end = lastTick(row);
  if (end > strideEnd[place]) strideEnd[place] = end;
}

/** Calls back for each operation that is let through and overlaps the view. */
function eachVisible(callback) {
  const { from, to } = view;
  for (let place = 0; place < strideEnd.length; place += 1) {
    if (strideEnd[place] < from) continue;
    const last = Math.min(count, (place + 1) * stride);
    for (let row = place * stride; row < last; row += 1) {
      if (startOf[row] > to) return;
      if (matches[row] === 1 && lastTick(row) >= from) callback(row);
    }
  }
}
`;
