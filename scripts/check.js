/** Every check that is not a test, two at a time; all run even if one fails. `npm run check`. */
import { spawn } from 'node:child_process';

const checks = [
  ['types', 'npx', ['tsc', '--noEmit']],
  ['lint', 'npx', ['eslint', '.']],
  [
    'import boundaries',
    'npx',
    ['depcruise', '--config', '.dependency-cruiser.js', 'src', 'workloads', 'nemesis', 'targets'],
  ],
  ['dead code', 'npx', ['knip']],
  ['format', 'npx', ['biome', 'check', '.']],
  ['house rules', process.execPath, ['--import', 'tsx', 'scripts/tidy.ts']],
];

const failed = [];
const waiting = [...checks];
await Promise.all([worker(), worker()]);
console.log(
  failed.length === 0 ? `\nAll ${checks.length} checks hold.` : `\nFailed: ${failed.join(', ')}.`,
);
process.exitCode = failed.length === 0 ? 0 : 1;

async function worker() {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await run(...next);
}

async function run(name, command, args) {
  const started = Date.now();
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const code = await new Promise((resolve) => child.on('close', resolve));
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
  if (code !== 0) {
    failed.push(name);
    console.log(output.trim());
  }
}
