/** The thread in which a checker runs: it may be slow or run out of memory without harm. */
import { parentPort, workerData } from 'node:worker_threads';
import { present } from '../base/assert.ts';
import { messageOf } from '../base/errors.ts';
import { History } from '../history/history.ts';
import { findWorkload } from '../registry.ts';
import { type CheckAnswer, type CheckJob, checkersOf } from './check-job.ts';

const port = present(parentPort, 'parentPort');
const workload = workerData as string | null;
port.on('message', (job: CheckJob) => {
  void judge(job).then((answer) => {
    port.postMessage(answer);
  });
});
// Loaded before there is a job; what is wrong with it is said of the job.
if (workload !== null) await findWorkload(workload).catch(() => undefined);

async function judge(job: CheckJob): Promise<CheckAnswer> {
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
