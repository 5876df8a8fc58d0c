/** One body of trials over every testbed: what a fault does is the same wherever it can be had. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { diskObstacle } from '../../src/testbed/disk/survey.ts';
import { systemPath } from '../../src/testbed/find-command.ts';
import { loopbackObstacle } from '../../src/testbed/loopback/loopback-hosts.ts';
import { sandboxObstacle } from '../../src/testbed/netns/survey.ts';
import { repository } from '../support/cli.ts';
import { sandboxedAs, users } from '../support/users.ts';

const noDisk = await diskObstacle();
const noNetns = await sandboxObstacle();
const obstacles: Readonly<Record<string, string | undefined>> = {
  stdio: noDisk?.found,
  loopback: noDisk?.found ?? (await loopbackObstacle()),
  netns: noDisk?.found ?? noNetns?.found,
};

/** What a testbed refuses because of what it is. */
const impossible: Readonly<Record<string, readonly string[]>> = {
  stdio: ['bandwidth', 'slice', 'reset'],
  loopback: ['duplicate', 'reorder', 'corrupt'],
  netns: ['slice', 'reset'],
};
const allTrials = [
  'every link delivers',
  'a cut holds back both ways, and no other link nor any client',
  'what is healed delivers again',
  'a cut of one way leaves the other way',
  'what one nemesis heals stays cut for another',
  'delay: notes come as much later',
  'loss: some notes are gone, or late where connections send them again',
  'duplicate: some notes come twice',
  'reorder: notes overtake each other, and none is lost',
  'corrupt: is seen to strike',
  'bandwidth: is seen to hold',
  'slice: is seen to cut into pieces',
  'reset: is seen to break connections',
  'pause: a node stands still, answers nobody, and goes on where it was',
  'kill: the process is gone, and a new one has its files',
  'clock: shows what it is set to, on that node alone, also after a restart',
  'disk: a loss of power takes what was not synced, and nothing else',
  'disk: it is full, fails or is slow for the node, and works again',
  'cpu: a busy node gets its share, and everything when it is free',
  'memory: a node that takes too much is killed, and fails no run',
];
const bareTrials = [
  'every link delivers',
  'disk: refused on an ordinary disk, but for files at rest',
  'cpu and memory: refused where no plan asked for them',
];
/** What the machine, or the user, may not have; then the reason is told. */
const maybeRefused = ['clock', 'memory'];

type Said = Readonly<Record<string, string>>;
const testbeds = Object.keys(impossible);
const possible = testbeds.filter((testbed) => obstacles[testbed] === undefined);
/** By user and testbed. */
const seen = new Map<string, { readonly all: Said; readonly bare: Said }>();
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dsx-test-'));
  chmodSync(folder, 0o777);
  // Testbeds at once: what they do is waiting, most of the time.
  for (const user of users)
    await Promise.all(
      possible.map(async (testbed) => {
        const all = await tried(testbed, user, 'all');
        const bare = await tried(testbed, user, 'bare');
        seen.set(`${user} ${testbed}`, { all, bare });
      }),
    );
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const cases = testbeds.flatMap((testbed) => users.map((user) => ({ testbed, user })));

describe.each(cases)('$testbed for $user', ({ testbed, user }) => {
  const obstacle = obstacles[testbed];
  const skipped = obstacle === undefined ? '' : ` (skipped: ${obstacle})`;

  test.skipIf(obstacle !== undefined).each(allTrials)(`%s${skipped}`, (trial) => {
    const [kind = ''] = trial.split(':');
    const said = seen.get(`${user} ${testbed}`)?.all[trial];
    if (impossible[testbed]?.includes(kind) === true)
      expect(said).toMatch(/^refused: .*testbed|^refused: the kernel/);
    else if (maybeRefused.includes(kind))
      expect(said).toMatch(/^ok$|^refused: .*\n?.*(to allow|Leave out)/s);
    else expect(said).toBe('ok');
  });

  test.skipIf(obstacle !== undefined).each(bareTrials)(`unprepared: %s${skipped}`, (trial) => {
    expect(seen.get(`${user} ${testbed}`)?.bare[trial]).toBe('ok');
  });
});

async function tried(testbed: string, user: string, provision: 'all' | 'bare'): Promise<Said> {
  const place = join(folder, `${testbed}-${provision}-${users.indexOf(user)}`);
  mkdirSync(place);
  chmodSync(place, 0o777);
  const body = join(repository, 'test/fixtures/parity/body.js');
  const [program, ...args] = sandboxedAs(
    user,
    [process.execPath, body, testbed, place, provision],
    testbed === 'netns' ? 'own' : 'host',
  );
  const { stdout } = await execa(program, args, {
    env: { PATH: systemPath(), DSX_SANDBOX: `${process.pid}` },
    timeout: 100_000,
  });
  return JSON.parse(stdout) as Said;
}
