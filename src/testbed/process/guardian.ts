/**
 * Ends the nodes when dsx cannot: a shell process in a session of its own that holds the
 * other end of a pipe from dsx. However dsx ends, a SIGKILL included, the kernel closes the
 * pipe, and the guardian kills every process group that was registered and not taken off.
 *
 * On Linux it then looks for the run's mark in the environment of all processes, so that
 * also those die that left their group, and a node that was spawned in the very moment in
 * which dsx died. Paused processes and such as ignore the end of their input die as well.
 */
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { execa } from 'execa';
import { assert } from '../../base/assert.ts';
import { messageOf, TargetError } from '../../base/errors.ts';
import { hostPid, isInSandbox } from '../netns/sandbox.ts';
import { guardTemporaryFolders } from './janitor.ts';

// `kill -s KILL -- -N` is the one form that dash, bash and busybox understand alike.
// grep's own status says nothing here: it is an error for each process that is not ours.
const script = `
trap '' HUP INT QUIT TERM
groups=' '
while read -r verb group; do
  case $verb in
    add) groups="$groups$group " ;;
    del) case $groups in
        *" $group "*) groups="\${groups%% $group *} \${groups#* $group }" ;;
      esac ;;
  esac
done
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done
round=0
while [ "$round" -lt 50 ]; do
  found=$(grep -lszxF -- "DSX_RUN=$1" /proc/[0-9]*/environ 2>/dev/null)
  [ -n "$found" ] || break
  for file in $found; do
    pid=\${file#/proc/}
    kill -s KILL "\${pid%/environ}" 2>/dev/null
  done
  round=$((round + 1))
done
`;

const startsMax = 5;

interface Shell {
  readonly stdin: Writable;
  readonly ended: Promise<unknown>;
  isExpectedToEnd: boolean;
}

export class Guardian {
  readonly #mark: string;
  readonly #groups = new Set<number>();
  #shell: Shell | undefined;
  #startCount = 0;

  /** `mark`: the value of DSX_RUN in the environment of all processes of the run. */
  constructor(mark: string) {
    this.#mark = mark;
  }

  /** Must have resolved before the first node is started. @throws TargetError without a shell. */
  async start(): Promise<void> {
    if (this.#shell !== undefined) return;
    // In the sandbox it is the outer dsx that has one.
    if (!isInSandbox()) guardTemporaryFolders(hostPid());
    this.#startCount += 1;
    const child = execa('sh', ['-c', script, 'dsx-guardian', this.#mark], {
      detached: true,
      cleanup: false,
      reject: false,
      buffer: false,
      stdin: 'pipe',
      stdout: 'ignore',
      stderr: 'ignore',
      cwd: '/',
    });
    if (child.pid === undefined) {
      const { cause } = await child;
      throw new TargetError(
        `cannot start the guardian that ends the nodes if dsx dies: ${messageOf(cause)}\n` +
          '  it needs the POSIX shell "sh" on the PATH',
      );
    }
    const shell: Shell = { stdin: child.stdin, ended: child, isExpectedToEnd: false };
    this.#shell = shell;
    child.stdin.on('error', () => {
      // It was killed. The handler below starts another.
    });
    // It must not keep dsx alive: when dsx ends, the pipe closes, which is its signal.
    child.unref();
    if (child.stdin instanceof Socket) child.stdin.unref();
    void child.then(() => {
      if (!shell.isExpectedToEnd) this.#replace();
    });
  }

  /** Registers a process group, at once: call it in the same tick as the spawn. */
  add(group: number): void {
    assert(group > 1, `a process group to be guarded has the number ${group}`);
    assert(this.#startCount > 0, 'the guardian must be started before the first node');
    this.#groups.add(group);
    this.#say(`add ${group}`);
  }

  /** Takes off a group that is gone, before its number can belong to somebody else. */
  remove(group: number): void {
    if (this.#groups.delete(group)) this.#say(`del ${group}`);
  }

  /**
   * Has the guardian do its work now, and resolves when it has: kills what is registered and
   * whatever bears the mark. Safe to call twice.
   */
  async close(): Promise<void> {
    const shell = this.#shell;
    this.#shell = undefined;
    this.#groups.clear();
    if (shell === undefined) return;
    shell.isExpectedToEnd = true;
    shell.stdin.end();
    // The process is unreferenced, so something must keep dsx alive until it has done its work.
    const alive = setInterval(() => undefined, 1_000);
    await shell.ended;
    clearInterval(alive);
  }

  #say(line: string): void {
    this.#shell?.stdin.write(`${line}\n`);
  }

  /** Somebody killed the guardian. Another one takes over, with the same groups. */
  #replace(): void {
    this.#shell = undefined;
    // A shell that dies again and again is broken, and not a victim.
    if (this.#startCount >= startsMax) return;
    this.start().then(
      () => {
        for (const group of this.#groups) this.#say(`add ${group}`);
      },
      () => {
        // Without a shell there is no guardian any more; the nodes still end with a dsx that ends well.
      },
    );
  }
}
