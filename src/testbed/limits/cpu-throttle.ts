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

const lookMs = 10;
/** The tree of processes is read anew this seldom: it costs more than their times. */
const looksPerTree = 5;
/** What was not used is kept for so long, as the kernel does with its quota. */
const periodMs = 100;

export class CpuThrottle {
  readonly #nodes: ThrottledNodes;
  readonly #throttled = new Map<NodeId, ThrottledNode>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #lookCount = 0;
  #lastMs = 0;

  constructor(nodes: ThrottledNodes) {
    this.#nodes = nodes;
  }

  /** `guests`: processes that are not the node's, and share its fate. */
  start(node: NodeId, share: number, guests: readonly number[] = []): void {
    this.stop(node);
    this.#throttled.set(node, new ThrottledNode({ node, nodes: this.#nodes, share, guests }));
    if (this.#timer !== undefined) return;
    this.#lastMs = performance.now();
    this.#timer = setInterval(() => {
      this.#look();
    }, lookMs);
  }

  /** The node runs again, unless somebody else has stopped it. */
  stop(node: NodeId): void {
    this.#throttled.get(node)?.end();
    this.#throttled.delete(node);
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
    for (const throttled of this.#throttled.values()) throttled.settle(elapsedMs, isTreeDue);
  }
}

interface Throttling {
  readonly node: NodeId;
  readonly nodes: ThrottledNodes;
  readonly share: number;
  readonly guests: readonly number[];
}

class ThrottledNode {
  readonly #throttling: Throttling;
  readonly #time = new CpuTime();
  #pids: readonly number[] = [];
  #usedMs = 0;
  /** What it may still use. */
  #balanceMs = 0;
  #isStopped = false;

  constructor(throttling: Throttling) {
    this.#throttling = throttling;
  }

  settle(elapsedMs: number, isTreeDue: boolean): void {
    const { node, nodes, share, guests } = this.#throttling;
    if (isTreeDue) this.#pids = nodes.pids(node);
    const usedMs = this.#time.look([...this.#pids, ...guests]);
    const balanceMs = this.#balanceMs + share * elapsedMs - (usedMs - this.#usedMs);
    this.#usedMs = usedMs;
    this.#balanceMs = Math.min(balanceMs, share * periodMs);
    if (balanceMs < 0) {
      // Again at each look: there may be new processes, and others may have let it go on.
      this.#isStopped = true;
      send(guests, 'SIGSTOP');
      if (nodes.isFree(node)) send(this.#pids, 'SIGSTOP');
    } else this.end();
  }

  /** It goes on, unless somebody else has stopped it. */
  end(): void {
    if (!this.#isStopped) return;
    const { node, nodes, guests } = this.#throttling;
    this.#isStopped = false;
    send(guests, 'SIGCONT');
    if (nodes.isFree(node)) send(nodes.pids(node), 'SIGCONT');
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
