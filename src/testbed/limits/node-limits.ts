/**
 * `Limits` for nodes that are processes of this machine: by control groups of the kernel's where
 * this user may have them, and otherwise, for processor time, by stopping and continuing. Every
 * limit is seen to hold: on a process of dsx's own beside the node, and at its end on the node.
 */
import { messageOf, TargetError, UsageError } from '../../base/errors.ts';
import { plural } from '../../base/text.ts';
import type { LimitedResource, Limits } from '../../contract/testbed.ts';
import type { NodeId } from '../../fault/fault.ts';
import { isEnding } from '../clock/process-tree.ts';
import { type Burner, seeThrottled, startBurner } from './burner.ts';
import { Cgroup } from './cgroup.ts';
import { CpuThrottle, type ThrottledNodes } from './cpu-throttle.ts';
import { CpuTime } from './cpu-time.ts';
import { limitObstacle, surveyCgroups } from './survey.ts';

export interface NodeLimits extends Limits {
  /** Must have resolved before the first node is started. @throws TargetError */
  start(): Promise<void>;
  /** A node has this new process: call it in the tick of the spawn. */
  joined(node: NodeId, pid: number): void;
  /** No process of a node may be left. */
  stop(): Promise<void>;
}

export interface NodeLimitsOptions extends ThrottledNodes {
  readonly nodes: readonly NodeId[];
  /** What the faults of the run will limit. */
  readonly limited: readonly LimitedResource[];
  /** Marks the groups: no spaces, no slashes. Begins with the number of dsx on the host. */
  readonly runMark: string;
  /** Never the kernel's groups for processor time, even where they can be had. */
  readonly withoutGroups?: boolean;
}

/** Nothing is started yet. */
export function createNodeLimits(options: NodeLimitsOptions): NodeLimits {
  return new ProcessLimits(options);
}

/** A processor limit in force. */
interface Slowed {
  readonly share: number;
  readonly time: CpuTime;
  readonly sinceMs: number;
  readonly watch: ReturnType<typeof setInterval>;
}

/** How often it is looked at what a slowed node has used: its processes may come and go. */
const watchMs = 50;
/** Times are counted in hundredths of a second, and each process may be over by one look. */
const slackMs = 300;
const mebibyte = 2 ** 20;

class ProcessLimits implements NodeLimits {
  readonly #options: NodeLimitsOptions;
  readonly #throttle: CpuThrottle;
  /** Of each resource, the group of each node. */
  readonly #groups = new Map<LimitedResource, Map<NodeId, Cgroup>>();
  readonly #slowed = new Map<NodeId, Slowed>();
  readonly #killedBefore = new Map<NodeId, number>();
  readonly #squeezed = new Set<NodeId>();

  constructor(options: NodeLimitsOptions) {
    this.#options = options;
    this.#throttle = new CpuThrottle(options);
  }

  async unsupported(resource: LimitedResource): Promise<string | undefined> {
    const obstacle = await limitObstacle(resource);
    return obstacle === undefined
      ? undefined
      : `${resource === 'cpu' ? 'processor time' : 'memory'} cannot be limited here: ${obstacle.found}\nto allow it: ${obstacle.advice}`;
  }

  async start(): Promise<void> {
    const { limited, nodes, runMark, withoutGroups = false } = this.#options;
    for (const resource of limited) {
      if (resource === 'cpu' && withoutGroups) continue;
      const survey = await surveyCgroups(resource);
      if (!('place' in survey)) continue;
      const groups = new Map<NodeId, Cgroup>();
      this.#groups.set(resource, groups);
      for (const node of nodes) {
        const group = new Cgroup(survey.place, `dsx-${runMark}-${resource}-${node}`);
        groups.set(node, group);
        if (resource === 'cpu') group.limitCpu(null);
        else group.limitMemory(null);
      }
    }
  }

  joined(node: NodeId, pid: number): void {
    for (const groups of this.#groups.values()) groups.get(node)?.add(pid);
  }

  mayCrash(node: NodeId): boolean {
    return this.#squeezed.has(node);
  }

  async setCpu(node: NodeId, share: number | null, signal: AbortSignal): Promise<string> {
    signal.throwIfAborted();
    this.#refuseUnplanned('cpu');
    return share === null ? this.#free(node) : this.#slow(node, share);
  }

  async setMemory(
    node: NodeId,
    headroomBytes: number | null,
    signal: AbortSignal,
  ): Promise<string> {
    signal.throwIfAborted();
    this.#refuseUnplanned('memory');
    const group = this.#groups.get('memory')?.get(node);
    if (group === undefined) throw new UsageError((await this.unsupported('memory')) ?? '');
    return headroomBytes === null
      ? this.#release(node, group)
      : this.#squeeze(node, group, headroomBytes);
  }

  async stop(): Promise<void> {
    for (const [node, { watch }] of this.#slowed) {
      clearInterval(watch);
      this.#throttle.stop(node);
    }
    this.#slowed.clear();
    const groups = [...this.#groups.values()].flatMap((ofNodes) => [...ofNodes.values()]);
    this.#groups.clear();
    await Promise.all(groups.map((group) => group.remove()));
  }

  async #slow(node: NodeId, share: number): Promise<string> {
    const group = this.#groups.get('cpu')?.get(node);
    const burner = await startBurner();
    try {
      const [ranMs, passedMs] = await this.#seeSlow(node, share, group, burner);
      const how = group === undefined ? 'SIGSTOP and SIGCONT' : 'a control group';
      return `${node}: by ${how}; a process beside it seen to run ${ranMs.toFixed(0)} of ${passedMs.toFixed(0)} ms`;
    } finally {
      burner.end();
      // Without the other process, which is about to be gone.
      if (group === undefined && this.#slowed.has(node)) this.#throttle.start(node, share);
    }
  }

  async #seeSlow(
    node: NodeId,
    share: number,
    group: Cgroup | undefined,
    burner: Burner,
  ): Promise<[number, number]> {
    this.#watch(node, share);
    if (group === undefined) this.#throttle.start(node, share, [burner.pid]);
    else {
      group.add(burner.pid);
      group.limitCpu(share);
      this.#seeMembers(node, group);
      const found = group.cpuShare();
      if (found === null || Math.abs(found - share) > 0.011)
        throw new TargetError(
          `the group of ${node} has ${found ?? 'no'} limit instead of ${share}`,
        );
    }
    return seeThrottled(burner.pid, share);
  }

  #watch(node: NodeId, share: number): void {
    clearInterval(this.#slowed.get(node)?.watch);
    const time = new CpuTime();
    time.look(this.#options.pids(node));
    const watch = setInterval(() => {
      time.look(this.#options.pids(node));
    }, watchMs);
    watch.unref();
    this.#slowed.set(node, { share, time, sinceMs: performance.now(), watch });
  }

  /** @throws TargetError if the node ran more than its share. */
  #free(node: NodeId): string {
    const slowed = this.#slowed.get(node);
    if (slowed === undefined) return `${node} was not slowed`;
    const { share, time, sinceMs, watch } = slowed;
    const usedMs = time.look(this.#options.pids(node));
    const passedMs = performance.now() - sinceMs;
    clearInterval(watch);
    this.#slowed.delete(node);
    const group = this.#groups.get('cpu')?.get(node);
    if (group === undefined) this.#throttle.stop(node);
    else {
      group.limitCpu(null);
      if (group.cpuShare() !== null)
        throw new TargetError(`the group of ${node} still has a limit on its processor time`);
    }
    const seen = `${(usedMs / 1000).toFixed(2)} s of processor time in ${(passedMs / 1000).toFixed(1)} s`;
    if (usedMs > share * passedMs * 1.2 + slackMs)
      throw new TargetError(
        `the fault of the processor of ${node} did not hold: it used ${seen}, which is more than ${share} of a core`,
      );
    return `${node} used ${seen}, and is free again`;
  }

  #squeeze(node: NodeId, group: Cgroup, headroomBytes: number): string {
    this.#seeMembers(node, group);
    this.#squeezed.add(node);
    this.#killedBefore.set(node, group.killedForMemory());
    const heldBytes = group.memoryHeld();
    const limitBytes = heldBytes + headroomBytes;
    try {
      group.limitMemory(limitBytes);
    } catch (cause) {
      throw new TargetError(`the memory of ${node} cannot be limited: ${messageOf(cause)}`, {
        cause,
      });
    }
    const found = group.memoryLimit();
    if (Math.abs(found - limitBytes) > mebibyte)
      throw new TargetError(`the group of ${node} has the limit ${found} instead of ${limitBytes}`);
    return `${node}: holds ${mebibytes(heldBytes)}, limit read back as ${mebibytes(found)}`;
  }

  #release(node: NodeId, group: Cgroup): string {
    group.limitMemory(null);
    if (Number.isFinite(group.memoryLimit()))
      throw new TargetError(`the group of ${node} still has a limit on its memory`);
    const killed = group.killedForMemory() - (this.#killedBefore.get(node) ?? 0);
    return `${node}: ${plural(killed, 'process', 'processes')} killed for lack of memory; no limit any more`;
  }

  /** Every process of the node is in its group. */
  #seeMembers(node: NodeId, group: Cgroup): void {
    const members = group.members();
    // Looked at first: what has ended since is in neither.
    const strays = this.#options.pids(node).filter((pid) => !members.includes(pid));
    for (const pid of strays) group.add(pid);
    const rest = group.members();
    const outside = this.#options.pids(node).filter((pid) => !rest.includes(pid) && !isEnding(pid));
    if (outside.length > 0)
      throw new TargetError(
        `processes of ${node} are not in its control group: ${outside.join(', ')}`,
      );
  }

  #refuseUnplanned(resource: LimitedResource): void {
    if (this.#options.limited.includes(resource)) return;
    throw new UsageError(
      `the nodes of this run have no ${resource} that can be limited: name the nemesis "${resource}" in the plan of the run`,
    );
  }
}

function mebibytes(bytes: number): string {
  return `${(bytes / mebibyte).toFixed(1)} MiB`;
}
