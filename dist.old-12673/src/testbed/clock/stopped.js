/**
 * Stops a process for as long as its code is being changed, and lets go of it again.
 *
 * Everything here is synchronous, although it waits: nothing else of dsx may come in between
 * and pause or resume the same process, or its last word would be lost.
 */
import { TargetError } from '../../base/errors.js';
import {
  isStopPending,
  ProcessGone,
  programCounter,
  threadIds,
  threadState,
} from './process-memory.js';
/**
 * Runs `work` while every thread of the process is stopped outside the forbidden ranges.
 * A process that was stopped before stays stopped.
 * @throws ProcessGone, or TargetError if the threads do not stop in time.
 */
export function whileStopped(pid, options, work) {
  const wasStopped = isStopping(pid);
  if (!wasStopped) send(pid, 'SIGSTOP');
  try {
    waitUntilStopped(pid, options, wasStopped || options.staysStopped());
    work();
  } finally {
    if (!wasStopped && !options.staysStopped()) resume(pid);
  }
}
function waitUntilStopped(pid, options, mayNotRun) {
  const startedMs = performance.now();
  for (;;) {
    const standing = standingOf(pid, options.forbidden);
    if (standing === 'safe') return;
    if (performance.now() - startedMs > options.limitMs)
      throw new TargetError(
        `process ${pid} could not be patched: ${standing === 'moving' ? 'its threads did not stop' : 'a thread stayed in the code to be changed'} within ${options.limitMs} ms`,
      );
    if (standing === 'forbidden' && !mayNotRun) {
      // A few instructions further it will be out.
      send(pid, 'SIGCONT');
      nap();
      send(pid, 'SIGSTOP');
    }
    nap();
  }
}
function standingOf(pid, forbidden) {
  for (const threadId of threadIds(pid)) {
    const state = threadState(pid, threadId);
    if (state === undefined || 'ZX'.includes(state)) continue;
    if (!'Tt'.includes(state)) return 'moving';
    const address = programCounter(pid, threadId);
    if (address === undefined) return 'moving';
    if (forbidden.some(({ from, to }) => address >= from && address < to)) return 'forbidden';
  }
  return 'safe';
}
/** True if it is stopped, or about to be, by somebody else. */
function isStopping(pid) {
  if (isStopPending(pid)) return true;
  return threadIds(pid).some((threadId) => 'Tt'.includes(threadState(pid, threadId) ?? '?'));
}
function send(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch (cause) {
    throw new ProcessGone(`process ${pid} is gone`, { cause });
  }
}
function resume(pid) {
  try {
    process.kill(pid, 'SIGCONT');
  } catch {
    // It ended meanwhile: there is nobody left to resume.
  }
}
const napping = new Int32Array(new SharedArrayBuffer(4));
/** A fifth of a millisecond, without giving way to the event loop. */
function nap() {
  Atomics.wait(napping, 0, 0, 0.2);
}
