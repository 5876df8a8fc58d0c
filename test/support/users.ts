/** Who tests take: root and an ordinary user, or, where there is no root, the user that runs them. */
import { type SandboxNetwork, sandboxed } from '../../src/testbed/netns/sandbox.ts';

/** The ordinary user that a test by root takes. */
const ordinary = { uid: 65_534, gid: 65_534 };
const isRoot = process.getuid?.() === 0;

export const users = isRoot ? ['root', 'an ordinary user'] : ['an ordinary user'];

/** The command line of a sandbox that this user would make. */
export function sandboxedAs(
  user: string,
  command: readonly string[],
  network: SandboxNetwork,
): readonly [string, ...string[]] {
  const unshared = sandboxed(command, network);
  if (!isRoot || user === 'root') return unshared;
  const at = unshared.indexOf('unshare');
  const [first, ...before] = unshared.slice(0, at + 1);
  return [
    'setpriv',
    ...['--reuid', `${ordinary.uid}`, '--regid', `${ordinary.gid}`, '--clear-groups'],
    first ?? '',
    ...before,
    ...['--user', '--map-root-user'],
    ...unshared.slice(at + 1),
  ];
}
