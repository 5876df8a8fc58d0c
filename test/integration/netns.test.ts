/** The testbed netns: the kernel's own network, harmed as asked, and nothing of it on the host. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missingCommands, systemPath } from '../../src/testbed/find-command.ts';
import { sandboxed } from '../../src/testbed/netns/sandbox.ts';
import { sandboxObstacle } from '../../src/testbed/netns/survey.ts';
import { CliFolder, nodesAlive, repository, until } from '../support/cli.ts';

const obstacle = await sandboxObstacle();
const noEtcd = missingCommands([{ command: 'etcd', debianPackage: 'etcd-server' }]);

interface Seen {
  readonly count: number;
  readonly distinct: number;
  readonly changed: number;
  /** Numbers of the packets as they arrived. */
  readonly order: readonly number[];
}

describe.skipIf(obstacle !== undefined)(
  `in a sandbox${obstacle === undefined ? '' : ` (skipped: ${obstacle.found}; ${obstacle.advice})`}`,
  () => {
    let seen: Record<string, Record<string, Seen | null>>;
    let said: Record<string, string>;
    let hostBefore: string;

    beforeAll(async () => {
      hostBefore = await stateOfHost();
      const fixture = join(repository, 'test/fixtures/netns/links.js');
      const [command, ...args] = sandboxed([process.execPath, fixture]);
      const { stdout } = await execa(command, args, {
        env: { PATH: systemPath(), DSX_SANDBOX: `${process.pid}` },
      });
      seen = JSON.parse(stdout);
      said = JSON.parse(stdout);
    });

    test('every link delivers before any is harmed, and after all are healed', () => {
      for (const phase of ['before', 'after'])
        for (const [link, packets] of Object.entries(seen[phase] ?? {}))
          expect(packets, `${phase} ${link}`).toMatchObject({ count: 20, changed: 0 });
    });

    test('a one-way cut cuts one way and no other link', () => {
      const { 'n2>n1': cut, ...others } = seen['cut'] ?? {};
      expect(cut).toBeNull();
      for (const packets of Object.values(others)) expect(packets?.count).toBe(20);
      expect(said['cutSaid']).toBe('1 link seen to drop');
    });

    test('loss, duplication and corruption strike about the share asked for', () => {
      const { 'n1>n2': lost, 'n1>n3': doubled, 'n3>n1': changed } = seen['harmed'] ?? {};
      // Five standard deviations of 500 draws at 0.3 are 51.
      expect(Math.abs((lost?.count ?? 0) - 350)).toBeLessThan(52);
      expect(lost?.count).toBe(lost?.distinct);
      expect(doubled?.distinct).toBe(500);
      expect((doubled?.count ?? 0) - 500).toBeGreaterThan(98);
      expect(changed?.distinct).toBeGreaterThan(490);
      expect(Math.abs((changed?.changed ?? 0) - 150)).toBeLessThan(60);
    });

    test('a slow link keeps the order of its packets, and loses those that it shall', () => {
      const { 'n1>n2': late, 'n3>n2': reordered } = seen['slow'] ?? {};
      const [, leastMs] = /delay: at least ([\d.]+) ms late/.exec(said['slowSaid'] ?? '') ?? [];
      // Timers of a millisecond may be early by one.
      expect(Number(leastMs), said['slowSaid']).toBeGreaterThanOrEqual(99);
      expect(late?.order).toEqual(late?.order.toSorted((a, b) => a - b));
      expect(Math.abs((late?.count ?? 0) - 350)).toBeLessThan(52);
      expect(reordered?.distinct).toBe(500);
      expect(reordered?.order).not.toEqual(reordered?.order.toSorted((a, b) => a - b));
    });

    test('healing the rules of one nemesis leaves those of another', () => {
      expect(seen['stillCut']?.['n2>n1']).toBeNull();
      expect(seen['stillCut']?.['n1>n2']).toMatchObject({ count: 20, changed: 0 });
      expect(said['healed']).toBe('1 link seen to deliver again');
    });

    test('the host has the mounts, interfaces and rules that it had before', async () => {
      expect(await stateOfHost()).toBe(hostBefore);
    });
  },
);

describe.skipIf(obstacle !== undefined || noEtcd !== undefined)(
  `etcd${noEtcd === undefined ? '' : ` (skipped: ${noEtcd.found}; ${noEtcd.advice})`}`,
  () => {
    let folder: CliFolder;
    beforeAll(() => {
      folder = new CliFolder();
    });
    afterAll(() => {
      folder.remove();
    });

    test('is linearizable under partitions, kills, pauses and wrong clocks', async () => {
      const { exitCode, stdout } = await folder.run(
        ...['test', '--target', 'etcd', '--workload', 'register', '--node-count', '3'],
        ...['--nemesis', 'partition,kill,pause,clock', '--nemesis-interval', '0.7'],
        ...['--time-limit', '4', '--operation-timeout', '2', '--seed', '11'],
      );
      expect(stdout).toContain('valid');
      expect(exitCode).toBe(0);
      const { faults } = JSON.parse(readFileSync(folder.latest('schedule.json'), 'utf8'));
      expect(faults.length).toBeGreaterThan(1);
      expect(nodesAlive(folder.path)).toEqual([]);
    });

    test('runs again in the sandbox of the run before', async () => {
      const short = ['--node-count', '3', '--time-limit', '1', '--recovery-time', '0'];
      const { exitCode, stderr } = await folder.run(
        'test',
        '-t',
        'etcd',
        ...short,
        '--repeat',
        '2',
      );
      expect(exitCode, stderr).toBe(0);
      expect(stderr).toMatch(/^2 runs: .* 2 valid/m);
    });

    test('leaves nothing behind when dsx is killed', async () => {
      const run = folder.start(['test', '--target', 'etcd', '--time-limit', '60']);
      await until(() => nodesAlive(folder.path).length >= 5, 60_000, 'five nodes run');
      run.kill('SIGKILL');
      await run;
      await until(() => nodesAlive(folder.path).length === 0, 60_000, 'no node is left');
    });
  },
);

async function stateOfHost(): Promise<string> {
  const env = { PATH: systemPath() };
  const links = await execa('ip', ['link'], { env });
  // Only root may look at the rules of the host; nobody else can have changed them.
  const isRoot = process.getuid?.() === 0;
  const rules = isRoot ? (await execa('nft', ['list', 'ruleset'], { env })).stdout : '';
  return [links.stdout, rules, readFileSync('/proc/self/mounts', 'utf8')].join('\n');
}
