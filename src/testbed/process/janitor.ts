/**
 * Removes what dsx makes and what does not vanish with its processes: control groups, and
 * temporary folders that are there for a moment. A shell waits, outside of the sandbox, for the
 * end of a pipe from dsx; however dsx ends, the kernel closes it, and what bears the number of
 * this dsx goes.
 */
import { spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Several rounds in any case: processes that are about to die may still make something. */
const script = `
trap '' HUP INT QUIT TERM
mark=$1
temp=$2
shift 2
read -r _
round=0
while [ "$round" -lt 100 ]; do
  left=''
  rm -rf -- "$temp/dsx-pipes-$mark-"* "$temp/dsx-hosts-$mark-"* 2>/dev/null
  for parent in "$@"; do
    for group in "$parent/dsx-$mark-"*; do
      [ -d "$group" ] || continue
      rmdir "$group" 2>/dev/null || left=$group
    done
  done
  round=$((round + 1))
  [ -n "$left" ] || [ "$round" -lt 4 ] || exit 0
  sleep 0.1
done
`;

/** The beginning of the name of a temporary folder, for mkdtemp. `pid`: dsx's on the host. */
export function temporaryPrefix(kind: 'pipes' | 'hosts', pid: number): string {
  return join(tmpdir(), `dsx-${kind}-${pid}-`);
}

let hasJanitor = false;

/** One for the temporary folders of this dsx, however often it is asked for. */
export function guardTemporaryFolders(pid: number): void {
  if (hasJanitor) return;
  hasJanitor = true;
  startJanitor(pid, []);
}

/**
 * `pid`: the number by which this dsx is known on the host; `groupFolders`: in which it makes
 * control groups. It needs no end of its own.
 */
export function startJanitor(pid: number, groupFolders: readonly string[]): void {
  const args = [String(pid), tmpdir(), ...new Set(groupFolders)];
  const child = spawn('sh', ['-c', script, 'dsx-janitor', ...args], {
    detached: true,
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Without a shell all of it is still removed by a dsx that ends well.
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
}
