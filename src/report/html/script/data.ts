/**
 * The page's script, part 1: the embedded history back into typed arrays, and what one
 * operation says. Plain browser JavaScript; the parts share one function scope, in the order
 * of `page-script.ts`, and a test lints the whole.
 */
export const dataScript = String.raw`
const elementOf = (id) => document.getElementById(id);
const meta = JSON.parse(elementOf('dsx-meta').textContent);
const outcomeNames = ['', 'ok', 'fail', 'info'];
const never = 0xffffffff;

/** Base64 text of an element into numbers; the text is let go, since it is large. */
function decodeColumn(name, bytes) {
  const holder = elementOf('dsx-' + name);
  const binary = atob(holder.textContent.replace(/\s+/g, ''));
  holder.remove();
  const data = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i += 1) data[i] = binary.charCodeAt(i);
  if (bytes === 4) return new Uint32Array(data.buffer);
  return bytes === 2 ? new Uint16Array(data.buffer) : data;
}

const columns = {};
for (const { name, bytes } of meta.columns) columns[name] = decodeColumn(name, bytes);
const count = meta.count;
const startOf = columns.start;
const outcomeOf = columns.outcome;
/** Event index of each invocation. */
const indexOf = new Uint32Array(count);
for (let i = 0, sum = 0; i < count; i += 1) {
  sum += columns.index[i];
  indexOf[i] = sum;
}

const msPerTick = meta.tickNs / 1e6;
const endTicks = Math.max(1, meta.endTicks);
const lastTick = (row) => (endOf[row] === never ? endTicks : endOf[row]);
const msPerTookTick = meta.tookTickNs / 1e6;
const latencyMs = (row) => columns.took[row] * msPerTookTick;
const endOf = new Uint32Array(count);
for (let i = 0; i < count; i += 1)
  endOf[i] = columns.took[i] === never ? never
    : Math.min(endTicks, startOf[i] + Math.round((columns.took[i] * meta.tookTickNs) / meta.tickNs));
const number = (value) => value.toLocaleString('en-US');

function durationText(ms) {
  if (ms === 0) return '0 s';
  if (ms < 0.0005) return Math.round(ms * 1e6) + ' ns';
  if (ms < 0.5) return Number((ms * 1000).toPrecision(3)) + ' µs';
  if (ms < 1000) return Number(ms.toPrecision(3)) + ' ms';
  return Number((ms / 1000).toFixed(ms < 60000 ? 3 : 1)) + ' s';
}

function valueText(code) {
  if (code === 0) return '';
  if (code % 2 === 0) return meta.values[code / 2 - 1];
  const zigzag = (code - 1) / 2;
  return String(zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2);
}

const isTransactional = meta.functions.length === 1 && meta.functions[0] === 'txn';

function operationText(row) {
  const input = columns.input[row];
  const output = columns.output[row];
  const swap = meta.functions[columns.f[row]] === 'cas' ? /^\[([^,[\]]+),([^,[\]]+)\]$/.exec(valueText(input || output)) : null;
  if (swap !== null) return 'cas ' + swap[1] + ' → ' + swap[2];
  // What is said of a transaction says that it is one.
  if (isTransactional && (input === 0) !== (output === 0)) return valueText(input || output);
  const asked = input === 0 ? '' : ' ' + valueText(input);
  const got = output === 0 || output === input ? '' : ' → ' + valueText(output);
  return meta.functions[columns.f[row]] + asked + got;
}

function describe(row) {
  const outcome = outcomeNames[outcomeOf[row]];
  const key = columns.key[row] === 0 ? '' : ' on key ' + meta.keys[columns.key[row] - 1];
  const node = columns.node[row] === 0 ? '' : ' at ' + meta.nodes[columns.node[row] - 1];
  const took = endOf[row] === never ? 'never completed' : outcome + ' after ' + durationText(latencyMs(row));
  const error = columns.error[row] === 0 ? '' : '\n' + meta.errors[columns.error[row] - 1];
  return (
    operationText(row) + key + '\n' +
    '#' + indexOf[row] + '  process ' + meta.processes[columns.process[row]] + node + '\n' +
    'invoked at ' + durationText(startOf[row] * msPerTick) + ', ' + took + error
  );
}

const anomalous = new Set(meta.anomalies.flat());
`;
