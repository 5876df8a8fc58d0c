/**
 * PostgreSQL as a node, as Debian packages it: where its programs are, how it is started in the
 * foreground, and as whom.
 *
 * It refuses to run as root, which dsx is in its sandbox. So it gets a user namespace of its own,
 * in which the owner of its files has another number; and, since what a killed server leaves of
 * System V shared memory would stay on the machine, an IPC namespace of its own too.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NodePlace, NodeProgram, RequiredCommand, ServerSite } from '../../contract/target.ts';

export const postgresPort = 5432;
export const postgresUser = 'postgres';

const versionsFolder = '/usr/lib/postgresql';

/** A program of the newest PostgreSQL; Debian keeps them where no PATH leads. */
export function postgresProgram(name: string): string {
  const versions = installedVersions().toSorted((a, b) => b - a);
  const [newest] = versions;
  return newest === undefined ? name : join(versionsFolder, String(newest), 'bin', name);
}

function installedVersions(): readonly number[] {
  try {
    return readdirSync(versionsFolder).map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

export const postgresCommands: readonly RequiredCommand[] = [
  { command: postgresProgram('postgres'), debianPackage: 'postgresql' },
];

/**
 * What `unshare` is told, so that its command runs as somebody who is not root: a user whom this
 * machine knows, for PostgreSQL asks for its name. A bare machine has no user but those of its
 * packages.
 */
export function asOrdinaryUser(): readonly string[] {
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const known =
    users.find(([, , uid]) => uid === '1000') ??
    users.find(([name]) => name === postgresUser) ??
    users.find(([name]) => name === 'nobody');
  const uid = known?.[2] ?? '1000';
  return ['--user', `--map-user=${uid}`, `--map-group=${uid}`];
}

/** Runs `command` as somebody who is not root and yet owns the node's files. */
export function notAsRoot(command: string, args: readonly string[]): NodeProgram {
  return {
    command: 'unshare',
    args: [...asOrdinaryUser(), '--ipc', command, ...args],
    env: { LC_ALL: 'C' },
  };
}

/** A shell script as `notAsRoot`; `$1` and so on are `args`. */
export function notAsRootScript(script: string, args: readonly string[]): NodeProgram {
  return notAsRoot('sh', ['-c', script, 'dsx-postgres', ...args]);
}

/** Makes the folder `pg` of a new database. */
export function initialDatabase(): NodeProgram {
  const args = ['-D', 'pg', '-A', 'trust', '-U', postgresUser, '-E', 'UTF8'];
  return notAsRoot(postgresProgram('initdb'), [...args, '--locale=C', '--no-sync']);
}

/** Everybody is let in: the network is the node's own. */
export const openDoor = [
  'local all all trust',
  'host all all 0.0.0.0/0 trust',
  'host replication all 0.0.0.0/0 trust',
  '',
].join('\n');

/** The arguments of a server on `pg`, with what `settings` add or change. */
export function serverArguments(
  { address, dataFolder }: NodePlace,
  settings: Readonly<Record<string, string>> = {},
): string[] {
  const all: Readonly<Record<string, string>> = {
    listen_addresses: address,
    port: String(postgresPort),
    unix_socket_directories: '',
    hba_file: join(dataFolder, 'pg_hba.conf'),
    // POSIX shared memory would outlive a killed server; files in its folder do no harm.
    dynamic_shared_memory_type: 'mmap',
    shared_buffers: '16MB',
    deadlock_timeout: '100ms',
    ...settings,
  };
  return [
    '-D',
    'pg',
    ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
}

/** A killed server leaves its number behind, which may be somebody else's by now. */
const serverScript = 'rm -f pg/postmaster.pid; exec "$@"';

/** Starts a server alone on `pg`, whatever killed it before. */
export function startedServer(
  site: ServerSite,
  settings: Readonly<Record<string, string>>,
): NodeProgram {
  const server = [postgresProgram('postgres'), ...serverArguments(site, settings)];
  return notAsRootScript(serverScript, server);
}
