/** The thread in which a checker runs: it may be slow or run out of memory without harm. */
import { parentPort, workerData } from 'node:worker_threads';
import { present } from '../base/assert.js';
import { messageOf } from '../base/errors.js';
import { History } from '../history/history.js';
import { checkersOf } from './check-job.js';

const answer = await judge(workerData);
present(parentPort, 'parentPort').postMessage(answer);
async function judge(job) {
  try {
    const whole = History.fromData(job.history);
    const checkers = await checkersOf(job.source, whole);
    const checker = present(checkers[job.checkerIndex], `checker ${job.checkerIndex}`);
    const part = job.keys === null ? whole : whole.restrictedTo(new Set(job.keys));
    const limits = { ...job.budget, nowMs: () => performance.now() };
    return { kind: 'verdict', verdict: checker.check(part, limits) };
  } catch (thrown) {
    const stack = thrown instanceof Error ? thrown.stack : undefined;
    return { kind: 'crashed', message: stack ?? messageOf(thrown) };
  }
}
