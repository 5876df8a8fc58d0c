/**
 * The sandbox: namespaces of dsx's own, in which it makes networks, firewalls and mounts that
 * the host never sees.
 *
 * dsx starts itself again inside: `setpriv --pdeathsig KILL unshare … sh -c '"$@"' dsx …`. All
 * that is made in there dies with the process, whatever ends it: when the outer dsx dies, the
 * kernel kills `unshare`, with that the first process of the inner process namespace, and with
 * that every process and every interface in it. Root and ordinary users take the same way; an
 * ordinary user has a user namespace besides, in which it is root.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { TargetError } from '../../base/errors.ts';
import { systemPath } from '../find-command.ts';
import { guardTemporaryFolders } from '../process/janitor.ts';

/** Holds the number of the outer dsx. Its presence says: this is the inner one. */
const variable = 'DSX_SANDBOX';

export function isInSandbox(): boolean {
  return process.env[variable] !== undefined;
}

/**
 * The number by which this run's dsx is known on the host. In the sandbox processes have
 * numbers of their own, and those mean other processes outside.
 */
export function hostPid(): number {
  const outer = Number(process.env[variable]);
  return Number.isInteger(outer) && outer > 0 ? outer : process.pid;
}

/** A network of its own, for nodes on a network of dsx's; or the host's, for all others. */
export type SandboxNetwork = 'own' | 'host';

/**
 * The command line that runs `command` in a new sandbox. The shell is the first process in
 * there: it takes in orphans, which Node does not, and as it ends, all others do.
 */
export function sandboxed(
  command: readonly string[],
  network: SandboxNetwork = 'own',
): readonly [string, ...string[]] {
  const isRoot = process.getuid?.() === 0;
  return [
    ...(['setpriv', '--pdeathsig', 'KILL', 'unshare'] as const),
    ...(isRoot ? [] : ['--user', '--map-root-user']),
    ...(network === 'own' ? ['--net'] : []),
    ...['--mount', '--pid', '--fork', '--kill-child', '--mount-proc'],
    // Two commands, lest the shell replaces itself by the first.
    ...['sh', '-c', '"$@"; exit $?', 'dsx-sandbox', ...command],
  ];
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs this very dsx again, with the same arguments, inside a sandbox, and resolves to its
 * exit code. Signals are passed on.
 */
export async function runInSandbox(network: SandboxNetwork): Promise<number> {
  guardTemporaryFolders(process.pid);
  const own = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const [program, ...args] = sandboxed(own, network);
  // In a session of its own, so that Ctrl-C comes once, from here, and not twice.
  const child = spawn(program, args, {
    detached: true,
    stdio: 'inherit',
    env: { ...process.env, PATH: systemPath(), [variable]: String(process.pid) },
  });
  const pass = (signal: NodeJS.Signals): void => {
    const inner = child.pid === undefined ? undefined : innerPid(child.pid);
    if (inner !== undefined) process.kill(inner, signal);
    // It has not come so far as to have anything to heal.
    else child.kill('SIGKILL');
  };
  for (const signal of signals) process.on(signal, pass);
  try {
    return await new Promise((resolve, reject) => {
      child.on('error', (cause) => {
        reject(new TargetError(`the sandbox cannot be started: ${cause.message}`, { cause }));
      });
      child.on('exit', (code, signal) => {
        resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
      });
    });
  } finally {
    for (const signal of signals) process.off(signal, pass);
  }
}

/** The dsx in the sandbox: the child of the shell that is the child of `unshare`. */
function innerPid(unsharePid: number): number | undefined {
  const shell = onlyChild(unsharePid);
  return shell === undefined ? undefined : onlyChild(shell);
}

function onlyChild(pid: number): number | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim();
    return text === '' ? undefined : Number(text.split(' ')[0]);
  } catch {
    return undefined;
  }
}
