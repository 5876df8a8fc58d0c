/** Real systems that start in a second, if they are installed: what breaks breaks, and is found. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missingCommands } from '../../src/testbed/find-command.ts';
import { sandboxObstacle } from '../../src/testbed/netns/survey.ts';
import { CliFolder, nodesAlive } from '../support/cli.ts';

const obstacle = await sandboxObstacle();
const noMosquitto = missingCommands([
  { command: '/usr/sbin/mosquitto', debianPackage: 'mosquitto' },
]);
const noDqlite = missingCommands([{ command: 'dqlite-demo', debianPackage: 'go-dqlite' }]);

let folder: CliFolder;

beforeAll(() => {
  folder = new CliFolder();
});

afterAll(() => {
  folder.remove();
});

function skipped(lacking: typeof noDqlite): string {
  const reason = obstacle ?? lacking;
  return reason === undefined ? '' : ` (skipped: ${reason.found}; ${reason.advice})`;
}

describe.skipIf(obstacle !== undefined || noMosquitto !== undefined)(
  `Mosquitto${skipped(noMosquitto)}`,
  () => {
    test.each([
      [
        [
          ...['--workload', 'set', '--node-count', '2', '--model', 'eventual-consistency'],
          ...['--time-limit', '2'],
        ],
        0,
      ],
      [
        [
          ...['--workload', 'queue', '--variant', 'saved-seldom', '--nemesis', 'kill'],
          // Of several kills, one that comes just after a saving loses nothing.
          ...['--nemesis-interval', '1', '--time-limit', '5', '--expect', 'anomaly'],
        ],
        0,
      ],
    ])('%j', { timeout: 120_000 }, async (words, code) => {
      const { exitCode, stdout } = await folder.run(
        ...['test', '--target', 'mosquitto', '--seed', '7', ...words],
      );
      expect(exitCode, stdout).toBe(code);
      expect(nodesAlive(folder.path)).toEqual([]);
    });
  },
);

describe.skipIf(obstacle !== undefined || noDqlite !== undefined)(
  `dqlite${skipped(noDqlite)}`,
  () => {
    test('is linearizable through partitions and kills', { timeout: 120_000 }, async () => {
      const { exitCode, stdout, stderr } = await folder.run(
        ...['test', '--target', 'dqlite', '--workload', 'register', '--time-limit', '4'],
        ...['--nemesis', 'partition,kill', '--nemesis-interval', '1', '--seed', '7'],
      );
      expect(exitCode, `${stdout}\n${stderr}`).toBe(0);
      expect(nodesAlive(folder.path)).toEqual([]);
    });
  },
);
