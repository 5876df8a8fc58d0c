/**
 * One network namespace for each node, with its own address and host name, on a bridge that
 * dsx itself is on as well. A holder process keeps each alive; it waits for the end of its
 * input, so it ends with dsx.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { TargetError } from '../../base/errors.ts';
import type { NodeId } from '../../fault/fault.ts';
import { temporaryPrefix } from '../process/janitor.ts';
import { addressOf, clientAddress, portOf } from './ruleset.ts';
import { hostPid } from './sandbox.ts';
import { runCommand } from './system-command.ts';

export interface Namespaces {
  /** A process in the node's namespaces, for `nsenter -t`. */
  holder(index: number): number;
  close(): void;
}

type Holder = ChildProcessByStdio<Writable, Readable, null>;

/** @throws TargetError */
export async function openNamespaces(nodes: readonly NodeId[]): Promise<Namespaces> {
  await shareHostNames(nodes);
  const holders: Holder[] = [];
  const close = (): void => {
    for (const holder of holders) holder.stdin.end();
  };
  try {
    for (const node of nodes) holders.push(hold(node));
    await Promise.all(holders.map(readiness));
    const pids = holders.map((holder) => holder.pid ?? 0);
    await forgetDevices(nodes.length);
    await runCommand('ip', ['-batch', '-'], bridgeCommands(pids));
    await Promise.all(
      pids.map((pid, index) =>
        runCommand('nsenter', ['-t', String(pid), '-n', 'ip', '-batch', '-'], ownCommands(index)),
      ),
    );
    return { holder: (index) => pids[index] ?? 0, close };
  } catch (thrown) {
    close();
    throw thrown;
  }
}

function hold(node: NodeId): Holder {
  return spawn(
    'unshare',
    // Mounts that are made in the sandbox later are seen in here as well, and none the other way.
    [
      ...['--net', '--uts', '--mount', '--propagation', 'slave'],
      ...['sh', '-c', 'hostname "$1" && echo ready && read -r _', 'dsx-host', node],
    ],
    { stdio: ['pipe', 'pipe', 'inherit'], detached: true },
  );
}

async function readiness(holder: Holder): Promise<void> {
  holder.stdin.on('error', () => undefined);
  const failed = new Promise<never>((_resolve, reject) => {
    holder.on('error', reject);
    holder.on('exit', (code) => {
      reject(new TargetError(`the namespaces of a node could not be made (status ${code})`));
    });
  });
  // Who holds on to it later does not wait for its end.
  failed.catch(() => undefined);
  await Promise.race([once(holder.stdout, 'data'), failed]);
}

const bridge = 'dsx0';

/** In the sandbox's own network. */
function bridgeCommands(pids: readonly number[]): string {
  return [
    'link set lo up',
    `link add ${bridge} type bridge`,
    `addr add ${clientAddress}/24 dev ${bridge}`,
    `link set ${bridge} up`,
    ...pids.flatMap((pid, index) => [
      `link add ${portOf(index)} type veth peer name eth0 netns ${pid}`,
      `link set ${portOf(index)} master ${bridge} up`,
    ]),
    '',
  ].join('\n');
}

/** In the network of one node. */
function ownCommands(index: number): string {
  return [
    'link set lo up',
    `addr add ${addressOf(index)}/24 dev eth0`,
    'link set eth0 up',
    `route add default via ${clientAddress}`,
    '',
  ].join('\n');
}

/** Every node by its name, in every namespace: mounted before they split off. */
async function shareHostNames(nodes: readonly NodeId[]): Promise<void> {
  await runCommand('mount', ['--make-rshared', '/']);
  await forgetHostNames();
  const folder = await mkdtemp(temporaryPrefix('hosts', hostPid()));
  try {
    const file = join(folder, 'hosts');
    const lines = nodes.map((node, index) => `${addressOf(index)} ${node}`);
    await writeFile(file, ['127.0.0.1 localhost', '::1 localhost', ...lines, ''].join('\n'));
    await runCommand('mount', ['--bind', file, '/etc/hosts']);
  } finally {
    // The mount holds the file; on the disk it is not needed any more.
    await rm(folder, { recursive: true, force: true });
  }
}

/** Those of an earlier run in this sandbox: nothing can be mounted over a file that is gone. */
async function forgetHostNames(): Promise<void> {
  const mounts = await readFile('/proc/self/mountinfo', 'utf8');
  for (const line of mounts.split('\n')) {
    const [, , , root = '', point] = line.split(' ');
    if (point === '/etc/hosts' && root.endsWith('//deleted'))
      await runCommand('umount', ['/etc/hosts']);
  }
}

/** The bridge and the ports of an earlier run in this sandbox. */
async function forgetDevices(count: number): Promise<void> {
  const shown = await runCommand('ip', ['-o', 'link', 'show']);
  const there = new Set([...shown.matchAll(/^\d+: ([^:@]+)/gm)].map(([, name]) => name));
  const ours = [bridge, ...Array.from({ length: count }, (_, index) => portOf(index))];
  // A port goes by itself with the namespace of its node, perhaps in this moment.
  for (const name of ours.filter((one) => there.has(one)))
    await runCommand('ip', ['link', 'delete', name]).catch(() => undefined);
}
