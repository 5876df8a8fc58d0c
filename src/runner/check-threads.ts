/**
 * The threads in which checkers run. One that has done its job well takes the next; some are
 * started before there is anything to check, while a run still waits for its nodes: to start a
 * thread and to load the checkers takes longer than to judge a short run.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { CheckAnswer, CheckJob } from './check-job.ts';

/** Beside its budget, what a thread needs for itself. */
const ownMemoryMb = 256;

export type JobEnd =
  | CheckAnswer
  | { readonly kind: 'timeout' }
  /** It took more memory than it may. */
  | { readonly kind: 'memory' };

export class CheckThreads {
  readonly #workload: string | null;
  readonly #memoryMb: number;
  readonly #idle: Worker[] = [];
  #isClosed = false;

  /**
   * Nothing is started yet. `workload`: whose checkers a thread loads before it has a job; null:
   * none. `memoryMb`: the budget of each job.
   */
  constructor(workload: string | null, memoryMb: number) {
    this.#workload = workload;
    this.#memoryMb = memoryMb;
  }

  /** Starts as many as can run at once, or `count`, so that they are there when they are needed. */
  warm(count: number = availableParallelism()): void {
    while (!this.#isClosed && this.#idle.length < count) this.#rest(this.#start());
  }

  /** Ends the job, and its thread, after `limitMs` or when `signal` aborts. @throws its reason */
  async run(job: CheckJob, limitMs: number, signal: AbortSignal): Promise<JobEnd> {
    signal.throwIfAborted();
    const worker = this.#idle.pop() ?? this.#start();
    worker.removeAllListeners('error');
    let end: JobEnd = { kind: 'timeout' };
    try {
      end = await jobEnd(worker, job, limitMs, signal);
      return end;
    } finally {
      worker.removeAllListeners('message');
      // One that timed out or crashed may be anywhere.
      if (end.kind === 'verdict' && !this.#isClosed) this.#rest(worker);
      else await worker.terminate();
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#idle.splice(0).map((worker) => worker.terminate()));
  }

  /** What fails in one that waits fails again in the one that takes its place, and is told then. */
  #rest(worker: Worker): void {
    worker.removeAllListeners('error');
    worker.on('error', () => {
      const at = this.#idle.indexOf(worker);
      if (at >= 0) this.#idle.splice(at, 1);
    });
    this.#idle.push(worker);
  }

  #start(): Worker {
    // From source the thread needs the loader too; the built program is plain JavaScript.
    const fromSource = import.meta.url.endsWith('.ts');
    const script = new URL(`./check-worker.${fromSource ? 'ts' : 'js'}`, import.meta.url);
    return new Worker(script, {
      workerData: this.#workload,
      execArgv: fromSource ? ['--import', import.meta.resolve('tsx')] : [],
      // The history itself is outside this limit where it is shared; the rest is inside.
      resourceLimits: { maxOldGenerationSizeMb: this.#memoryMb + ownMemoryMb },
    });
  }
}

async function jobEnd(
  worker: Worker,
  job: CheckJob,
  limitMs: number,
  signal: AbortSignal,
): Promise<JobEnd> {
  let end = (): void => undefined;
  try {
    return await new Promise<JobEnd>((resolve, reject) => {
      const timer = setTimeout(() => {
        resolve({ kind: 'timeout' });
      }, limitMs);
      const aborted = (): void => {
        reject(signal.reason as Error);
      };
      end = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', aborted);
      };
      signal.addEventListener('abort', aborted, { once: true });
      worker.once('message', resolve);
      worker.once('error', (error: Error & { code?: string }) => {
        const isMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
        resolve(isMemory ? { kind: 'memory' } : { kind: 'crashed', message: error.message });
      });
      worker.postMessage(job);
    });
  } finally {
    end();
  }
}
