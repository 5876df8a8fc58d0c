/**
 * `Disks` for nodes that are processes of this machine. If a run has faults of disks, each
 * node's data folder is a file system of dsx's own, and every fault is seen to have taken hold
 * through the kernel, as the node would see it. If not, data folders are what they are, and
 * only their files can be damaged while the node is down.
 */
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { assert } from '../../base/assert.ts';
import { messageOf, TargetError, UsageError } from '../../base/errors.ts';
import { plural } from '../../base/text.ts';
import type { Disks } from '../../contract/testbed.ts';
import type { DiskEffect, FileDamage, PowerLoss } from '../../fault/disk.ts';
import type { NodeId } from '../../fault/fault.ts';
import { isInSandbox } from '../netns/sandbox.ts';
import { runCommand } from '../netns/system-command.ts';
import { damageFiles } from './damage.ts';
import { DiskProbe } from './disk-probe.ts';
import { DiskProcess } from './disk-process.ts';
import { disksUnsupported } from './survey.ts';
import type { LossCounts } from './volume.ts';

export interface NodeDisks extends Disks {
  /** The data folders must be there, and empty. @throws TargetError */
  start(): Promise<void>;
  /** What the node has on its disk now survives a loss of power. */
  settle(node: NodeId): Promise<void>;
  /** True if a fault of its disk has given the node a reason to end by itself. */
  mayCrash(node: NodeId): boolean;
  /** No process may use the disks any more. What they hold is gone, unless copied before. */
  stop(): Promise<void>;
}

export interface NodeDisksOptions {
  readonly nodes: readonly NodeId[];
  /** Absolute. */
  readonly dataFolder: (node: NodeId) => string;
  /** True: each data folder is on a disk that can fail. It needs the sandbox. */
  readonly canFail: boolean;
  /** Draws which operations are struck. */
  readonly seed: number;
  /** The data is to be there after the end of the run. */
  readonly keepsData?: boolean;
}

/** Nothing is started yet. */
export function createNodeDisks(options: NodeDisksOptions): NodeDisks {
  return new FailingDisks(options);
}

/** What statfs(2) says of FUSE. */
const fuseMagic = 0x65735546;

class FailingDisks implements NodeDisks {
  readonly #options: NodeDisksOptions;
  readonly #struck = new Set<NodeId>();
  #process: DiskProcess | undefined;
  #unsupported: Promise<string | undefined> | undefined;

  constructor(options: NodeDisksOptions) {
    this.#options = options;
  }

  unsupported(): Promise<string | undefined> {
    this.#unsupported ??= disksUnsupported();
    return this.#unsupported;
  }

  async start(): Promise<void> {
    const { canFail, nodes, seed, dataFolder } = this.#options;
    if (!canFail) return;
    assert(isInSandbox(), 'disks may be mounted in the sandbox only, never on the host');
    this.#process = await DiskProcess.start({
      seed,
      disks: nodes.map((node) => {
        const mountPoint = dataFolder(node);
        // Beside the mount, on the disk that the data would have been on. A path that leads
        // through the mount would have the process wait for itself.
        return { node, mountPoint, folder: dirname(mountPoint) };
      }),
    });
    for (const node of nodes) await this.#probe(node).works();
  }

  async settle(node: NodeId): Promise<void> {
    await this.#process?.order({ node, do: 'settle' });
  }

  mayCrash(node: NodeId): boolean {
    return this.#struck.has(node);
  }

  async set(node: NodeId, effect: DiskEffect | null, signal: AbortSignal): Promise<string> {
    signal.throwIfAborted();
    const disk = this.#disk();
    const probe = this.#probe(node);
    if (effect === null) {
      const { strikes } = await disk.order({ node, do: 'set', effect });
      await probe.works();
      const { operations = 0, struck = 0 } = strikes ?? {};
      return `${node}: ${struck} of ${plural(operations, 'disk operation')} struck; its disk works again`;
    }
    // One that is in force already would be met by the probe.
    await disk.order({ node, do: 'set', effect: null });
    await probe.works();
    if (effect.kind !== 'slow') this.#struck.add(node);
    await disk.order({ node, do: 'set', effect });
    return `${node}: ${await probe.shows(effect)}`;
  }

  async losePower(node: NodeId, loss: PowerLoss, signal: AbortSignal): Promise<string> {
    signal.throwIfAborted();
    const disk = this.#disk();
    await this.#onDisk(node);
    const probe = this.#probe(node);
    await probe.beforeLoss();
    const { lost } = await disk.order({ node, do: 'lose-power', loss });
    await probe.afterLoss();
    assert(lost !== undefined, 'a loss of power is told in numbers');
    return `${node}: ${lossText(lost)}`;
  }

  async damage(node: NodeId, damage: FileDamage, signal: AbortSignal): Promise<string> {
    signal.throwIfAborted();
    this.#struck.add(node);
    return `${node}: ${await damageFiles(this.#options.dataFolder(node), damage)}`;
  }

  async stop(): Promise<void> {
    const disk = this.#process;
    this.#process = undefined;
    if (disk === undefined) return;
    try {
      for (const node of this.#options.nodes) await this.#unmount(node);
    } finally {
      disk.kill();
    }
  }

  async #unmount(node: NodeId): Promise<void> {
    const folder = this.#options.dataFolder(node);
    const copy = `${folder}.kept`;
    if (this.#options.keepsData === true)
      await runCommand('cp', ['--archive', '--sparse=always', folder, copy]);
    // Lazily: somebody may still stand in it.
    await runCommand('umount', ['--lazy', folder]);
    if (this.#options.keepsData !== true) return;
    await runCommand('rmdir', [folder]);
    await runCommand('mv', [copy, folder]);
  }

  #disk(): DiskProcess {
    if (this.#process !== undefined) return this.#process;
    throw new UsageError(
      'the data folders of this run are on an ordinary disk, which cannot be made to fail: name the nemesis "disk" in the plan of the run',
    );
  }

  #probe(node: NodeId): DiskProbe {
    return new DiskProbe(node, this.#options.dataFolder(node));
  }

  async #onDisk(node: NodeId): Promise<void> {
    const folder = this.#options.dataFolder(node);
    try {
      if ((await statfs(folder)).type === fuseMagic) return;
    } catch (cause) {
      throw new TargetError(`the disk of ${node} is gone: ${messageOf(cause)}`, { cause });
    }
    throw new TargetError(
      `the data folder of ${node} is not on the disk that shall fail: ${folder}`,
    );
  }
}

function lossText({ files, pages, sectorsKept, names }: LossCounts): string {
  if (files === 0 && names === 0) return 'everything was synced, so nothing was lost';
  return [
    `what was not synced is gone: changes of ${plural(files, 'file')} (${plural(pages, 'page')}) and of ${plural(names, 'name')}`,
    ...(sectorsKept === 0 ? [] : [`${plural(sectorsKept, 'sector')} of it kept`]),
  ].join('; ');
}
