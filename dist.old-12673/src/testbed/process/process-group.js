/**
 * Signals to a node's whole process tree, each seen to have its effect before it counts:
 * killed means gone, paused means that every thread of every process is stopped.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { TargetError } from '../../base/errors.js';
import { durationText, listed } from '../../base/text.js';
import { membersOf, stillLiving, stillMoving } from './process-table.js';

/** What a signal should bring about is seen after this or it did not happen. */
const effectLimitMs = 5_000;
/** SIGKILL to the tree of `group`; resolves when none of it is left. */
export async function killGroup(group, node) {
  // Descendants that left the group lose their parents now, and with them the trace to the node.
  const strays = (await membersOf(group)).filter((entry) => entry.group !== group);
  send(-group, 'SIGKILL');
  for (const stray of strays) send(stray.pid, 'SIGKILL');
  await untilNone(`kill node ${node}`, async () => [
    ...(await membersOf(group)),
    ...(await stillLiving(strays)),
  ]);
}
/** SIGSTOP to the tree of `group`; resolves to the number of processes when all are stopped. */
export async function pauseGroup(group, node) {
  send(-group, 'SIGSTOP');
  let count = 0;
  await untilNone(`pause node ${node}`, async () => {
    const members = await membersOf(group);
    count = members.length;
    const moving = stillMoving(members);
    for (const entry of moving) if (entry.group !== group) send(entry.pid, 'SIGSTOP');
    return moving;
  });
  return count;
}
/** SIGCONT to the tree of `group`; resolves when none of it is stopped. */
export async function resumeGroup(group, node) {
  send(-group, 'SIGCONT');
  await untilNone(`resume node ${node}`, async () => {
    const stopped = (await membersOf(group)).filter((entry) => entry.state === 'T');
    for (const entry of stopped) if (entry.group !== group) send(entry.pid, 'SIGCONT');
    return stopped;
  });
}
/** Looks, with growing pauses, until no process is left that the signal must still move. */
async function untilNone(what, look) {
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
function send(target, signal) {
  try {
    process.kill(target, signal);
  } catch {
    // ESRCH: gone already. EPERM: macOS says so of a group of zombies. What is left is looked at.
  }
}
