/**
 * Property tests for hours, in one command: `npm run soak`, `npm run soak -- --for 8h`.
 *
 * Rounds of all property tests (or those whose file names contain the words given), each with
 * seeds that no round before had, until the time is over or one fails. What failed is shown with
 * the command that repeats it.
 *
 *   --for TIME    30s, 10m, 8h (1h)
 *   --runs N      histories a test and round (2000)
 *   --seed N      the first seed (the time of day)
 */
import { spawn } from 'node:child_process';
import { clearTimeout, setTimeout } from 'node:timers';
import { parseArgs, stripVTControlCharacters } from 'node:util';

const { values, positionals } = parseArgs({
  options: {
    for: { type: 'string', default: '1h' },
    runs: { type: 'string', default: '2000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
  },
  allowPositionals: true,
});
const runs = numberOf('runs', values.runs);
const firstSeed = numberOf('seed', values.seed);
const endMs = Date.now() + durationMs(values.for);

let [round, checks] = [0, 0];
for (; Date.now() < endMs; round += 1) {
  const seed = firstSeed + round * runs;
  const startedMs = Date.now();
  const { code, output, isOver } = await testsWith(seed);
  if (isOver) break;
  const [, passed = '0'] = /Tests\D+(\d+) passed/.exec(stripVTControlCharacters(output)) ?? [];
  const seconds = Math.round((Date.now() - startedMs) / 1000);
  if (code !== 0 || passed === '0') {
    console.log(output.trim());
    const words = ['npx', 'vitest', 'run', '--project', 'property', '--testTimeout', '0'];
    console.log(
      `\nfailed in round ${round + 1}. Again: DSX_SEED=${seed} DSX_RUNS=${runs} ${[...words, ...positionals].join(' ')}`,
    );
    process.exit(1);
  }
  checks += Number(passed) * runs;
  console.log(
    `round ${round + 1}: ${passed} laws hold for seeds ${seed} to ${seed + runs - 1} (${seconds} s)`,
  );
}
console.log(
  `${round} whole ${round === 1 ? 'round' : 'rounds'}, about ${checks.toLocaleString('en')} histories, no failure`,
);

/** One round. Whatever is still running when the time is over is stopped, and does not count. */
function testsWith(seed) {
  const given = ['run', '--project', 'property', '--testTimeout', '0', '--hookTimeout', '0'];
  const child = spawn(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', ...given, ...positionals],
    {
      env: { ...process.env, DSX_SEED: String(seed), DSX_RUNS: String(runs) },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  let isOver = false;
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const timer = setTimeout(
    () => {
      isOver = true;
      child.kill('SIGTERM');
    },
    Math.max(0, endMs - Date.now()),
  );
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.once(signal, () => {
      child.kill(signal);
      process.exit(130);
    });
  return new Promise((resolve) => {
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, output, isOver });
    });
  });
}

function numberOf(name, text) {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  console.error(`--${name} ${text}: expected a positive integer`);
  process.exit(254);
}

function durationMs(text) {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)([smh])$/.exec(text) ?? [];
  const unitMs = { s: 1000, m: 60_000, h: 3_600_000 }[unit];
  if (unitMs !== undefined) return Number(amount) * unitMs;
  console.error(`--for ${text}: expected a time such as 30s, 10m or 8h`);
  process.exit(254);
}
