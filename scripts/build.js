/** Builds `dist/` from source. Into a new folder first: whoever runs dsx meanwhile keeps the old one. */
import { spawnSync } from 'node:child_process';
import { existsSync, renameSync, rmSync } from 'node:fs';

const next = `dist.next-${process.pid}`;
const old = `dist.old-${process.pid}`;
const steps = [
  ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--outDir', next],
  ['scripts/manifest.js', next],
];
for (const step of steps) {
  const { status } = spawnSync(process.execPath, step, { stdio: 'inherit' });
  if (status === 0) continue;
  rmSync(next, { recursive: true, force: true });
  process.exit(status ?? 1);
}
if (existsSync('dist')) renameSync('dist', old);
renameSync(next, 'dist');
rmSync(old, { recursive: true, force: true });
