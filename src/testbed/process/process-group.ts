/**
 * Signals to a node's whole process tree, each seen to have its effect before it counts:
 * killed means gone, paused means that every thread of every process is stopped.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { TargetError } from '../../base/errors.ts';
import { durationText, listed } from '../../base/text.ts';
import { membersOf, type ProcessEntry, stillLiving, stillMoving } from './process-table.ts';

/** What a signal should bring about is seen after this or it did not happen. */
const effectLimitMs = 5_000;

/** SIGKILL to the tree of `group`; resolves when none of it is left. */
export async function killGroup(group: number, node: string): Promise<void> {
  // Descendants that left the group lose their parents now, and with them the trace to the node.
  const strays = (await membersOf(group)).filter((entry) => entry.group !== group);
  send(-group, 'SIGKILL');
  for (const stray of strays) send(stray.pid, 'SIGKILL');
  await untilNone(`kill node ${node}`, async () => [
    ...(await membersOf(group)),
    ...(await stillLiving(strays)),
  ]);
}

/**
 * SIGSTOP to the tree of `group`, or to those in it of the name `program`; resolves to the number
 * of processes when all are stopped.
 */
export async function pauseGroup(group: number, node: string, program?: string): Promise<number> {
  if (program === undefined) send(-group, 'SIGSTOP');
  const isSignalled = (entry: ProcessEntry): boolean =>
    program === undefined && entry.group === group;
  let count = 0;
  await untilNone(`pause node ${node}`, async () => {
    const all = await membersOf(group);
    const members = program === undefined ? all : all.filter((entry) => isNamed(entry, program));
    count = members.length;
    const moving = stillMoving(members);
    for (const entry of moving) if (!isSignalled(entry)) send(entry.pid, 'SIGSTOP');
    return moving;
  });
  return count;
}

/** The kernel keeps the first 15 bytes of a name. */
function isNamed({ name }: ProcessEntry, program: string): boolean {
  return name === program || (name.length === 15 && program.startsWith(name));
}

/** Why nothing was stopped. */
export function nothingToPause(node: string, state: string, program: string | undefined): string {
  return program === undefined || state === 'down'
    ? `cannot pause node ${node}: it is down`
    : `cannot pause ${program} on node ${node}: none of its processes has that name`;
}

/** SIGCONT to the tree of `group`; resolves when none of it is stopped. */
export async function resumeGroup(group: number, node: string): Promise<void> {
  send(-group, 'SIGCONT');
  await untilNone(`resume node ${node}`, async () => {
    const stopped = (await membersOf(group)).filter((entry) => entry.state === 'T');
    for (const entry of stopped) if (entry.group !== group) send(entry.pid, 'SIGCONT');
    return stopped;
  });
}

/** Looks, with growing pauses, until no process is left that the signal must still move. */
async function untilNone(
  what: string,
  look: () => Promise<readonly ProcessEntry[]>,
): Promise<void> {
  const giveUpAtMs = performance.now() + effectLimitMs;
  for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, 50)) {
    const rest = await look();
    if (rest.length === 0) return;
    if (performance.now() > giveUpAtMs) {
      const shown = rest.map((entry) => `${entry.pid} (state ${entry.state})`);
      throw new TargetError(
        `could not ${what} within ${durationText(effectLimitMs)}: the signal had no effect on ` +
          `process ${listed(shown)}; state D means that it waits for a disk or the kernel`,
      );
    }
    await sleep(pauseMs);
  }
}

/** Nothing happens if there is no such process any more. */
function send(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal);
  } catch {
    // ESRCH: gone already. EPERM: macOS says so of a group of zombies. What is left is looked at.
  }
}
