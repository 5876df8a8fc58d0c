/** Starts the process behind the disks, and gives it orders. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { TargetError } from '../../base/errors.ts';
import type { DiskOrder, DiskReply, DiskSetup } from './disk-worker.ts';

export type DiskAnswer = Extract<DiskReply, { ok: true }>;

const answerLimitMs = 15_000;

export class DiskProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  /** Who waits for an answer, in the order of the questions. */
  readonly #waiting: ((reply: DiskReply) => void)[] = [];
  #ended: string | undefined;

  /** Resolves when all disks are mounted. @throws TargetError */
  static async start(setup: DiskSetup): Promise<DiskProcess> {
    const process = new DiskProcess(setup);
    await process.#answer();
    return process;
  }

  private constructor(setup: DiskSetup) {
    const isSource = import.meta.url.endsWith('.ts');
    const file = `./disk-worker.${isSource ? 'ts' : 'js'}`;
    const program = fileURLToPath(new URL(file, import.meta.url));
    const loader = isSource ? ['--import', import.meta.resolve('tsx')] : [];
    // Each reader of each disk holds a thread.
    const threads = Math.min(1024, 2 * setup.disks.length + 4);
    this.#child = spawn(process.execPath, [...loader, program, JSON.stringify(setup)], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, UV_THREADPOOL_SIZE: String(threads) },
    });
    this.#child.stdin.on('error', () => undefined);
    this.#child.on('error', (error) => {
      this.#end(error.message);
    });
    this.#child.on('exit', (code, signal) => {
      this.#end(`it ended (${signal ?? `status ${code ?? '?'}`})`);
    });
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      this.#waiting.shift()?.(JSON.parse(line) as DiskReply);
    });
  }

  /** @throws TargetError */
  async order(order: DiskOrder): Promise<DiskAnswer> {
    this.#child.stdin.write(`${JSON.stringify(order)}\n`);
    return this.#answer();
  }

  /** After it the disks are dead: unmount them before. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  async #answer(): Promise<DiskAnswer> {
    if (this.#ended !== undefined) throw this.#failure(this.#ended);
    const reply = await new Promise<DiskReply>((resolve) => {
      const timer = setTimeout(() => {
        resolve({ ok: false, error: 'it does not answer' });
      }, answerLimitMs);
      this.#waiting.push((answered) => {
        clearTimeout(timer);
        resolve(answered);
      });
    });
    if (!reply.ok) throw this.#failure(reply.error);
    return reply;
  }

  #end(why: string): void {
    this.#ended = why;
    for (const tell of this.#waiting.splice(0)) tell({ ok: false, error: why });
  }

  #failure(why: string): TargetError {
    return new TargetError(`the process that serves the disks of the nodes: ${why}`);
  }
}
