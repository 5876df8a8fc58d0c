/** Figures of a history that every report shows: exact latency quantiles, by function. */
import { nsPerMs } from '../base/units.js';
import { typeCode } from '../history/columns.js';
/** One row a function that ever succeeded; before them, where there are several, one for all. */
export function latencies(history) {
  const samples = samplesByFunction(history);
  const rows = history.functions.flatMap((name, id) => summaryOf(name, samples[id]));
  if (rows.length <= 1) return rows;
  return [...summaryOf(null, joined(samples)), ...rows];
}
/** Milliseconds of the ok operations of each function, in order of invocation. */
function samplesByFunction(history) {
  const { count, outcome, f } = history.operations;
  const sizes = new Uint32Array(history.functions.length);
  const isOk = (row) => outcome[row] === typeCode.ok;
  for (let row = 0; row < count; row += 1)
    if (isOk(row)) sizes[f[row] ?? 0] = (sizes[f[row] ?? 0] ?? 0) + 1;
  const samples = Array.from(sizes, (size) => new Float64Array(size));
  const filled = new Uint32Array(sizes.length);
  for (let row = 0; row < count; row += 1) {
    if (!isOk(row)) continue;
    const id = f[row] ?? 0;
    const at = filled[id] ?? 0;
    filled[id] = at + 1;
    samples[id]?.fill(tookMs(history, row), at, at + 1);
  }
  return samples;
}
function tookMs({ operations, events }, row) {
  const start = events.timeNs[operations.invoke[row] ?? 0] ?? 0;
  const end = events.timeNs[operations.complete[row] ?? 0] ?? 0;
  return (end - start) / nsPerMs;
}
/** The share of client operations that ended ok, 0 to 1; null if there were none. */
export function okFraction(history) {
  const { count, outcome } = history.operations;
  let ok = 0;
  for (let row = 0; row < count; row += 1) if (outcome[row] === typeCode.ok) ok += 1;
  return count === 0 ? null : ok / count;
}
function summaryOf(f, sample) {
  if (sample === undefined || sample.length === 0) return [];
  sample.sort();
  const quantile = (q) =>
    sample[Math.min(sample.length - 1, Math.max(0, Math.ceil(q * sample.length) - 1))] ?? 0;
  let sum = 0;
  for (const value of sample) sum += value;
  return [
    {
      f,
      count: sample.length,
      meanMs: sum / sample.length,
      minMs: quantile(0),
      p50Ms: quantile(0.5),
      p95Ms: quantile(0.95),
      p99Ms: quantile(0.99),
      p999Ms: quantile(0.999),
      maxMs: quantile(1),
    },
  ];
}
function joined(samples) {
  const all = new Float64Array(samples.reduce((sum, sample) => sum + sample.length, 0));
  let at = 0;
  for (const sample of samples) {
    all.set(sample, at);
    at += sample.length;
  }
  return all;
}
