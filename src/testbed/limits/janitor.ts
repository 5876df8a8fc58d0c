/**
 * Removes control groups when dsx cannot: they are the one thing that does not vanish with the
 * processes that made it. A shell waits, outside of the sandbox, for the end of a pipe from dsx;
 * however dsx ends, the kernel closes it, and the groups of this dsx go as they fall empty.
 */
import { spawn } from 'node:child_process';
import { Socket } from 'node:net';
import type { CgroupPlace } from './cgroup-places.ts';

const script = `
trap '' HUP INT QUIT TERM
mark=$1
shift
read -r _
round=0
while [ "$round" -lt 100 ]; do
  left=''
  for parent in "$@"; do
    for group in "$parent/dsx-$mark-"*; do
      [ -d "$group" ] || continue
      rmdir "$group" 2>/dev/null || left=$group
    done
  done
  [ -n "$left" ] || exit 0
  sleep 0.1
  round=$((round + 1))
done
`;

/** `pid`: the number by which this dsx is known on the host. It needs no end of its own. */
export function startJanitor(pid: number, places: readonly CgroupPlace[]): void {
  const parents = [...new Set(places.map(({ parent }) => parent))];
  if (parents.length === 0) return;
  const child = spawn('sh', ['-c', script, 'dsx-janitor', String(pid), ...parents], {
    detached: true,
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Without a shell the groups are still removed by a dsx that ends well.
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
}
