/** How much processor time processes have used, as the kernel counts it. */
import { readFileSync } from 'node:fs';

/** Linux tells it in hundredths of a second on every architecture. */
const msPerTick = 10;

/** Adds up what a changing set of processes has used since it was first looked at. */
export class CpuTime {
  readonly #seen = new Map<string, number>();
  #totalMs = 0;

  /** Looks at the processes that there are now. What each used before the first look counts not. */
  look(pids: readonly number[]): number {
    const isFirst = this.#seen.size === 0;
    for (const pid of pids) {
      const found = usageOf(pid);
      if (found === undefined) continue;
      const before = this.#seen.get(found.key) ?? (isFirst ? found.usedMs : 0);
      this.#totalMs += found.usedMs - before;
      this.#seen.set(found.key, found.usedMs);
    }
    return this.#totalMs;
  }
}

/** Undefined if there is no such process. A number that is used again is another process. */
function usageOf(pid: number): { readonly key: string; readonly usedMs: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // After the name, which may contain anything: state, parent, …
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [userTicks, systemTicks, startedAt] = [fields[11], fields[12], fields[19]];
    const usedMs = (Number(userTicks) + Number(systemTicks)) * msPerTick;
    return { key: `${pid} ${startedAt}`, usedMs };
  } catch {
    return undefined;
  }
}
