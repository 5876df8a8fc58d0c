/** Processes of dsx's own on which a limit is seen to hold: one burns time, one takes memory. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { TargetError } from '../../base/errors.ts';
import { missingCommands, systemPath } from '../find-command.ts';
import { CpuTime } from './cpu-time.ts';

/** A process that does nothing but run, until `end`. */
export interface Burner {
  readonly pid: number;
  end(): void;
}

const endsWithDsx = ['setpriv', '--pdeathsig', 'KILL'];
/** It is needed for parts of a second. */
const burnSeconds = 3;

/** @throws TargetError if there is no shell */
export async function startBurner(): Promise<Burner> {
  const shell = ['sh', '-c', `ulimit -t ${burnSeconds}; while :; do :; done`];
  // It must not burn on if dsx is killed.
  const isWatched = missingCommands([{ command: 'setpriv', debianPackage: null }]) === undefined;
  const [command = '', ...args] = [...(isWatched ? endsWithDsx : []), ...shell];
  const child = spawn(command, args, {
    stdio: 'ignore',
    env: { ...process.env, PATH: systemPath() },
  });
  const pid = await pidOf(child);
  return {
    pid,
    end: () => {
      child.kill('SIGKILL');
    },
  };
}

const watchMs = 400;
/** Times are counted in hundredths of a second, and a limit may strike a moment late. */
const slackMs = 60;

/** Milliseconds that it ran and that passed. @throws TargetError if that is more than its share */
export async function seeThrottled(pid: number, share: number): Promise<[number, number]> {
  const time = new CpuTime();
  time.look([pid]);
  const startMs = performance.now();
  await sleep(watchMs);
  const usedMs = time.look([pid]);
  const passedMs = performance.now() - startMs;
  if (usedMs > share * passedMs + slackMs)
    throw new TargetError(
      `a process that was to have ${share} of a core ran ${usedMs} ms of ${passedMs.toFixed(0)} ms`,
    );
  return [usedMs, passedMs];
}

/** Takes `bytes` of memory once `admit` has seen its number; resolves to whether it was killed. */
export async function isKilledTaking(
  bytes: number,
  admit: (pid: number) => void,
): Promise<boolean> {
  const script = `read -r _; x=$(head -c ${bytes} /dev/zero | tr '\\0' x); echo "\${#x}"`;
  const child = spawn('sh', ['-c', script], { stdio: ['pipe', 'pipe', 'ignore'] });
  child.stdin.on('error', () => undefined);
  let said = '';
  child.stdout.setEncoding('latin1').on('data', (text: string) => (said += text));
  const ended = once(child, 'close');
  try {
    admit(await pidOf(child));
    child.stdin.end('\n');
    await ended;
    return said.trim() !== String(bytes);
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
}

async function pidOf(child: ChildProcess): Promise<number> {
  if (child.pid === undefined) {
    await once(child, 'spawn').catch((cause: unknown) => {
      throw new TargetError('a shell (sh) cannot be started', { cause });
    });
  }
  return child.pid ?? 0;
}
