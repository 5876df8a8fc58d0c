/** Can this user have disks that fail on this machine? Found out by mounting one. */
import { closeSync, existsSync, openSync } from 'node:fs';
import { execa } from 'execa';
import { missingCommands, type Obstacle, systemPath } from '../find-command.ts';
import { isInSandbox, sandboxed } from '../netns/sandbox.ts';

const device = '/dev/fuse';

/**
 * A mount of which nobody answers the questions: that needs no more than the right to. A folder
 * of its own over /tmp hides it from whoever might look into it.
 */
const trial = `
mount -t tmpfs dsx /tmp && mkdir /tmp/disk || exit 1
exec 3<>${device} || exit 1
mount -i -t fuse -o fd=3,rootmode=40000,user_id=$(id -u),group_id=$(id -g),allow_other dsx-disk /tmp/disk || exit 1
umount -l /tmp/disk
echo fine
`;

/** Undefined: disks can be made to fail. */
export async function diskObstacle(): Promise<Obstacle | undefined> {
  if (process.platform !== 'linux')
    return {
      found: `disks that fail need FUSE as Linux has it, and this is ${process.platform}`,
      advice: 'run dsx in a Linux virtual machine',
    };
  const missing = missingCommands([
    { command: 'mount', debianPackage: 'mount' },
    { command: 'unshare', debianPackage: 'util-linux' },
    { command: 'setpriv', debianPackage: 'util-linux' },
  ]);
  return missing ?? deviceObstacle() ?? (await mountObstacle());
}

/** For an error message. */
export async function disksUnsupported(): Promise<string | undefined> {
  const obstacle = await diskObstacle();
  return obstacle === undefined
    ? undefined
    : `disks cannot be made to fail here: ${obstacle.found}\nto allow it: ${obstacle.advice}`;
}

function deviceObstacle(): Obstacle | undefined {
  const inContainer = 'in a container, start it with: docker run --device /dev/fuse --privileged';
  if (!existsSync(device))
    return { found: `there is no ${device}`, advice: `sudo modprobe fuse; ${inContainer}` };
  try {
    closeSync(openSync(device, 'r+'));
    return undefined;
  } catch {
    return {
      found: `this user may not open ${device}`,
      advice: `sudo chmod 0666 ${device}; ${inContainer}`,
    };
  }
}

async function mountObstacle(): Promise<Obstacle | undefined> {
  const shell = ['sh', '-c', trial] as const;
  const [command, ...args] = isInSandbox()
    ? (['unshare', '--mount', ...shell] as const)
    : sandboxed(shell, 'host');
  const { stdout, stderr } = await execa(command, args, {
    reject: false,
    timeout: 10_000,
    env: { PATH: systemPath() },
  });
  if (stdout.trim() === 'fine') return undefined;
  const said = stderr.trim().split('\n')[0] ?? '';
  return {
    found: `a FUSE file system cannot be mounted: ${said === '' ? 'no reason was given' : said}`,
    advice:
      process.getuid?.() === 0
        ? 'in a container, start it with: docker run --device /dev/fuse --privileged'
        : 'run dsx as root, or allow user namespaces (dsx doctor says how, at testbed netns)',
  };
}
