/**
 * Limits the processor time of nodes without any privilege: a node that has used more than its
 * share is stopped (SIGSTOP) until the share has caught up, many times a second. As under a
 * quota of the kernel's, a node that does little is never stopped. (The idea is that of the
 * program cpulimit.)
 */
import type { NodeId } from '../../fault/fault.ts';
import { CpuTime } from './cpu-time.ts';

export interface ThrottledNodes {
  /** All processes of the node now; empty while it is down. */
  pids(node: NodeId): readonly number[];
  /** False while somebody else decides whether it runs: it is paused, or down. */
  isFree(node: NodeId): boolean;
}

interface Throttled {
  readonly share: number;
  readonly time: CpuTime;
  /** Processes that are not the node's and share its fate. */
  readonly guests: readonly number[];
  pids: readonly number[];
  usedMs: number;
  /** What it may still use. */
  balanceMs: number;
  isStopped: boolean;
}

const lookMs = 10;
/** The tree of processes is read anew this seldom: it costs more than their times. */
const looksPerTree = 5;
/** What was not used is kept for so long, as the kernel does with its quota. */
const periodMs = 100;

export class CpuThrottle {
  readonly #nodes: ThrottledNodes;
  readonly #throttled = new Map<NodeId, Throttled>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #lookCount = 0;
  #lastMs = 0;

  constructor(nodes: ThrottledNodes) {
    this.#nodes = nodes;
  }

  start(node: NodeId, share: number, guests: readonly number[] = []): void {
    this.stop(node);
    this.#throttled.set(node, {
      ...{ share, guests, time: new CpuTime(), pids: [], usedMs: 0, balanceMs: 0 },
      isStopped: false,
    });
    if (this.#timer !== undefined) return;
    this.#lastMs = performance.now();
    this.#timer = setInterval(() => {
      this.#look();
    }, lookMs);
  }

  /** The node runs again, unless somebody else has stopped it. */
  stop(node: NodeId): void {
    const throttled = this.#throttled.get(node);
    if (throttled === undefined) return;
    this.#throttled.delete(node);
    if (throttled.isStopped) this.#continue(node, throttled);
    if (this.#throttled.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const nowMs = performance.now();
    const elapsedMs = nowMs - this.#lastMs;
    this.#lastMs = nowMs;
    const isTreeDue = this.#lookCount % looksPerTree === 0;
    this.#lookCount += 1;
    for (const [node, throttled] of this.#throttled) {
      if (isTreeDue) throttled.pids = this.#nodes.pids(node);
      this.#settle(node, throttled, elapsedMs);
    }
  }

  #settle(node: NodeId, throttled: Throttled, elapsedMs: number): void {
    const { share, guests, pids, time } = throttled;
    const usedMs = time.look([...pids, ...guests]);
    const balanceMs = throttled.balanceMs + share * elapsedMs - (usedMs - throttled.usedMs);
    throttled.usedMs = usedMs;
    throttled.balanceMs = Math.min(balanceMs, share * periodMs);
    if (throttled.balanceMs < 0) {
      // Again at each look: there may be new processes, and others may have let it go on.
      throttled.isStopped = true;
      send(guests, 'SIGSTOP');
      if (this.#nodes.isFree(node)) send(pids, 'SIGSTOP');
    } else if (throttled.isStopped) this.#continue(node, throttled);
  }

  #continue(node: NodeId, throttled: Throttled): void {
    throttled.isStopped = false;
    send(throttled.guests, 'SIGCONT');
    if (this.#nodes.isFree(node)) send(this.#nodes.pids(node), 'SIGCONT');
  }
}

function send(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids)
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended.
    }
}
