/** `dsx doctor`: what this machine can do, tried and not guessed, and how to get the rest. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { arch, availableParallelism, platform, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../base/errors.ts';
import { createProcessClocks } from '../testbed/clock/process-clocks.ts';
import { diskObstacle } from '../testbed/disk/survey.ts';
import { limitObstacle, surveyCgroups } from '../testbed/limits/survey.ts';
import { loopbackObstacle } from '../testbed/loopback/loopback-hosts.ts';
import { sandboxObstacle } from '../testbed/netns/survey.ts';

export interface Finding {
  readonly what: string;
  readonly ok: boolean;
  /** What was found. */
  readonly found: string;
  /** What would allow it, where it is not ok. */
  readonly advice: string | null;
}

export async function examine(): Promise<readonly Finding[]> {
  return [
    node(),
    machine(),
    runsFolder(),
    testbedStdio(),
    await testbedNetns(),
    await testbedLoopback(),
    guardian(),
    pause(),
    await clock(),
    await disk(),
    await cpu(),
    await memory(),
    python(),
  ];
}

export function findingsText(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map((finding) => finding.what.length));
  return findings
    .map(({ what, ok, found, advice }) => {
      const line = `${ok ? '✓' : '✗'} ${what.padEnd(width)}  ${found}`;
      return advice === null ? line : `${line}\n  ${' '.repeat(width)}  → ${advice}`;
    })
    .join('\n');
}

function node(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const ok = major > 20 || (major === 20 && minor >= 19);
  const advice = ok ? null : 'install Node 20.19 or newer';
  return { what: 'Node', ok, found: process.version, advice };
}

function machine(): Finding {
  const gigabytes = (totalmem() / 2 ** 30).toFixed(0);
  const found = `${platform()} ${release()} ${arch()}, ${availableParallelism()} cores, ${gigabytes} GiB`;
  return { what: 'machine', ok: true, found, advice: null };
}

function runsFolder(): Finding {
  const what = 'run folder';
  try {
    accessSync('.', constants.W_OK);
    return { what, ok: true, found: 'this folder can be written', advice: null };
  } catch (thrown) {
    return {
      what,
      ok: false,
      found: messageOf(thrown),
      advice: 'use --out with a folder that you may write',
    };
  }
}

function testbedStdio(): Finding {
  const what = 'testbed stdio';
  const found = 'nodes as processes; partitions and packet faults in the network of dsx';
  return { what, ok: true, found, advice: null };
}

async function testbedNetns(): Promise<Finding> {
  const what = 'testbed netns';
  const obstacle = await sandboxObstacle();
  if (obstacle !== undefined)
    return { what, ok: false, found: obstacle.found, advice: obstacle.advice };
  const as = process.getuid?.() === 0 ? 'as root' : 'without root, in a user namespace';
  const found = `real servers, a network namespace each, ${as}; the host is not touched`;
  return { what, ok: true, found, advice: null };
}

async function testbedLoopback(): Promise<Finding> {
  const what = 'testbed loopback';
  const obstacle = await loopbackObstacle();
  const found = 'real servers on 127.x.y.z without any privilege, proxies of dsx between them';
  return obstacle === undefined
    ? { what, ok: true, found, advice: null }
    : { what, ok: false, found: obstacle, advice: 'use a Linux machine, container or virtual one' };
}

/** The guardian that ends nodes if dsx itself is killed is a shell script. */
function guardian(): Finding {
  const what = 'clean-up after SIGKILL';
  const tried = spawnSync('sh', ['-c', 'echo ok'], { encoding: 'utf8', timeout: 5_000 });
  const ok = tried.stdout === 'ok\n';
  return ok
    ? { what, ok, found: 'a guardian shell ends the nodes if dsx is killed', advice: null }
    : { what, ok, found: 'sh cannot be started', advice: 'install a POSIX shell' };
}

function pause(): Finding {
  const what = 'nemesis kill, pause';
  const child = spawnSync('sh', ['-c', 'sleep 5 & p=$!; kill -STOP $p && kill -KILL $p'], {
    timeout: 5_000,
  });
  const ok = child.status === 0;
  const found = ok ? 'a process of ours can be stopped and killed' : 'signals do not arrive';
  return { what, ok, found, advice: ok ? null : 'allow signals to processes of the same user' };
}

async function clock(): Promise<Finding> {
  const what = 'nemesis clock';
  const why = await createProcessClocks({ pids: () => [] }).unsupported();
  return why === undefined
    ? { what, ok: true, found: 'the clock of a running process can be skewed', advice: null }
    : { what, ok: false, found: why, advice: 'the other nemeses work without it' };
}

async function disk(): Promise<Finding> {
  const what = 'nemesis disk';
  const obstacle = await diskObstacle();
  if (obstacle !== undefined)
    return { what, ok: false, found: obstacle.found, advice: obstacle.advice };
  const found =
    'disks of nodes can lose what was not synced, fail and be slow (FUSE, in a sandbox)';
  return { what, ok: true, found, advice: null };
}

async function cpu(): Promise<Finding> {
  const what = 'nemesis cpu';
  const obstacle = await limitObstacle('cpu');
  if (obstacle !== undefined)
    return { what, ok: false, found: obstacle.found, advice: obstacle.advice };
  const hasGroups = 'place' in (await surveyCgroups('cpu'));
  const how = hasGroups ? 'a control group' : 'stopping and continuing its processes in turn';
  const found = `the processor time of a node can be limited, by ${how}`;
  return { what, ok: true, found, advice: null };
}

async function memory(): Promise<Finding> {
  const what = 'nemesis memory';
  const obstacle = await limitObstacle('memory');
  if (obstacle !== undefined)
    return { what, ok: false, found: obstacle.found, advice: obstacle.advice };
  return { what, ok: true, found: 'a control group can limit the memory of a node', advice: null };
}

function python(): Finding {
  const what = 'python3 (some examples)';
  const folder = mkdtempSync(join(tmpdir(), 'dsx-doctor-'));
  const tried = spawnSync('python3', ['--version'], {
    encoding: 'utf8',
    timeout: 5_000,
    cwd: folder,
  });
  rmSync(folder, { recursive: true, force: true });
  const ok = tried.status === 0;
  return {
    what,
    ok,
    found: ok ? tried.stdout.trim() : 'not found',
    advice: ok ? null : 'on Debian: apt-get install python3',
  };
}
