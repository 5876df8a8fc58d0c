/** Can this user have a sandbox on this machine? Found out by making one, and if not, why not. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { missingCommands, systemPath } from '../find-command.js';
import { sandboxed } from './sandbox.js';

/** What the testbed calls, and the Debian packages that have it. */
const tools = [
  { command: 'unshare', debianPackage: 'util-linux' },
  { command: 'nsenter', debianPackage: 'util-linux' },
  { command: 'setpriv', debianPackage: 'util-linux' },
  { command: 'mount', debianPackage: 'mount' },
  { command: 'hostname', debianPackage: 'hostname' },
  { command: 'ip', debianPackage: 'iproute2' },
  { command: 'nft', debianPackage: 'nftables' },
];
/** What a run needs of the kernel, step by step; the number of the step that failed is told. */
const trial = `
step() { n=$1; shift; "$@" >/dev/null 2>/tmp/dsx-trial.$$ || { s=$?; echo "$n $(cat /tmp/dsx-trial.$$)"; exit $s; }; }
mount -t tmpfs dsx /tmp 2>/dev/null || { echo "mount mounts are not allowed"; exit 1; }
step bridge ip link add dsx0 type bridge
step veth ip link add v1 type veth peer name v2
step nft nft add table bridge dsx
step egress nft 'add table netdev dsx; add chain netdev dsx e { type filter hook egress device v1 priority 0; }'
echo fine
`;
/** Undefined: the testbed netns can be had. */
export async function sandboxObstacle() {
  if (process.platform !== 'linux')
    return {
      found: `network namespaces are Linux's, and this is ${process.platform}`,
      advice: 'run dsx in a Linux virtual machine',
    };
  const missing = missingCommands(tools);
  if (missing !== undefined) return missing;
  const [command, ...args] = sandboxed(['sh', '-c', trial]);
  const { stdout, stderr } = await execa(command, args, {
    reject: false,
    timeout: 10_000,
    env: { PATH: systemPath() },
  });
  if (stdout.trim() === 'fine') return undefined;
  return stdout === '' ? namespaceObstacle(stderr) : kernelObstacle(stdout.trim());
}
/** `unshare` itself failed. */
function namespaceObstacle(stderr) {
  const said = stderr.trim().split('\n')[0] ?? '';
  if (setting('user/max_user_namespaces') === '0')
    return {
      found: 'the system allows no user namespaces (user.max_user_namespaces is 0)',
      advice: 'sudo sysctl -w user.max_user_namespaces=15000, or run dsx as root',
    };
  if (setting('kernel/unprivileged_userns_clone') === '0')
    return {
      found: 'ordinary users may not make user namespaces (kernel.unprivileged_userns_clone is 0)',
      advice: 'sudo sysctl -w kernel.unprivileged_userns_clone=1, or run dsx as root',
    };
  return {
    found: `namespaces cannot be made: ${said === '' ? 'no reason was given' : said}`,
    advice:
      process.getuid?.() === 0
        ? 'in a container, start it with: docker run --privileged'
        : 'run dsx as root; in a container, start it with: docker run --privileged',
  };
}
/** The namespaces were there, and something in them was refused. */
function kernelObstacle(said) {
  if (setting('kernel/apparmor_restrict_unprivileged_userns') === '1')
    return {
      found: `AppArmor takes the rights from the user namespaces of ordinary users (${said})`,
      advice: 'sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0, or run dsx as root',
    };
  const [step = '', ...rest] = said.split(' ');
  const modules = {
    bridge: 'bridge',
    veth: 'veth',
    nft: 'nf_tables_bridge',
    egress: 'nf_tables',
  };
  const module = modules[step];
  return {
    found: `the kernel refused a step of the sandbox (${step}): ${rest.join(' ')}`,
    advice:
      module === undefined
        ? 'run dsx as root; in a container, start it with: docker run --privileged'
        : `load the module: sudo modprobe ${module}`,
  };
}
function setting(name) {
  try {
    return readFileSync(join('/proc/sys', name), 'utf8').trim();
  } catch {
    return undefined;
  }
}
