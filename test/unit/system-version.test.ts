import { expect, test } from 'vitest';
import { versionIn } from '../../src/cli/system-version.ts';

test.each([
  ['etcd Version: 3.4.23\nGit SHA: Not provided\nGo Version: go1.19.8\n', '3.4.23'],
  ['Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64', '7.0.15'],
  ['postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)', '15.18'],
  ['mariadbd  Ver 10.11.19-MariaDB-0+deb12u1 for debian-linux-gnu on x86_64', '10.11.19'],
  ['/usr/share/java/zookeeper-3.8.0.jar', '3.8.0'],
  ['nats-server: v2.9.10', '2.9.10'],
  ['rqlited 8 linux amd64 go1.22.5 sqlite3.45.1 (compiler gc)', '8'],
  ['no number here', undefined],
])('what a program says of itself: %j', (text, version) => {
  expect(versionIn(text)).toBe(version);
});
