/** MariaDB as a node, as Debian packages it: how its data folder is made and it is started. */
import { join } from 'node:path';
import type { SqlConnection } from '../../client/sql/connection.ts';
import { connectMysql } from '../../client/sql/mysql.ts';
import type { NodePlace, NodeProgram, RequiredCommand } from '../../contract/target.ts';

const port = 3306;
const user = 'root';
/** Where the tables of all workloads are. */
export const mariadbDatabase = 'dsx';

export const mariadbCommands: readonly RequiredCommand[] = [
  { command: '/usr/sbin/mariadbd', debianPackage: 'mariadb-server' },
  { command: '/usr/bin/mariadb-install-db', debianPackage: 'mariadb-server' },
];

/** dsx is root in its sandbox, and nobody else is there. */
const asRoot = ['--no-defaults', '--user=root'];
const small = ['--innodb-log-file-size=16M', '--innodb-buffer-pool-size=32M'];

/** Makes the folder `db` of a new database. */
export function initialMariadb({ dataFolder }: NodePlace): NodeProgram {
  // Servers of one number, as namespaces give them, would share their temporary tables.
  const folders = [`--datadir=${join(dataFolder, 'db')}`, `--tmpdir=${dataFolder}`];
  const args = [...asRoot, ...folders, '--auth-root-authentication-method=normal'];
  const quick = ['--skip-test-db', '--skip-name-resolve', '--innodb-flush-method=nosync'];
  return { command: '/usr/bin/mariadb-install-db', args: [...args, ...quick, ...small], env: {} };
}

/** The command line of a server on `db`. Everybody is let in: the network is the node's own. */
export function mariadbServer(
  { address, dataFolder }: NodePlace,
  settings: Readonly<Record<string, string>>,
): readonly string[] {
  const paths = [
    `--datadir=${join(dataFolder, 'db')}`,
    `--tmpdir=${dataFolder}`,
    `--socket=${join(dataFolder, 'socket')}`,
    `--pid-file=${join(dataFolder, 'pid')}`,
  ];
  const network = [`--bind-address=${address}`, `--port=${port}`, '--skip-name-resolve'];
  return [
    ...['/usr/sbin/mariadbd', ...asRoot, ...paths, ...network, '--skip-grant-tables', ...small],
    ...Object.entries(settings).map(([name, value]) => `--${name}=${value}`),
  ];
}

/** A connection for a session with these settings, to no database unless one is named. */
export async function openMariadb(
  { address }: NodePlace,
  signal: AbortSignal,
  session: { readonly database?: string; readonly settings?: readonly string[] } = {},
): Promise<SqlConnection> {
  const { database, settings = [] } = session;
  return connectMysql({ address, port, user, database, settings }, signal);
}
