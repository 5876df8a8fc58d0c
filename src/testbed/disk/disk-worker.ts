/**
 * The process behind the disks of a run: mounts a file system for each node and answers the
 * kernel's questions about it. It is a process of its own because whoever serves a file system
 * must never wait for it.
 *
 * Reads lines of JSON on stdin (`DiskOrder`), answers each with a line of JSON (`DiskReply`).
 */
import { spawnSync } from 'node:child_process';
import { openSync, read, writeSync } from 'node:fs';
import { constants } from 'node:os';
import { createInterface } from 'node:readline';
import { messageOf } from '../../base/errors.ts';
import type { DiskEffect, PowerLoss } from '../../fault/disk.ts';
import type { NodeId } from '../../fault/fault.ts';
import { type LossCounts, type StrikeCounts, Volume } from './volume.ts';
import { ask, readRequest, requestBytesMax } from './wire.ts';

/** The first argument, as JSON. */
export interface DiskSetup {
  readonly seed: number;
  readonly disks: readonly {
    readonly node: NodeId;
    /** An empty folder. */
    readonly mountPoint: string;
    /** A folder of the host's that has room for what the disk holds. */
    readonly folder: string;
  }[];
}

export type DiskOrder = { readonly node: NodeId } & (
  | { readonly do: 'set'; readonly effect: DiskEffect | null }
  | { readonly do: 'lose-power'; readonly loss: PowerLoss }
  | { readonly do: 'settle' }
);

export type DiskReply =
  | { readonly ok: true; readonly strikes?: StrikeCounts; readonly lost?: LossCounts }
  | { readonly ok: false; readonly error: string };

const { seed, disks } = JSON.parse(process.argv[2] ?? '') as DiskSetup;
const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
const volumes = new Map<NodeId, Volume>();

try {
  for (const [i, { node, mountPoint, folder }] of disks.entries()) {
    const volume = new Volume(folder, owner, seed + i);
    volumes.set(node, volume);
    const device = mounted(mountPoint);
    // One request is fetched while another is answered.
    for (let reader = 0; reader < 2; reader += 1) serve(device, volume);
  }
  say({ ok: true });
} catch (error) {
  say({ ok: false, error: messageOf(error) });
}
createInterface({ input: process.stdin })
  .on('line', (line) => {
    say(obey(JSON.parse(line) as DiskOrder));
  })
  // dsx is gone. An exit would wait for the reads that are under way.
  .on('close', () => process.kill(process.pid, 'SIGKILL'));

function obey(order: DiskOrder): DiskReply {
  const volume = volumes.get(order.node);
  if (volume === undefined) return { ok: false, error: `there is no disk of ${order.node}` };
  switch (order.do) {
    case 'set': {
      const strikes = volume.counts;
      volume.set(order.effect);
      return { ok: true, strikes };
    }
    case 'lose-power':
      return { ok: true, lost: volume.losePower(order.loss) };
    case 'settle':
      volume.settle();
      return { ok: true };
  }
}

/** Mounts a file system and returns the descriptor on which its questions come. */
function mounted(mountPoint: string): number {
  const device = openSync('/dev/fuse', 'r+');
  const options = [
    ...['fd=3', 'rootmode=40000', `user_id=${owner.uid}`, `group_id=${owner.gid}`],
    // Programs of a node may run as other users; the kernel checks their rights.
    ...['default_permissions', 'allow_other'],
  ];
  // `mount` inherits the descriptor; what is attached is the open file, and that is shared.
  const { status, stderr } = spawnSync(
    'mount',
    ['-i', '-t', 'fuse', '-o', options.join(','), 'dsx-disk', mountPoint],
    { stdio: ['ignore', 'inherit', 'pipe', device], encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`cannot mount a disk on ${mountPoint}: ${stderr.trim()}`);
  return device;
}

function serve(device: number, volume: Volume): void {
  const bytes = Buffer.allocUnsafeSlow(requestBytesMax);
  const { EINTR, EAGAIN, ENOENT } = constants.errno;
  const next = (): void => {
    read(device, bytes, 0, bytes.length, null, (error, length) => {
      if (error === null) answer(device, volume, bytes.subarray(0, length));
      // ENOENT: a request was taken back. Any other error: the disk was unmounted.
      else if (![EINTR, EAGAIN, ENOENT].includes(-(error.errno ?? 0))) return;
      next();
    });
  };
  next();
}

function answer(device: number, volume: Volume, bytes: Buffer): void {
  const request = readRequest(bytes);
  const { bytes: reply, delayMs } = volume.answer(request);
  if (reply === undefined || request.opcode === ask.destroy) return;
  const send = (): void => {
    try {
      writeSync(device, reply);
    } catch {
      // Who asked is gone, or the disk is.
    }
  };
  if (delayMs > 0) setTimeout(send, delayMs);
  else send();
}

function say(reply: DiskReply): void {
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
