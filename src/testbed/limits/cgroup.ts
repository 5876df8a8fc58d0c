/** One control group: its processes, what it limits, and what the kernel tells of it. */
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, TargetError } from '../../base/errors.ts';
import type { CgroupPlace } from './cgroup-places.ts';

/** A group that has just lost its last process may still be busy for a moment. */
const removalLimitMs = 2_000;
const cpuPeriodUs = 100_000;

export class Cgroup {
  readonly folder: string;
  readonly #version: 1 | 2;

  /** Makes it, or takes one that a dead dsx has left. @throws what the file system says */
  constructor({ version, parent }: CgroupPlace, name: string) {
    this.folder = join(parent, name);
    this.#version = version;
    mkdirSync(this.folder, { recursive: true });
  }

  /** What the process starts from now on is in it as well. One that is gone is no error. */
  add(pid: number): void {
    try {
      this.#write('cgroup.procs', String(pid));
    } catch (thrown) {
      if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ESRCH')) throw thrown;
    }
  }

  members(): readonly number[] {
    return this.#read('cgroup.procs').split('\n').filter(Boolean).map(Number);
  }

  /** Lets it run `share` of the time of one core, or freely. */
  limitCpu(share: number | null): void {
    const quotaUs = share === null ? null : Math.max(1_000, Math.round(share * cpuPeriodUs));
    if (this.#version === 2) {
      this.#write('cpu.max', `${quotaUs ?? 'max'} ${cpuPeriodUs}`);
      return;
    }
    this.#write('cpu.cfs_period_us', String(cpuPeriodUs));
    this.#write('cpu.cfs_quota_us', String(quotaUs ?? -1));
  }

  /** As the kernel has it; null if there is none. */
  cpuShare(): number | null {
    const [quota, period] =
      this.#version === 2
        ? this.#read('cpu.max').split(' ').map(Number)
        : [this.#read('cpu.cfs_quota_us'), this.#read('cpu.cfs_period_us')].map(Number);
    const share = (quota ?? Number.NaN) / (period ?? Number.NaN);
    return share >= 0 ? share : null;
  }

  /** What it holds without its file cache, which the kernel can take back. */
  memoryHeld(): number {
    const file = this.#version === 2 ? 'memory.current' : 'memory.usage_in_bytes';
    const cached = [this.#stat('inactive_file'), this.#stat('active_file')];
    return Math.max(0, Number(this.#read(file)) - (cached[0] ?? 0) - (cached[1] ?? 0));
  }

  limitMemory(bytes: number | null): void {
    if (this.#version === 2) this.#write('memory.max', String(bytes ?? 'max'));
    else this.#write('memory.limit_in_bytes', String(bytes ?? -1));
  }

  /** As the kernel has it, rounded to its pages; Infinity if there is none. */
  memoryLimit(): number {
    const text = this.#read(this.#version === 2 ? 'memory.max' : 'memory.limit_in_bytes').trim();
    // Version 1 tells the largest number that it knows.
    return text === 'max' || Number(text) > 2 ** 60 ? Number.POSITIVE_INFINITY : Number(text);
  }

  /** How many of its processes the kernel has killed for lack of memory. */
  killedForMemory(): number {
    const text = this.#read(this.#version === 2 ? 'memory.events' : 'memory.oom_control');
    return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0);
  }

  /** Its processes must be gone. */
  async remove(): Promise<void> {
    await removeGroup(this.folder);
  }

  #stat(name: string): number {
    const found = new RegExp(`^${name} (\\d+)$`, 'm').exec(this.#read('memory.stat'));
    return Number(found?.[1] ?? 0);
  }

  #read(file: string): string {
    return readFileSync(join(this.folder, file), 'utf8');
  }

  #write(file: string, text: string): void {
    writeFileSync(join(this.folder, file), text);
  }
}

/** One that is gone is no error. @throws TargetError if it cannot be removed */
export async function removeGroup(folder: string): Promise<void> {
  const giveUpAtMs = performance.now() + removalLimitMs;
  for (;;) {
    try {
      rmdirSync(folder);
      return;
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return;
      if (performance.now() > giveUpAtMs)
        throw new TargetError(
          `the control group ${folder} cannot be removed: ${messageOf(cause)}`,
          { cause },
        );
      await sleep(10);
    }
  }
}
