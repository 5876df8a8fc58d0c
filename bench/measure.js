/**
 * One measurement in a process of its own, so that its memory is its own too, on built code: what
 * users run.
 *
 *     node bench/measure.js FILE MODEL
 *
 * Prints a line of JSON: verdicts, seconds of processor time to read and to check, seconds by
 * the clock, the most memory that the process had in MB, and the least seconds to check again,
 * when the code has been compiled: of as many checks as fit into about a second.
 */
import { existsSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { checkersOfModel } from '../dist/src/checker/catalog.js';
import { readHistoryFile } from '../dist/src/store/read-file.js';

const [path, model] = process.argv.slice(2);
if (path === undefined || model === undefined || !existsSync(path)) {
  process.stderr.write('expected FILE MODEL, as in: node bench/measure.js h.jsonl register\n');
  process.exit(254);
}

function cpuSeconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

const limits = { timeoutMs: 170_000, memoryMb: 4_000, nowMs: () => performance.now() };
const [start, clock] = [cpuSeconds(), performance.now()];
const { history, realTime } = readHistoryFile(path);
const read = cpuSeconds();
const valid = checkersOfModel(model, { history, realTime }).map(
  (checker) => checker.check(history, limits).valid,
);
const checked = cpuSeconds();
const clockSeconds = (performance.now() - clock) / 1000;
const peakMb = Math.round(process.resourceUsage().maxRSS / 1024);
let warmSeconds = checked - read;
for (let spent = 0; spent < 1 && checked - read < 3; ) {
  const before = cpuSeconds();
  for (const checker of checkersOfModel(model, { history, realTime }))
    checker.check(history, limits);
  const took = cpuSeconds() - before;
  spent += took;
  warmSeconds = Math.min(warmSeconds, took);
}
const result = {
  valid,
  readSeconds: read - start,
  checkSeconds: checked - read,
  warmSeconds,
  clockSeconds,
  peakMb,
};
process.stdout.write(`${JSON.stringify(result)}\n`);
