/**
 * `Clocks` for nodes that are processes of this machine: each process of a node gets a wall
 * clock of its own. The host's clock is never touched.
 *
 * A skew belongs to the node, as a wrong clock belongs to a host: it outlives kill and restart
 * and holds for every process of the node, whenever it starts. While a node is skewed, its
 * processes are looked at twenty times a second and new ones patched; a process is true to the
 * real time for at most that long after its start. A pause is respected: a stopped process is
 * patched as it stands and stays stopped.
 */
import { messageOf, TargetError } from '../../base/errors.js';
import { forgetProcess, readSkew, writeSkew } from './patch.js';
import { clocksUnsupported } from './probe.js';
import { ProcessGone } from './process-memory.js';
import { offsetAtNs } from './stub.js';
export function createProcessClocks(options) {
  return new VdsoClocks(options);
}
const watchIntervalMs = 50;
/** Children may be forked while their parents are being patched. */
const roundsMax = 20;
/** Processes of one node that differ by more than this do not share one clock. */
const disagreementMaxMs = 1;
class VdsoClocks {
  #options;
  /** The skew of every node that was ever set; a true clock stays in, so that it is upheld. */
  #wanted = new Map();
  #troubles = new Map();
  #unsupported;
  #watch;
  constructor(options) {
    this.#options = options;
  }
  unsupported() {
    this.#unsupported ??= clocksUnsupported();
    return this.#unsupported;
  }
  async set(node, skew, signal) {
    signal.throwIfAborted();
    const obstacle = await this.unsupported();
    if (obstacle !== undefined) throw new TargetError(obstacle);
    signal.throwIfAborted();
    const offsetNs = BigInt(Math.round(skew.offsetMs * 1000)) * 1000n;
    this.#wanted.set(node, { offsetNs, baseNs: realNowNs(), rate: skew.rate });
    this.#troubles.delete(node);
    this.#uphold(node);
    this.#watchIfNeeded();
  }
  async readOffsetMs(node, signal) {
    signal.throwIfAborted();
    const trouble = this.#troubles.get(node);
    if (trouble !== undefined)
      throw new TargetError(`the clock of ${node} could not be kept skewed: ${trouble}`);
    if (this.#wanted.has(node)) this.#uphold(node);
    const offsetsMs = this.#options.pids(node).flatMap(readOffsetOf);
    const [first] = offsetsMs;
    if (first === undefined)
      throw new TargetError(`the clock of ${node} cannot be read: none of its processes runs`);
    const spreadMs = Math.max(...offsetsMs) - Math.min(...offsetsMs);
    if (spreadMs > disagreementMaxMs)
      throw new TargetError(
        `the processes of ${node} disagree about the time: offsets ${offsetsMs.join(', ')} ms`,
      );
    return first;
  }
  close() {
    clearInterval(this.#watch);
    this.#watch = undefined;
  }
  /** Gives every process of the node the clock that is wanted, also those forked meanwhile. */
  #uphold(node) {
    const slot = this.#wanted.get(node);
    if (slot === undefined) return;
    const skipped = new Set();
    for (let round = 0; round < roundsMax; round += 1) {
      const pids = this.#options.pids(node).filter((pid) => !skipped.has(pid));
      const wrong = pids.filter((pid) => !hasSkew(pid, slot));
      if (wrong.length === 0) return;
      for (const pid of wrong) if (!this.#write(node, pid, slot)) skipped.add(pid);
    }
    throw new TargetError(
      `the processes of ${node} start faster than their clocks can be skewed (${roundsMax} rounds)`,
    );
  }
  /** False if it ended, or is between two programs: the next look will show which. */
  #write(node, pid, slot) {
    try {
      writeSkew(pid, slot, () => this.#options.isPaused?.(node) ?? false);
      return true;
    } catch (error) {
      if (!(error instanceof ProcessGone)) throw error;
      forgetProcess(pid);
      return false;
    }
  }
  #watchIfNeeded() {
    const isNeeded = [...this.#wanted.values()].some((slot) => !isTrue(slot));
    if (!isNeeded) this.close();
    else if (this.#watch === undefined) {
      this.#watch = setInterval(() => {
        this.#look();
      }, watchIntervalMs);
      // A skewed node must not keep dsx alive.
      this.#watch.unref();
    }
  }
  #look() {
    for (const node of this.#wanted.keys())
      try {
        this.#uphold(node);
      } catch (error) {
        this.#troubles.set(node, messageOf(error));
      }
  }
}
/** True also of a process that is gone, and of an unpatched one that should have true time. */
function hasSkew(pid, wanted) {
  try {
    const slot = readSkew(pid);
    if (slot === undefined) return isTrue(wanted);
    if (isTrue(slot) && isTrue(wanted)) return true;
    return (
      slot.offsetNs === wanted.offsetNs &&
      slot.baseNs === wanted.baseNs &&
      Math.abs(slot.rate - wanted.rate) < 1e-9
    );
  } catch (error) {
    if (error instanceof ProcessGone) return true;
    throw error;
  }
}
/** One number, or none for a process that is gone. */
function readOffsetOf(pid) {
  try {
    const slot = readSkew(pid);
    return [slot === undefined ? 0 : Number(offsetAtNs(slot, realNowNs()) / 1000n) / 1000];
  } catch (error) {
    if (error instanceof ProcessGone) return [];
    throw error;
  }
}
function isTrue(slot) {
  return slot.offsetNs === 0n && slot.rate === 0;
}
function realNowNs() {
  return BigInt(Date.now()) * 1000000n;
}
