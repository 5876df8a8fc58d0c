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
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Socket } from 'node:net';
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
 * `redirection`: of the command's descriptors, as a shell has it.
 */
export function sandboxed(
  command: readonly string[],
  network: SandboxNetwork = 'own',
  redirection = '',
): readonly [string, ...string[]] {
  const isRoot = process.getuid?.() === 0;
  return [
    ...(['setpriv', '--pdeathsig', 'KILL', 'unshare'] as const),
    ...(isRoot ? [] : ['--user', '--map-root-user']),
    ...(network === 'own' ? ['--net'] : []),
    ...['--mount', '--pid', '--fork', '--kill-child', '--mount-proc'],
    // Two commands, lest the shell replaces itself by the first.
    ...['sh', '-c', `"$@" ${redirection}; exit $?`, 'dsx-sandbox', ...command],
  ];
}

/**
 * The number of the descriptor at which the inner dsx waits until it is wanted; absent: it is.
 * Its errors come to the outer one's at the descriptor after that.
 */
const gateVariable = 'DSX_SANDBOX_GATE';
const gateFd = 3;

let anticipated: ChildProcess | undefined;

/**
 * Starts the sandbox, and in it a dsx that loads what it needs and then waits: while it does,
 * this one finds out whether a sandbox is wanted at all. If it is not, it ends with this process.
 */
export function anticipateSandbox(): void {
  const [program, ...args] = sandboxed(ownCommand(), 'own', `2>&${gateFd + 1}`);
  anticipated = spawn(program, args, {
    detached: true,
    // Why it may not be made is told in better words by who looks for the reason.
    stdio: ['inherit', 'inherit', 'ignore', 'pipe', 2],
    env: {
      ...innerEnvironment(),
      [gateVariable]: String(gateFd),
    },
  });
  anticipated.on('error', () => undefined);
  anticipated.unref();
  const gate = gateOf(anticipated);
  gate?.on('error', () => undefined);
  gate?.unref();
}

/** Whether this is a dsx that waits in a sandbox until it is wanted. */
export function isAnticipated(): boolean {
  return process.env[gateVariable] !== undefined;
}

/** Resolves when it is wanted; ends the process if it is not. */
export async function untilWanted(): Promise<void> {
  const gate = new Socket({ fd: Number(process.env[gateVariable]) });
  Reflect.deleteProperty(process.env, gateVariable);
  gate.on('error', () => undefined);
  const isWanted = await new Promise<boolean>((resolve) => {
    gate.once('data', () => {
      resolve(true);
    });
    gate.once('close', () => {
      resolve(false);
    });
  });
  gate.destroy();
  if (!isWanted) process.exit();
}

/** One that stands ready, if it still does; any that is of no use is ended. */
function takeAnticipated(network: SandboxNetwork): ChildProcess | undefined {
  const child = anticipated;
  anticipated = undefined;
  if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null)
    return undefined;
  if (network !== 'own') {
    child.kill('SIGKILL');
    return undefined;
  }
  child.ref();
  gateOf(child)?.end('go');
  return child;
}

function gateOf(child: ChildProcess): Socket | undefined {
  const gate = child.stdio[gateFd];
  return gate instanceof Socket ? gate : undefined;
}

function ownCommand(): readonly string[] {
  return [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
}

function innerEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: systemPath(), [variable]: String(process.pid) };
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs this very dsx again, with the same arguments, inside a sandbox, and resolves to its
 * exit code. Signals are passed on.
 */
export async function runInSandbox(network: SandboxNetwork): Promise<number> {
  guardTemporaryFolders(process.pid);
  const child = takeAnticipated(network) ?? startSandbox(network);
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

function startSandbox(network: SandboxNetwork): ChildProcess {
  const [program, ...args] = sandboxed(ownCommand(), network);
  // In a session of its own, so that Ctrl-C comes once, from here, and not twice.
  return spawn(program, args, { detached: true, stdio: 'inherit', env: innerEnvironment() });
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
